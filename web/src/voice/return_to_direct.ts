/** The way back from a relay: a link that has been well over one for a while tries once to find a direct path. */
import type { Connection } from './connection';

const AFTER_MS = 30_000;

export class ReturnToDirect {
  #wellSince: number | null = null;
  #tried: Connection | null = null;

  /** Whether the link was ever well. */
  get everWell(): boolean {
    return this.#wellSince !== null;
  }

  /** The link is well from `now` on. */
  well(now: number): void {
    this.#wellSince = now;
  }

  /** Whether this connection should look for a direct path now; says so once for each. */
  due(connection: Connection, now: number): boolean {
    if (connection === this.#tried || connection.watch.last.path !== 'relay') return false;
    if (this.#wellSince === null || now - this.#wellSince < AFTER_MS) return false;
    this.#tried = connection;
    return true;
  }
}
