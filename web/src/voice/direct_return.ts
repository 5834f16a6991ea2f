/** Back from a relay to the direct path: tried once for each connection, when it has been well for a while. */
import type { Connection } from './connection';

const AFTER_MS = 30_000;

export class DirectReturn {
  #wellSince: number | null = null;
  #tried: Connection | null = null;

  /** The link carries sound again, or for the first time. */
  well(now: number): void {
    this.#wellSince = now;
  }

  /** Whether the link has ever been well. */
  get everWell(): boolean {
    return this.#wellSince !== null;
  }

  /** Whether it is time to try; that is so once. */
  take(connection: Connection | null, now: number): boolean {
    if (!connection || connection === this.#tried || connection.watch.last.path !== 'relay') return false;
    if (now - (this.#wellSince ?? Infinity) < AFTER_MS) return false;
    this.#tried = connection;
    return true;
  }
}
