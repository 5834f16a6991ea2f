/** Messages on their way out: shown at once, sent in order by one tab, kept with their text until the server has them. */
import { ApiError } from './api';
import type { Clock } from './clock';
import { randomUuid } from './ids';
import { backoffDelay, isPassing, OUTBOX_BACKOFF } from './policy';
import type { Message } from './protocol.generated';
import type { Tabs } from './tabs';
import type { PendingMessage, PendingState, Problem, UnsentStore } from './unsent_store';

const TRANSITIONS: Readonly<Record<PendingState, readonly PendingState[]>> = {
  sending: ['waiting', 'failed'],
  waiting: ['sending', 'waiting', 'failed'],
  failed: ['sending'],
};

export interface OutboxPorts {
  /** Posts; rejects with an ApiError. */
  post(channelId: string, nonce: string, text: string): Promise<Message>;
  /** A message the server has acknowledged. */
  delivered(message: Message): void;
  changed(): void;
  clock: Clock;
  store: UnsentStore;
  tabs: Tabs;
}

export class Outbox {
  readonly #ports: OutboxPorts;
  #userId: string | null = null;
  /** In the order of writing. */
  #pending: readonly PendingMessage[] = [];
  /** Counts changes made here: what was read before one of them is out of date. */
  #changes = 0;
  #elected = false;
  #resign = (): void => undefined;
  /** Channels with a request under way: one at a time keeps their order. */
  readonly #underWay = new Set<string>();
  #attempt = 0;
  #cancelRetry = (): void => undefined;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
    ports.tabs.listen('messages', () => void this.#hear());
  }

  /** What is pending in a channel, in the order of writing. */
  pendingIn(channelId: string): readonly PendingMessage[] {
    return this.#pending.filter((pending) => pending.channelId === channelId);
  }

  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  /** Takes up what a user has not sent yet, here, in another tab or before a reload. */
  async open(userId: string): Promise<void> {
    if (this.#userId !== userId) {
      this.close();
      this.#userId = userId;
      this.#resign = this.#ports.tabs.elect(`outbox.${userId}`, () => this.#serve());
    }
    await this.#read();
    this.#pumpAll();
  }

  /** Lets go of the user; what is kept stays kept. */
  close(): void {
    this.#resign();
    this.#resign = () => undefined;
    this.#cancelRetry();
    this.#elected = false;
    this.#userId = null;
    this.#pending = [];
    this.#ports.changed();
  }

  /** Sends a new message. Throws unless somebody's outbox is open. */
  send(channelId: string, text: string): void {
    const userId = this.#userId;
    if (userId === null) throw new Error('nobody is here to send a message');
    const last = this.#pending.at(-1)?.createdAt ?? 0;
    const createdAt = Math.max(this.#ports.clock.wallNow(), last + 1);
    const nonce = randomUuid();
    this.#put([{ nonce, userId, channelId, text, createdAt, state: 'sending', error: null }]);
    void this.#pump(channelId);
  }

  /** Sends a message again, under the same nonce, and what waits beside it. */
  retry(nonce: string): void {
    const stuck = this.#pending.find((pending) => pending.nonce === nonce);
    if (stuck) this.#retry(stuck.channelId, (each) => each.nonce === nonce || each.state === 'waiting');
  }

  /** Sends everything of a channel again that has not gone out. */
  retryAll(channelId: string): void {
    this.#retry(channelId, () => true);
  }

  discard(nonce: string): void {
    this.#remove((pending) => pending.nonce === nonce);
  }

  /** Gives the text of a message back, and forgets it; undefined when it is gone already. */
  takeBack(nonce: string): string | undefined {
    const text = this.#pending.find((pending) => pending.nonce === nonce)?.text;
    this.discard(nonce);
    return text;
  }

  /** A message of one's own has been seen in the log: whatever became of the request, it is sent. */
  settle(nonce: string): void {
    this.discard(nonce);
  }

  /** Forgets what was meant for channels one is no longer a member of. */
  dropExcept(isMember: (channelId: string) => boolean): void {
    this.#remove(({ channelId }) => !isMember(channelId));
  }

  /** The connection is back: what waited goes out. */
  hurry(): void {
    this.#attempt = 0;
    this.#pumpAll();
  }

  /** This tab is the one that sends, or nobody else can see what it has to send. */
  get #isSender(): boolean {
    return this.#elected || !this.#ports.store.durable;
  }

