/** A list that comes page by page, with what went wrong on the way. */
import { Submission } from '../auth/submission.svelte';

/** How often a page looks for what others have done: nobody tells it. */
export const LOOK_EVERY_MS = 5_000;

export class Pages<Item, Place> {
  items = $state.raw<readonly Item[]>([]);
  /** Where the next page begins; null when this was the last, undefined before the first. */
  next = $state.raw<Place | null | undefined>(undefined);
  readonly submission = new Submission();
  /** What is shown may be out of date; asked for while something else was being loaded. */
  #stale = false;
  readonly #load: (place: Place | null) => Promise<{ items: readonly Item[]; next: Place | null }>;

  constructor(load: (place: Place | null) => Promise<{ items: readonly Item[]; next: Place | null }>) {
    this.#load = load;
  }

  get isLoaded(): boolean {
    return this.next !== undefined;
  }

  get hasMore(): boolean {
    return this.next !== undefined && this.next !== null;
  }

  /** Loads the first page anew. */
  async restart(): Promise<void> {
    await this.#run(() => this.#take(null, []));
  }

  async more(): Promise<void> {
    const { next } = this;
    if (next !== undefined && next !== null) await this.#run(() => this.#take(next, this.items));
  }

  /** Loads anew as much as is shown, which stays until it has come. */
  async refresh(): Promise<void> {
    this.#stale = true;
    await this.#run(() => Promise.resolve());
  }

  /** Looks whether something stands above what is shown by now; only then is all of it loaded anew. */
  async follow(isSame: (one: Item, other: Item) => boolean): Promise<void> {
    const shown = this.items[0];
    const { items } = await this.#load(null);
    const first = items[0];
    if (first && !(shown && isSame(first, shown))) await this.refresh();
  }

  /** One request after the other: what asks in between is seen to by whoever is at it. */
  async #run(step: () => Promise<void>): Promise<void> {
    if (this.submission.busy) return;
    if (!(await this.submission.run(step))) return;
    while (this.#stale) {
      this.#stale = false;
      if (!(await this.submission.run(() => this.#reload(this.items.length)))) return;
    }
  }

  async #reload(count: number): Promise<void> {
    const items: Item[] = [];
    let next: Place | null = null;
    do {
      const page: { items: readonly Item[]; next: Place | null } = await this.#load(next);
      items.push(...page.items);
      next = page.next;
    } while (next !== null && items.length < count);
    this.items = items;
    this.next = next;
  }

  async #take(place: Place | null, before: readonly Item[]): Promise<void> {
    const page = await this.#load(place);
    this.items = [...before, ...page.items];
    this.next = page.next;
  }
}
