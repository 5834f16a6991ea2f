/** Time as the client sees it: injected everywhere, so that every rule can be tested on a fake clock. */

export interface Clock {
  /** Milliseconds of a clock that never runs backwards. */
  now(): number;
  /** Wall-clock milliseconds since 1970, for what is shown to people. */
  wallNow(): number;
  /** Calls back once after so many milliseconds; the answer cancels. */
  after(milliseconds: number, callback: () => void): () => void;
  /** A random number in [0, 1). */
  random(): number;
}

export const browserClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
