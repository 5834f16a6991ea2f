/** A list that comes page by page, with what went wrong on the way. */
import { Submission } from '../auth/submission.svelte';

export class Pages<Item, Place> {
  items = $state.raw<readonly Item[]>([]);
  /** Where the next page begins; null when this was the last, undefined before the first. */
  next = $state.raw<Place | null | undefined>(undefined);
  readonly submission = new Submission();
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
    await this.submission.run(() => this.#take(null, []));
  }

  async more(): Promise<void> {
    const { next } = this;
    if (next !== undefined && next !== null) await this.submission.run(() => this.#take(next, this.items));
  }

  async #take(place: Place | null, before: readonly Item[]): Promise<void> {
    const page = await this.#load(place);
    this.items = [...before, ...page.items];
    this.next = page.next;
  }
}
