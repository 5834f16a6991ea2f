/** The two ladders of repair as values, and a run along one of them on injected time. */

export type RepairStep = 'restart' | 'restart_fresh' | 'rebuild' | 'rebuild_relay' | 'fail';

export interface Ladder {
  readonly rungs: readonly { readonly atMs: number; readonly step: RepairStep }[];
  /** After the last rung, `retry` again and again. */
  readonly retryMs: number;
  readonly retry: RepairStep;
}

/** While a link has never carried sound. */
export const FIRST_CONNECT: Ladder = {
  rungs: [
    { atMs: 5_000, step: 'restart_fresh' },
    { atMs: 10_000, step: 'rebuild_relay' },
    { atMs: 15_000, step: 'fail' },
  ],
  retryMs: 30_000,
  retry: 'rebuild',
};

/** For a link that was heard and is no more. */
export const REPAIR: Ladder = {
  rungs: [
    { atMs: 0, step: 'restart' },
    { atMs: 4_000, step: 'restart_fresh' },
    { atMs: 10_000, step: 'rebuild' },
    { atMs: 20_000, step: 'rebuild_relay' },
    { atMs: 25_000, step: 'fail' },
  ],
  retryMs: 30_000,
  retry: 'rebuild',
};

/** At most so many links are repaired at once. */
export const REPAIRS_AT_ONCE = 6;

/** Rungs after the first are spread by up to so much, retries by up to a tenth of their period. */
const JITTER_MS = 250;

/** One run along a ladder. Its time is fed in, so that it can stand still while the gateway does not answer. */
export class LadderRun {
  readonly ladder: Ladder;
  readonly #random: () => number;
  #elapsed = 0;
  #index = 0;
  #step: RepairStep | null = null;
  #dueAt: number;

  constructor(ladder: Ladder, random: () => number) {
    this.ladder = ladder;
    this.#random = random;
    this.#dueAt = this.#nextDue();
  }

  /** How many rungs have been climbed. */
  get rung(): number {
    return this.#index;
  }

  /** The last rung climbed. */
  get step(): RepairStep | null {
    return this.#step;
  }

  /** Lets time pass; answers the step that is due, if one is. */
  advance(elapsedMs: number): RepairStep | null {
    this.#elapsed += elapsedMs;
    if (this.#elapsed < this.#dueAt) return null;
    const step = this.ladder.rungs[this.#index]?.step ?? this.ladder.retry;
    this.#index += 1;
    this.#step = step;
    this.#dueAt = this.#nextDue();
    return step;
  }

  #nextDue(): number {
    const rung = this.ladder.rungs[this.#index];
    if (!rung) return this.#elapsed + this.ladder.retryMs * (1 + this.#random() / 10);
    return rung.atMs === 0 ? 0 : rung.atMs + this.#random() * JITTER_MS;
  }
}

/** Who may be under repair at the moment. */
export class RepairSlots {
  readonly #holders = new Set<object>();

  acquire(holder: object): boolean {
    if (!this.#holders.has(holder) && this.#holders.size >= REPAIRS_AT_ONCE) return false;
    this.#holders.add(holder);
    return true;
  }

  release(holder: object): void {
    this.#holders.delete(holder);
  }
}
