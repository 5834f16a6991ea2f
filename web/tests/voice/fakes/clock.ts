/** A clock that stands still until it is told to go on, and then lets every promise settle before each next timer. */
import type { Clock } from '../../../src/voice/clock';

declare function setImmediate(callback: () => void): void;

/** A browser keeps the milliseconds of a timer in 32 bits; a longer one is over at once. */
const LONGEST_MS = 2_147_483_647;

interface Due {
  readonly at: number;
  readonly order: number;
  callback: (() => void) | null;
}

/** A small, well-mixed generator (mulberry32), so that a seed names a whole run. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export class FakeClock implements Clock {
  readonly #random: () => number;
  readonly #heap: Due[] = [];
  #now = 0;
  #slept = 0;
  #order = 0;

  constructor(seed = 1) {
    this.#random = seededRandom(seed);
  }

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return 1_700_000_000_000 + this.#now + this.#slept;
  }

  random(): number {
    return this.#random();
  }

  after(milliseconds: number, callback: () => void): () => void {
    const wait = milliseconds > LONGEST_MS ? 1 : Math.max(0, milliseconds);
    const due: Due = { at: this.#now + wait, order: this.#order++, callback };
    this.#push(due);
    return () => {
      due.callback = null;
    };
  }

  /** Timers that are still to come. */
  get pending(): number {
    return this.#heap.filter((due) => due.callback !== null).length;
  }

  /** The computer sleeps: only the wall clock goes on. */
  sleep(milliseconds: number): void {
    this.#slept += milliseconds;
  }

  /** The page freezes: time passes, and the timers that were due come late, all at once. */
  async freeze(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    await this.advance(0);
  }

  /** Lets everything that waits for no timer happen. */
  async settle(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await this.settle();
    for (let next = this.#heap[0]; next && next.at <= end; next = this.#heap[0]) {
      this.#now = Math.max(this.#now, next.at);
      if (this.#runDue()) await this.settle();
    }
    this.#now = Math.max(this.#now, end);
  }

  /** Goes on until `done`, in steps; false if that has not come after so many milliseconds. */
  async until(done: () => boolean, milliseconds: number, step = 50): Promise<boolean> {
    const end = this.#now + milliseconds;
    await this.settle();
    while (!done()) {
      if (this.#now >= end) return false;
      await this.advance(step);
    }
    return true;
  }

  #runDue(): boolean {
    for (let next = this.#heap[0]; next && next.at <= this.#now; next = this.#heap[0]) {
      this.#pop();
      const { callback } = next;
      next.callback = null;
      if (callback) {
        callback();
        return true;
      }
    }
    return false;
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (before(heap[parent]!, heap[at]!)) break;
      [heap[parent], heap[at]] = [heap[at]!, heap[parent]!];
      at = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    heap[0] = last;
    for (let at = 0; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && before(heap[child]!, heap[least]!)) least = child;
      }
      if (least === at) return;
      [heap[least], heap[at]] = [heap[at]!, heap[least]!];
      at = least;
    }
  }
}

function before(one: Due, other: Due): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

/** The time of one page: while the page is frozen its timers and news wait, and then they come late, all at once. */
export class PageClock implements Clock {
  readonly #clock: Clock;
  #late: (() => void)[] | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  wallNow(): number {
    return this.#clock.wallNow();
  }

  random(): number {
    return this.#clock.random();
  }

  after(milliseconds: number, callback: () => void): () => void {
    let cancelled = false;
    const cancel = this.#clock.after(milliseconds, () => this.run(() => cancelled || callback()));
    return () => {
      cancelled = true;
      cancel();
    };
  }

  /** Does it now, or when the page is awake again. */
  run(what: () => void): void {
    if (this.#late) this.#late.push(what);
    else what();
  }

  get frozen(): boolean {
    return this.#late !== null;
  }

  freeze(): void {
    this.#late ??= [];
  }

  thaw(): void {
    const late = this.#late ?? [];
    this.#late = null;
    for (const what of late) what();
  }
}
