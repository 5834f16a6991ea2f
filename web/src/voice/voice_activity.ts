/** When sound counts as speech: a quick attack, a hang-over so that words are not chopped, and a floor that follows the noise of the room. */

export const ATTACK_MS = 20;
export const HANG_OVER_MS = 400;

/** Between two pulses of a deep voice it is quiet for so long: that interrupts no attack. */
const BETWEEN_PULSES_MS = 10;
/** So far above the noise of the room must be what counts as speech. */
export const MARGIN_DB = 8;
/** The floor falls to what is heard at once, and rises slowly: speech has pauses in which it falls back, the noise of a room has none. */
const RISE_DB_PER_SECOND = 1;
/** Over so long the sound is averaged before the floor follows it. */
const AVERAGED_MS = 100;
/** However loud the room is: the highest threshold that can be chosen, so that nobody is shut out. */
const HIGHEST_DBFS = -20;

/** Fed with short stretches of sound; knows no clock but their length. */
export class VoiceActivity {
  #chosenDbfs: number;
  #floorDbfs: number;
  #averageDbfs: number | null = null;
  #loudMs = 0;
  #quietMs = 0;
  #active: boolean;

  /** `thresholdDbfs` is the chosen level in decibels below full scale, −60 to −20; `active`: somebody speaks already. */
  constructor(thresholdDbfs: number, active = false) {
    this.#chosenDbfs = thresholdDbfs;
    this.#floorDbfs = thresholdDbfs - MARGIN_DB;
    this.#active = active;
  }

  /** The level from which sound counts: the chosen one, or more where the room is louder. */
  get thresholdDbfs(): number {
    return Math.max(this.#chosenDbfs, Math.min(HIGHEST_DBFS, this.#floorDbfs + MARGIN_DB));
  }

  set thresholdDbfs(thresholdDbfs: number) {
    this.#chosenDbfs = thresholdDbfs;
    this.#floorDbfs = thresholdDbfs - MARGIN_DB;
  }

  get active(): boolean {
    return this.#active;
  }

  /** Takes a stretch of sound by its level and length; answers whether somebody speaks. */
  feed(levelDbfs: number, milliseconds: number): boolean {
    this.#learn(levelDbfs, milliseconds);
    if (levelDbfs >= this.thresholdDbfs) {
      this.#loudMs += milliseconds;
      this.#quietMs = 0;
      if (this.#loudMs >= ATTACK_MS) this.#active = true;
    } else {
      this.#quietMs += milliseconds;
      if (this.#quietMs > BETWEEN_PULSES_MS) this.#loudMs = 0;
      if (this.#quietMs >= HANG_OVER_MS) this.#active = false;
    }
    return this.#active;
  }

  /** Below what was chosen the floor is of no interest, so it never is there. */
  #learn(levelDbfs: number, milliseconds: number): void {
    const before = this.#averageDbfs ?? levelDbfs;
    const average = before + (levelDbfs - before) * Math.min(1, milliseconds / AVERAGED_MS);
    const risen = this.#floorDbfs + (RISE_DB_PER_SECOND * milliseconds) / 1_000;
    this.#averageDbfs = average;
    this.#floorDbfs = Math.max(this.#chosenDbfs - MARGIN_DB, Math.min(average, risen));
  }
}

/** The level of a root mean square of samples between −1 and 1; silence is −100. */
export function levelDbfs(rootMeanSquare: number): number {
  return rootMeanSquare > 0.00001 ? 20 * Math.log10(rootMeanSquare) : -100;
}
