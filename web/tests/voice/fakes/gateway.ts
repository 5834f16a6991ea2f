/** One page's connection to the fake instance; it can be cut, be silent, and come back. */
import type { Signalling } from '../../../src/voice/signalling';
import type { Room } from '../../../src/voice/wire';
import { PageClock } from './clock';
import type { FakeServer } from './server';

const REPLY_MS = 5;

export class FakeGateway implements Signalling {
  readonly #handlers = new Map<string, Set<(d: unknown) => void>>();
  readonly #liveHandlers = new Set<(live: boolean, rooms: Room[] | null) => void>();
  readonly #server: FakeServer;
  /** Whether probes and commands are answered, though the socket looks open. */
  answers = true;
  reopened = 0;
  probed = 0;
  /** What becomes of a request for a new socket. */
  onReopen = () => {};
  hurried = 0;
  live = true;
  /** Counts connections, so that what belongs to an earlier one is dropped. */
  #connection = 0;

  constructor(
    server: FakeServer,
    readonly userId: string,
    readonly clock = new PageClock(server.clock),
  ) {
    this.#server = server;
  }

  async command<R>(t: string, d: unknown): Promise<R> {
    if (!this.live) throw lost();
    const connection = this.#connection;
    await this.#travel();
    if (connection !== this.#connection || !this.answers) throw lost();
    const reply = this.#server.command(this, t, d);
    await this.#travel();
    if (connection !== this.#connection) throw lost();
    return reply as R;
  }

  #travel(): Promise<void> {
    return new Promise((resolve) => this.clock.after(REPLY_MS, resolve));
  }

  on(t: string, handler: (d: unknown) => void): () => void {
    const handlers = this.#handlers.get(t) ?? new Set();
    this.#handlers.set(t, handlers.add(handler));
    return () => handlers.delete(handler);
  }

  onLive(handler: (live: boolean, rooms: Room[] | null) => void): () => void {
    this.#liveHandlers.add(handler);
    return () => this.#liveHandlers.delete(handler);
  }

  probe(timeoutMs: number): Promise<boolean> {
    const answered = this.live && this.answers;
    this.probed += 1;
    return new Promise((resolve) => {
      this.clock.after(answered ? 2 * REPLY_MS : timeoutMs, () => resolve(answered));
    });
  }

  reopen(): void {
    this.reopened += 1;
    this.onReopen();
  }

  /** The socket looks open, and nothing goes through it. */
  hang(): void {
    if (!this.working) return;
    this.answers = false;
    this.#server.lost(this);
  }

  /** Whether the page's script would answer a question. */
  get awake(): boolean {
    return this.working && !this.clock.frozen;
  }

  get working(): boolean {
    return this.live && this.answers;
  }

  hurry(): void {
    this.hurried += 1;
  }

  deliver(t: string, d: unknown): void {
    if (!this.working) return;
    this.clock.run(() => {
      for (const handler of [...(this.#handlers.get(t) ?? [])]) handler(d);
    });
  }

  lose(): void {
    if (!this.live) return;
    this.live = false;
    this.#connection += 1;
    this.#server.lost(this);
    this.#tell(false, null);
  }

  comeBack(): void {
    if (this.live) return;
    this.live = true;
    this.answers = true;
    this.#tell(true, []);
  }

  #tell(live: boolean, rooms: Room[] | null): void {
    this.clock.run(() => {
      for (const handler of [...this.#liveHandlers]) handler(live, rooms);
    });
  }

  /** Handlers that are still registered. */
  get listening(): number {
    return [...this.#handlers.values()].reduce(
      (sum, handlers) => sum + handlers.size,
      this.#liveHandlers.size,
    );
  }
}

function lost(): Error {
  return Object.assign(new Error('offline'), { code: 'offline' });
}
