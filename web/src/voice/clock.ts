/** Time as a port, so that every rule can be tested on a fake clock; the shape is that of the client's own clock. */

export interface Clock {
  /** Milliseconds of a clock that never runs backwards. */
  now(): number;
  /** Wall-clock milliseconds since 1970; unlike `now` they also count the sleep of a computer. */
  wallNow(): number;
  /** Calls back once after so many milliseconds; the answer cancels. */
  after(milliseconds: number, callback: () => void): () => void;
  /** A random number in [0, 1). */
  random(): number;
}

/** Calls back again and again, and says when a call came so late that the page must have been frozen. */
export class Ticker {
  readonly #clock: Clock;
  readonly #interval: () => number;
  readonly #onTick: (elapsedMs: number, late: boolean) => void;
  #cancel: (() => void) | null = null;

  /** `interval` is asked before each wait, in milliseconds; a tick that took more than twice as long is late. */
  constructor(clock: Clock, interval: () => number, onTick: (elapsedMs: number, late: boolean) => void) {
    this.#clock = clock;
    this.#interval = interval;
    this.#onTick = onTick;
  }

  start(): void {
    if (!this.#cancel) this.#wait();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #wait(): void {
    const interval = this.#interval();
    const startedAt = this.#clock.now();
    this.#cancel = this.#clock.after(interval, () => {
      const elapsed = this.#clock.now() - startedAt;
      this.#wait();
      this.#onTick(elapsed, elapsed > 2 * interval);
    });
  }
}
