/** Messages on their way out: shown at once, sent in order, kept with their text until the server has them. */
import { ApiError } from './api';
import { randomUuid } from './ids';
import type { Message } from './protocol.generated';

/** `nonce` names the message on every attempt, so that a retry never makes a second one. */
export interface PendingMessage {
  readonly nonce: string;
  readonly channelId: string;
  readonly text: string;
  /** Wall-clock milliseconds. */
  readonly createdAt: number;
  readonly state: 'sending' | 'failed';
  readonly error: ApiError | null;
}

export interface OutboxPorts {
  /** Posts; rejects with an ApiError. */
  post(channelId: string, nonce: string, text: string): Promise<Message>;
  /** A message the server has acknowledged. */
  delivered(message: Message): void;
  changed(): void;
  wallNow(): number;
}

export class Outbox {
  readonly #ports: OutboxPorts;
  #pending: readonly PendingMessage[] = [];
  /** By channel: the end of the chain that keeps its messages in order. */
  readonly #chains = new Map<string, Promise<void>>();

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  /** What is pending in a channel, in the order of writing. */
  pendingIn(channelId: string): readonly PendingMessage[] {
    return this.#pending.filter((pending) => pending.channelId === channelId);
  }

  /** Sends a new message; settles when it is acknowledged or has failed. */
  send(channelId: string, text: string): Promise<void> {
    const nonce = randomUuid();
    const createdAt = this.#ports.wallNow();
    const pending: PendingMessage = { nonce, channelId, text, createdAt, state: 'sending', error: null };
    this.#put([...this.#pending, pending]);
    return this.#enqueue(pending);
  }

  /** Sends a failed message again, under the same nonce. */
  retry(nonce: string): Promise<void> {
    const failed = this.#pending.find((pending) => pending.nonce === nonce && pending.state === 'failed');
    if (!failed) return Promise.resolve();
    this.#change(nonce, { state: 'sending', error: null });
    return this.#enqueue(failed);
  }

  discard(nonce: string): void {
    this.#put(this.#pending.filter((pending) => pending.nonce !== nonce));
  }

  /** A message of one's own has been seen in the log: whatever became of the request, it is sent. */
  settle(nonce: string): void {
    if (this.#pending.some((pending) => pending.nonce === nonce)) this.discard(nonce);
  }

  /** Forgets everything: somebody logged out. */
  clear(): void {
    this.#put([]);
  }

  #enqueue(pending: PendingMessage): Promise<void> {
    const before = this.#chains.get(pending.channelId) ?? Promise.resolve();
    const sent = before.then(() => this.#post(pending));
    this.#chains.set(pending.channelId, sent);
    return sent;
  }

  async #post({ nonce, channelId, text }: PendingMessage): Promise<void> {
    if (!this.#pending.some((pending) => pending.nonce === nonce)) return;
    try {
      const message = await this.#ports.post(channelId, nonce, text);
      this.#ports.delivered(message);
      this.settle(nonce);
    } catch (error) {
      const reason = error instanceof ApiError ? error : new ApiError('unexpected', String(error));
      this.#change(nonce, { state: 'failed', error: reason });
    }
  }

  #change(nonce: string, change: Pick<PendingMessage, 'state' | 'error'>): void {
    this.#put(
      this.#pending.map((pending) => (pending.nonce === nonce ? { ...pending, ...change } : pending)),
    );
  }

  #put(pending: readonly PendingMessage[]): void {
    this.#pending = pending;
    this.#ports.changed();
  }
}
