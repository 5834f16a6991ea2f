/** Which rows of a long list are in the page: 60 to 150 around what is seen, the rest stands as two spacers. */

const REACH = 40;
const SLACK = 15;
const MIN_ROWS = 60;
const MAX_ROWS = 150;
const FIRST_ESTIMATE = 56;

export interface Slice {
  /** The rendered rows are `start` ≤ index < `end`. */
  readonly start: number;
  readonly end: number;
}

/** Heights in pixels by row key: measured where the row has been in the page, the average elsewhere. */
export class RowHeights {
  readonly #heights = new Map<string, number>();
  #sum = 0;

  measured(key: string, height: number): void {
    this.#sum += height - (this.#heights.get(key) ?? 0);
    this.#heights.set(key, height);
  }

  of(key: string): number {
    return this.#heights.get(key) ?? this.#average;
  }

  sum(keys: readonly string[]): number {
    return keys.reduce((sum, key) => sum + this.of(key), 0);
  }

  /** The index of the row that covers `y` pixels below the first one's top; the last row if none does. */
  indexAt(keys: readonly string[], y: number): number {
    let bottom = 0;
    const index = keys.findIndex((key) => (bottom += this.of(key)) > y);
    return index < 0 ? Math.max(0, keys.length - 1) : index;
  }

  get #average(): number {
    return this.#heights.size === 0 ? FIRST_ESTIMATE : this.#sum / this.#heights.size;
  }
}

/** The slice for a list of `count` rows of which `first`…`last` are seen; the present one, as long as it reaches far enough. */
export function pickSlice(count: number, first: number, last: number, present: Slice): Slice {
  const enoughBefore = present.start <= Math.max(0, first - SLACK);
  const enoughAfter = present.end >= Math.min(count, last + 1 + SLACK) && present.end <= count;
  const size = present.end - present.start;
  const largeEnough = size >= Math.min(count, MIN_ROWS);
  if (enoughBefore && enoughAfter && largeEnough && size <= MAX_ROWS) return present;
  return freshSlice(count, first, last);
}

function freshSlice(count: number, first: number, last: number): Slice {
  const reach = Math.min(REACH, Math.floor((MAX_ROWS - (last + 1 - first)) / 2));
  const end = Math.min(count, Math.max(last + 1 + reach, first - reach + MIN_ROWS, MIN_ROWS));
  const start = Math.max(0, Math.min(first - reach, end - MIN_ROWS));
  return { start, end };
}
