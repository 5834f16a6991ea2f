/** Commands under way: each waits for the reply with its ref, for its time-out, or for the end of the connection. */
import type { Clock } from './clock';
import type { Reply } from './protocol.generated';

/** A refused or lost command. `code` is the server's, or `not_connected`, `connection_lost`, `timeout`. */
export class CommandError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly detail?: unknown,
  ) {
    super(message);
    this.name = 'CommandError';
  }

  /** Whether the server itself said no; the other codes are the client's own. */
  get fromServer(): boolean {
    return !['not_connected', 'connection_lost', 'timeout'].includes(this.code);
  }
}

interface Waiting {
  resolve(d: unknown): void;
  reject(error: CommandError): void;
  cancelTimer(): void;
}

export class PendingCommands {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  #lastRef = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sends under a fresh ref by `send`, and waits at most `timeoutMs` for the reply. */
  start(send: (ref: number) => void, timeoutMs: number): Promise<unknown> {
    const ref = ++this.#lastRef;
    return new Promise((resolve, reject) => {
      const cancelTimer = this.#clock.after(timeoutMs, () => {
        this.#take(ref)?.reject(new CommandError('timeout', 'The server did not answer in time.'));
      });
      this.#waiting.set(ref, { resolve, reject, cancelTimer });
      send(ref);
    });
  }

  /** Settles the command a reply belongs to; an unknown ref belongs to one given up, and is dropped. */
  settle(reply: Reply): void {
    const waiting = this.#take(reply.ref);
    if (!waiting) return;
    if (!reply.error) return waiting.resolve(reply.d);
    const { code, message, detail } = reply.error;
    waiting.reject(new CommandError(code, message, detail));
  }

  failAll(): void {
    for (const ref of [...this.#waiting.keys()]) {
      this.#take(ref)?.reject(new CommandError('connection_lost', 'The connection was lost.'));
    }
  }

  #take(ref: number): Waiting | undefined {
    const waiting = this.#waiting.get(ref);
    this.#waiting.delete(ref);
    waiting?.cancelTimer();
    return waiting;
  }
}
