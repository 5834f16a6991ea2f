/** How the side that leads answers a peer that asks for repair although we hear it well. */
import { REPAIR, type RepairStep } from './repair';

/** Requests closer than this to something already done are answered by that. */
const DEBOUNCE_MS = 2_000;
/** After so long without a request the next one starts from the first rung. */
const FORGET_MS = 40_000;

const STEPS = REPAIR.rungs.map((rung) => rung.step).filter((step) => step !== 'fail');

/** Each request that follows another climbs one rung; the data of a request carries none. */
export class RepairRequests {
  #count = 0;
  #lastAt = -Infinity;
  #actedAt = -Infinity;

  /** Notes that something was just done for this link, by request or not. */
  acted(now: number): void {
    this.#actedAt = now;
  }

  /** What to do for a request that comes now, or null if enough is being done. */
  take(now: number): RepairStep | null {
    if (now - this.#actedAt < DEBOUNCE_MS) return null;
    if (now - this.#lastAt > FORGET_MS) this.#count = 0;
    this.#lastAt = now;
    const step = STEPS[Math.min(this.#count, STEPS.length - 1)] ?? null;
    this.#count += 1;
    return step;
  }
}
