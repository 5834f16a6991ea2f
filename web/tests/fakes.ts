/** Hand-written stand-ins for the edges: a clock that moves when told, a gateway server that speaks the protocol, frames on demand. */
import type { Clock } from '../src/core/clock';
import type { GatewayEnvironment } from '../src/core/gateway';
import { GATEWAY_POLICY } from '../src/core/policy';
import type {
  Channel,
  ClientFrame,
  Command,
  Dispatch,
  Message,
  ServerFrame,
  Snapshot,
  User,
} from '../src/core/protocol.generated';
import type { SocketHandlers } from '../src/core/socket';
import type { Tabs, Topic } from '../src/core/tabs';
import { MemoryUnsentStore } from '../src/core/unsent_store';

export class FakeClock implements Clock {
  #now = 0;
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return 1_700_000_000_000 + this.#now;
  }

  random(): number {
    return 0;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.#now + milliseconds, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Lets so much time pass; timers fire in order, and promises settle in between. */
  async advance(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds;
    await settle();
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#now = next.at;
      next.callback();
      await settle();
    }
    this.#now = until;
  }
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

/** A store that says of itself that it outlives the page, as long as it is told so. */
export class FakeUnsentStore extends MemoryUnsentStore {
  override durable = true;
}

/** The tabs of one browser: the first that asks does the work, the next one when it has resigned. */
export class FakeBrowser {
  readonly store = new FakeUnsentStore();
  #candidates: { work: string; elected: () => void }[] = [];
  #listeners: { tab: Tabs; topic: Topic; listener: () => void }[] = [];

  tab(): Tabs {
    const tab: Tabs = {
      elect: (work, elected) => this.#elect(work, elected),
      tell: (topic) => {
        for (const other of this.#listeners) if (other.tab !== tab && other.topic === topic) other.listener();
      },
      listen: (topic, listener) => {
        const entry = { tab, topic, listener };
        this.#listeners.push(entry);
        return () => (this.#listeners = this.#listeners.filter((other) => other !== entry));
      },
    };
    return tab;
  }

  #elect(work: string, elected: () => void): () => void {
    const candidate = { work, elected };
    const holder = (): unknown => this.#candidates.find((each) => each.work === work);
    this.#candidates.push(candidate);
    if (holder() === candidate) elected();
    return () => {
      const held = holder() === candidate;
      this.#candidates = this.#candidates.filter((each) => each !== candidate);
      if (held) this.#candidates.find((each) => each.work === work)?.elected();
    };
  }
}

/** One connection as the server sees it. */
export class FakeConnection {
  readonly received: ClientFrame[] = [];
  closedByClient = false;
  readonly #handlers: SocketHandlers;

  constructor(handlers: SocketHandlers) {
    this.#handlers = handlers;
  }

  say(frame: ServerFrame): void {
    this.#handlers.onText(JSON.stringify(frame));
  }

  sayText(text: string): void {
    this.#handlers.onText(text);
  }

  hello(protocol = 1, version = '0'): void {
    this.say({
      op: 'hello',
      protocol,
      instance: { id: 'i', name: 'Test', participants_per_room: 8 },
      version,
      heartbeat_seconds: 15,
    });
  }

  ready(
    feeds: Record<string, number> = {},
    cursor = 'c0',
    snapshot: Partial<Snapshot> = {},
    user = ann,
  ): void {
    const instance = { name: 'Home', registration_mode: 'invite' as const, voice_enabled: true };
    const whole = {
      instance,
      settings: { rev: 0 },
      read_states: [],
      channels: [],
      users: [],
      presence: [],
      rooms: [],
      ...snapshot,
      feeds,
    };
    this.say({ op: 'ready', user, snapshot: whole, cursor });
  }

  resumed(): void {
    this.say({ op: 'resumed', cursor: 'ignored', presence: [], presence_settled: true, rooms: [] });
  }

  close(code: number): void {
    this.#handlers.onClose(code);
  }

  command(t: string): Command {
    const found = this.received.find((frame) => frame.op === 'command' && frame.t === t);
    if (found?.op !== 'command') throw new Error(`no command ${t}`);
    return found;
  }
}

/** Where the client's sockets end: the connections it has made, the newest last. */
export class FakeServer {
  readonly connections: FakeConnection[] = [];

  get last(): FakeConnection {
    const connection = this.connections.at(-1);
    if (!connection) throw new Error('nobody has connected');
    return connection;
  }

  environment(clock: Clock): GatewayEnvironment {
    return {
      clock,
      policy: GATEWAY_POLICY,
      client: { kind: 'browser', device: 'Test', version: '0' },
      log: () => undefined,
      openSocket: (handlers) => {
        const connection = new FakeConnection(handlers);
        this.connections.push(connection);
        return {
          send: (text) => connection.received.push(JSON.parse(text) as ClientFrame),
          close: () => {
            connection.closedByClient = true;
          },
        };
      },
    };
  }
}

export const ann: User = { id: 'u-ann', user_name: 'ann', display_name: 'Ann', role: 'administrator' };
export const ben: User = { id: 'u-ben', user_name: 'ben', display_name: 'Ben', role: 'member' };

export function channel(id: string, over: Partial<Channel> = {}): Channel {
  const base = { kind: 'text', name: id, slug: id, topic: '', position: 1, visibility: 'public' } as const;
  return { id, ...base, is_default: true, write_permission: 'everyone', user_limit: null, ...over };
}

export function message(seq: number, over: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    channel_id: 'general',
    author_id: ben.id,
    seq,
    rev: seq,
    nonce: `n${seq}`,
    text: `text ${seq}`,
    html: `<p>text ${seq}</p>`,
    posted_at: '2024-05-01T10:00:00Z',
    edited_at: null,
    deleted: false,
    ...over,
  };
}

export function posted(posted: Message): Dispatch {
  const feed = `channel:${posted.channel_id}`;
  return {
    op: 'dispatch',
    t: 'message.posted',
    d: { message: posted },
    id: `e-${posted.id}`,
    feed,
    seq: posted.seq,
  };
}