  #serve(): void {
    this.#elected = true;
    void this.#read().then(() => this.#pumpAll());
  }

  /** Another tab has changed something. What waits goes on waiting for its time. */
  async #hear(): Promise<void> {
    await this.#read();
    const heads = this.#channels().filter((channelId) => this.#head(channelId)?.state === 'sending');
    for (const channelId of heads) void this.#pump(channelId);
  }

  async #read(): Promise<void> {
    const userId = this.#userId;
    if (userId === null) return;
    const changes = this.#changes;
    const kept = await this.#ports.store.messages(userId);
    if (this.#userId !== userId) return;
    if (this.#changes !== changes) return this.#read();
    this.#pending = kept;
    this.#ports.changed();
  }

  #channels(): string[] {
    return [...new Set(this.#pending.map(({ channelId }) => channelId))];
  }

  #head(channelId: string): PendingMessage | undefined {
    return this.pendingIn(channelId).find(({ state }) => state !== 'failed');
  }

  #pumpAll(): void {
    this.#cancelRetry();
    for (const channelId of this.#channels()) void this.#pump(channelId);
  }

  async #pump(channelId: string): Promise<void> {
    if (!this.#isSender || this.#underWay.has(channelId)) return;
    this.#underWay.add(channelId);
    let head = this.#head(channelId);
    while (head && (await this.#post(head))) head = this.#head(channelId);
    this.#underWay.delete(channelId);
  }

  /** One attempt; whether the next message may follow. */
  async #post({ nonce, channelId, text }: PendingMessage): Promise<boolean> {
    try {
      this.#ports.delivered(await this.#ports.post(channelId, nonce, text));
      this.settle(nonce);
      this.#attempt = 0;
      return true;
    } catch (error) {
      return this.#meet(problemOf(error), nonce, channelId);
    }
  }

  #meet(problem: Problem, nonce: string, channelId: string): boolean {
    if (problem.status === 401) return false; // nobody is here any more, or somebody else: it waits for its author
    if (isPassing(problem)) this.#stall(channelId, problem);
    else this.#change((pending) => pending.nonce === nonce && pending.state !== 'failed', 'failed', problem);
    return !isPassing(problem);
  }

  /** Nothing of a channel goes out before what was written earlier. */
  #stall(channelId: string, problem: Problem): void {
    const isNews = (pending: PendingMessage): boolean =>
      pending.channelId === channelId &&
      pending.state !== 'failed' &&
      !(pending.state === 'waiting' && pending.error?.code === problem.code);
    this.#change(isNews, 'waiting', problem);
    const { clock } = this.#ports;
    const delay = backoffDelay(OUTBOX_BACKOFF, this.#attempt++, clock.random());
    this.#cancelRetry();
    this.#cancelRetry = clock.after(delay, () => this.#pumpAll());
  }

  #retry(channelId: string, chosen: (pending: PendingMessage) => boolean): void {
    const isStuck = ({ state }: PendingMessage): boolean => state !== 'sending';
    const here = (pending: PendingMessage): boolean => pending.channelId === channelId && isStuck(pending);
    this.#change((pending) => here(pending) && chosen(pending), 'sending', null);
    void this.#pump(channelId);
  }

  /** The one place where a state changes; an illegal transition throws. */
  #change(chosen: (pending: PendingMessage) => boolean, state: PendingState, error: Problem | null): void {
    const changed = this.#pending.filter(chosen).map((pending) => {
      if (!TRANSITIONS[pending.state].includes(state)) throw new Error(`${pending.state} to ${state}`);
      return { ...pending, state, error };
    });
    this.#put(changed);
  }

  #put(messages: readonly PendingMessage[]): void {
    if (messages.length === 0) return;
    const byNonce = new Map(this.#pending.map((pending) => [pending.nonce, pending]));
    for (const message of messages) byNonce.set(message.nonce, message);
    this.#pending = [...byNonce.values()];
    this.#keep(this.#ports.store.putMessages(messages));
  }

  #remove(chosen: (pending: PendingMessage) => boolean): void {
    const nonces = this.#pending.filter(chosen).map(({ nonce }) => nonce);
    if (nonces.length === 0) return;
    this.#pending = this.#pending.filter(({ nonce }) => !nonces.includes(nonce));
    this.#keep(this.#ports.store.removeMessages(nonces));
  }

  #keep(written: Promise<void>): void {
    this.#changes += 1;
    this.#ports.changed();
    void written.then(() => this.#ports.tabs.tell('messages'));
  }
}

function problemOf(error: unknown): Problem {
  const { code, message, status } =
    error instanceof ApiError ? error : new ApiError('unexpected', String(error));
  return { code, message, status };
}
