/** Which rows of a long list are in the page: 60 to 150 around what is seen, the rest stands as two spacers. */

/** In rows: what is rendered beyond what is seen, how much of that is left when it is rendered anew, and how much there is at least. */
interface Margins {
  readonly reach: number;
  readonly slack: number;
  readonly least: number;
}

const WIDE: Margins = { reach: 40, slack: 15, least: 60 };
/** For the first frame of a list, which is not to wait for what nobody sees yet. */
export const NEAR: Margins = { reach: 20, slack: 0, least: 0 };
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
export function pickSlice(count: number, first: number, last: number, present: Slice, margins = WIDE): Slice {
  const { slack, least } = margins;
  const enoughBefore = present.start <= Math.max(0, first - slack);
  const enoughAfter = present.end >= Math.min(count, last + 1 + slack) && present.end <= count;
  const size = present.end - present.start;
  const largeEnough = size >= Math.min(count, least);
  if (enoughBefore && enoughAfter && largeEnough && size <= MAX_ROWS) return present;
  return freshSlice(count, first, last, margins);
}

function freshSlice(count: number, first: number, last: number, margins: Margins): Slice {
  const { least } = margins;
  const reach = Math.min(margins.reach, Math.floor((MAX_ROWS - (last + 1 - first)) / 2));
  const end = Math.min(count, Math.max(last + 1 + reach, first - reach + least, least));
  const start = Math.max(0, Math.min(first - reach, end - least));
  return { start, end };
}
