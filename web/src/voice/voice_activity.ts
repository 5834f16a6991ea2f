/** When sound counts as speech: a quick attack, and a hang-over so that words are not chopped. */

export const ATTACK_MS = 20;
export const HANG_OVER_MS = 400;

/** Fed with short stretches of sound; knows no clock but their length. */
export class VoiceActivity {
  #thresholdDbfs: number;
  #loudMs = 0;
  #quietMs = 0;
  #active = false;

  /** `thresholdDbfs` is a level in decibels below full scale, −60 to −20. */
  constructor(thresholdDbfs: number) {
    this.#thresholdDbfs = thresholdDbfs;
  }

  set thresholdDbfs(thresholdDbfs: number) {
    this.#thresholdDbfs = thresholdDbfs;
  }

  get active(): boolean {
    return this.#active;
  }

  /** Takes a stretch of sound by its level and length; answers whether somebody speaks. */
  feed(levelDbfs: number, milliseconds: number): boolean {
    if (levelDbfs >= this.#thresholdDbfs) {
      this.#loudMs += milliseconds;
      this.#quietMs = 0;
      if (this.#loudMs >= ATTACK_MS) this.#active = true;
    } else {
      this.#loudMs = 0;
      this.#quietMs += milliseconds;
      if (this.#quietMs >= HANG_OVER_MS) this.#active = false;
    }
    return this.#active;
  }
}

/** The level of a root mean square of samples between −1 and 1; silence is −100. */
export function levelDbfs(rootMeanSquare: number): number {
  return rootMeanSquare > 0.00001 ? 20 * Math.log10(rootMeanSquare) : -100;
}
