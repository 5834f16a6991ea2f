/** Tells a value only once it has stayed the same for a while: for announcements and notices that must not flicker. */
import type { Clock } from './clock';

export class Steady<T> {
  readonly #clock: Clock;
  readonly #waitMs: number;
  readonly #settled: (value: T) => void;
  #value: T;
  #told: T;
  #cancel: (() => void) | null = null;

  /** `first` counts as told already. */
  constructor(clock: Clock, waitMs: number, first: T, settled: (value: T) => void) {
    this.#clock = clock;
    this.#waitMs = waitMs;
    this.#value = this.#told = first;
    this.#settled = settled;
  }

  set(value: T): void {
    if (value === this.#value) return;
    this.#value = value;
    this.stop();
    if (value === this.#told) return; // it was away for a moment only
    this.#cancel = this.#clock.after(this.#waitMs, () => {
      this.#cancel = null;
      this.#told = value;
      this.#settled(value);
    });
  }

  /** Tells nothing any more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
