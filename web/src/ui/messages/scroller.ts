/** Keeps the reading position of a message list: nothing that arrives, loads or changes size moves what is read. */
import { NEAR, pickSlice, RowHeights, type Slice } from '../../core/row_window';
import { atEnd, END_SLACK, type Place } from './place';

/** The parts of the page it works on: the scrolling view, and the rows in it (each with `data-key`). */
export interface ScrollParts {
  view: HTMLElement;
  rows: HTMLElement;
}

/** Heights in pixels. */
export interface Spacers {
  before: number;
  after: number;
}

export interface ScrollView {
  /** Indexes of the first and last row seen. */
  first: number;
  last: number;
}

export class Scroller {
  readonly heights = new RowHeights();
  #place: Place;
  #keys: readonly string[] = [];
  #slice: Slice = { start: 0, end: 0 };
  #drawn = false;
  /** That of the view when it was last put to its place. */
  #size = '';
  /** The spacers as they stand in the page; what is known of heights may have changed since. */
  #spacers: Spacers = { before: 0, after: 0 };

  constructor(place: Place = atEnd) {
    this.#place = place;
  }

  get place(): Place {
    return this.#place;
  }

  /** The slice to render for these rows, the place being what it is. `viewHeight` in pixels. */
  arrange(keys: readonly string[], viewHeight: number): Slice {
    this.#keys = keys;
    const { first, last } = this.#seenByModel(viewHeight);
    this.#slice = pickSlice(keys.length, first, last, this.#slice, this.#drawn ? undefined : NEAR);
    return this.#slice;
  }

  /** The first frame is drawn: more than what is seen may be rendered. */
  drawn(): void {
    this.#drawn = true;
  }

  /** The spacers that stand for the rows outside a slice. */
  spacers({ start, end }: Slice): Spacers {
    const before = this.heights.sum(this.#keys.slice(0, start));
    const after = this.heights.sum(this.#keys.slice(end));
    this.#spacers = { before, after };
    return this.#spacers;
  }

  goToEnd(): void {
    this.#place = atEnd;
  }

  /** Puts a row so many pixels below the top of the view. */
  goTo(key: string, offset: number): void {
    this.#place = { at: 'row', key, offset };
  }

  /**
   * The view has scrolled. Was it the person, the new place is read off the page; but a view that has another size was scrolled
   * by the browser, because there is less to scroll through, and is put back. `endLoaded` says whether the last row is the present.
   */
  follow(parts: ScrollParts, endLoaded: boolean): ScrollView {
    const { view } = parts;
    if (this.#size !== sizeOf(view)) {
      this.restore(parts);
      return this.#seenByModel(view.clientHeight);
    }
    const fromEnd = view.scrollHeight - view.scrollTop - view.clientHeight;
    if (endLoaded && fromEnd <= END_SLACK) {
      this.#place = atEnd;
      return this.#seenByModel(view.clientHeight);
    }
    const seen = this.#firstSeen(parts);
    this.#place = seen ?? this.#placeByModel(parts);
    return this.#seenByModel(view.clientHeight);
  }

  /**
   * Measures the rows in the page and puts the view back to its place. To be called whenever a height may have changed. Where
   * there is too little to scroll through for that, the place is what the reader sees instead.
   */
  restore(parts: ScrollParts): void {
    const { view, rows } = parts;
    if (view.clientHeight === 0) return; // not shown: everything in it measures nothing
    this.#size = sizeOf(view);
    for (const row of rows.children as HTMLCollectionOf<HTMLElement>) {
      this.heights.measured(row.dataset.key ?? '', row.offsetHeight);
    }
    const place = this.#place;
    if (place.at === 'end') {
      view.scrollTop = view.scrollHeight;
      return;
    }
    const row = find(rows, place.key);
    if (!row) return;
    const moved = offsetIn(view, row) - place.offset;
    if (Math.abs(moved) < 1) return;
    view.scrollTop += moved;
    if (Math.abs(offsetIn(view, row) - place.offset) >= 1) this.#place = this.#firstSeen(parts) ?? place;
  }

  #firstSeen({ view, rows }: ScrollParts): Place | null {
    const top = view.getBoundingClientRect().top;
    const bottom = top + view.clientHeight;
    for (const row of rows.children as HTMLCollectionOf<HTMLElement>) {
      const box = row.getBoundingClientRect();
      if (box.top >= bottom) return null;
      if (box.bottom > top) return { at: 'row', key: row.dataset.key ?? '', offset: box.top - top };
    }
    return null;
  }

  /** The view is in a spacer: the place is the row as far into those it stands for as the view is into the spacer. */
  #placeByModel({ view, rows }: ScrollParts): Place {
    const viewTop = view.getBoundingClientRect().top;
    const above = viewTop - (rows.getBoundingClientRect().top - this.#spacers.before);
    const below = viewTop - rows.getBoundingClientRect().bottom;
    const { start, end } = this.#slice;
    const index =
      below < 0
        ? this.#rowAt(0, start, above / this.#spacers.before)
        : this.#rowAt(end, this.#keys.length, below / this.#spacers.after);
    return { at: 'row', key: this.#keys[index] ?? '', offset: 0 };
  }

  #rowAt(from: number, to: number, share: number): number {
    const keys = this.#keys.slice(from, to);
    return from + this.heights.indexAt(keys, share * this.heights.sum(keys));
  }

  #seenByModel(viewHeight: number): ScrollView {
    const place = this.#place;
    const end = this.#keys.length - 1;
    if (place.at === 'end') return { first: this.#walk(end, -1, viewHeight), last: Math.max(0, end) };
    const index = this.#keys.indexOf(place.key);
    if (index < 0) return { first: this.#walk(end, -1, viewHeight), last: Math.max(0, end) };
    return { first: index, last: this.#walk(index, 1, viewHeight - place.offset) };
  }

  /** The row `height` pixels away from one in a direction, or the last one there is. */
  #walk(from: number, step: 1 | -1, height: number): number {
    let index = from;
    let left = height;
    while (index + step >= 0 && index + step < this.#keys.length && left > 0) {
      left -= this.heights.of(this.#keys[index]!);
      if (left > 0) index += step;
    }
    return Math.max(0, index);
  }
}

/** How far the top of a row is below that of the view, in pixels. */
function offsetIn(view: HTMLElement, row: HTMLElement): number {
  return row.getBoundingClientRect().top - view.getBoundingClientRect().top;
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement): string {
  return `${clientWidth}×${clientHeight}`;
}

function find(rows: HTMLElement, key: string): HTMLElement | undefined {
  return ([...rows.children] as HTMLElement[]).find((row) => row.dataset.key === key);
}
