/** Asking for the whole roster of a room: one question at a time, and again when the answer was overtaken. */
import { refusalOf } from './signalling';
import type { Room } from './wire';

/** An answer may be overtaken by the next change of the roster, but hardly again and again. */
const TRIES = 3;

export interface SnapshotPorts {
  ask(): Promise<Room>;
  /** Answers false for a snapshot that is older than what is known. */
  take(room: Room): boolean;
  failed(code: string): void;
}

export class Snapshot {
  readonly #ports: SnapshotPorts;
  #asking = false;

  constructor(ports: SnapshotPorts) {
    this.#ports = ports;
  }

  async request(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      for (let tries = 0; tries < TRIES && !this.#ports.take(await this.#ports.ask()); tries += 1);
    } catch (error) {
      this.#ports.failed(refusalOf(error).code);
    } finally {
      this.#asking = false;
    }
  }
}
