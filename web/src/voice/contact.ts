/** How long a call has been away: nobody wakes up with a hot microphone. */
import type { Clock } from './clock';

/** A call that had neither gateway nor sound for longer is not taken up again by itself. */
export const AWAY_MS = 15 * 60_000;

export class Contact {
  readonly #clock: Clock;
  #lastAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lastAt = clock.wallNow();
  }

  /** Somebody was reached just now. To be asked for `tooLong` first: sleep shows only in the wall clock. */
  touch(): void {
    this.#lastAt = this.#clock.wallNow();
  }

  get tooLong(): boolean {
    return this.#clock.wallNow() - this.#lastAt > AWAY_MS;
  }
}
