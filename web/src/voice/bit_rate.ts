/** How many bits a second we send to a peer: fewer at once when it reports loss, more again step by step. */

export const START_BITRATE = 40_000;
const LEAST = 24_000;
const MOST = 48_000;
/** Of the packets between two reports. Error correction makes good for what is less. */
const LOSSY = 0.05;
const CLEAN = 0.01;
const DOWN = 0.75;
const UP = 4_000;
/** So long without loss before each step up. */
const CLEAN_FOR_MS = 10_000;

/** Opus at 24 to 48 kbit/s. On a line that loses because it is full, sending less is what helps. */
export class BitRate {
  #limit = START_BITRATE;
  #cleanSince: number | null = null;

  get limit(): number {
    return this.#limit;
  }

  /** The peer reports which part of our packets it lost lately, 0 to 1; answers whether the limit is another one now. */
  reported(fractionLost: number, now: number): boolean {
    const before = this.#limit;
    if (fractionLost > LOSSY) this.#limit = Math.max(LEAST, Math.round(this.#limit * DOWN));
    if (fractionLost > CLEAN) this.#cleanSince = null;
    else if (this.#cleanSince === null) this.#cleanSince = now;
    else if (now - this.#cleanSince >= CLEAN_FOR_MS) {
      this.#limit = Math.min(MOST, this.#limit + UP);
      this.#cleanSince = now;
    }
    return this.#limit !== before;
  }
}
