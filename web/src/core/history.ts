/** One channel's history while somebody reads it: which pages are asked for, and what became of them. */
import type { ApiError, HistoryBound, HistoryPage } from './api';
import { MessageWindow } from './message_window';
import { PAGE_SIZE } from './policy';
import type { Message } from './protocol.generated';

/** Fetches a page; rejects with an ApiError. */
export type LoadPage = (bound: HistoryBound, limit: number) => Promise<HistoryPage>;

export type HistoryStatus = 'empty' | 'loading' | 'loaded' | 'failed';

/** What is shown of a history: replaced, never changed. */
export interface HistoryView {
  readonly status: HistoryStatus;
  /** Why a page could not be had; null when the last one came. */
  readonly error: ApiError | null;
  readonly messages: readonly Message[];
  readonly hasBefore: boolean;
  readonly hasAfter: boolean;
}

export class History {
  readonly #window = new MessageWindow();
  /** The end the reader is nearer to; the other one is let go when too much is loaded. */
  readerAt: 'older' | 'newer' = 'newer';
  #view: HistoryView = { status: 'empty', error: null, messages: [], hasBefore: false, hasAfter: false };
  #status: HistoryStatus = 'empty';
  #error: ApiError | null = null;
  /** Counts starts: an answer that belongs to an earlier one is dropped. */
  #generation = 0;
  /** A page that replaces everything is awaited: what extends the old stretch would leave a hole in the new one. */
  #reloading = false;
  readonly #underWay = new Set<'older' | 'newer'>();
  readonly #load: LoadPage;
  readonly #tell: () => void;

  /** `changed` is called after every change. */
  constructor(load: LoadPage, changed: () => void) {
    this.#load = load;
    this.#tell = changed;
  }

  /** The same object until something changes. */
  get view(): HistoryView {
    return this.#view;
  }

  /** Loads the newest page, or that around a seq, unless there is something already. */
  async open(around?: number): Promise<void> {
    if (this.#status !== 'empty' && this.#status !== 'failed') return;
    await this.#reload(around === undefined ? {} : { around });
  }

  /** A fresh start: what is shown stays until the page has come, but is not to be trusted without it. */
  async restart(): Promise<void> {
    this.#status = 'loading';
    await this.reload();
  }

  /** Loads anew at the present. What is shown stays until the page has come. */
  async reload(): Promise<void> {
    await this.#reload({});
  }

  /** Has the messages around a seq loaded, and answers with the one there, or the next one before it; undefined for none. */
  async reach(seq: number): Promise<Message | undefined> {
    if (!this.#holds(seq)) await this.#reload({ around: seq });
    const { messages } = this.#window;
    return this.#error ? undefined : (messages.findLast((message) => message.seq <= seq) ?? messages[0]);
  }

  #holds(seq: number): boolean {
    const { messages, hasBefore, hasAfter } = this.#window;
    if (this.#status !== 'loaded' || this.#reloading) return false;
    const reachesBack = !hasBefore || (messages[0]?.seq ?? Infinity) <= seq;
    return reachesBack && (!hasAfter || (messages.at(-1)?.seq ?? 0) >= seq);
  }

  async #reload(bound: HistoryBound): Promise<void> {
    const generation = ++this.#generation;
    this.#reloading = true;
    if (this.#status !== 'loaded') this.#status = 'loading';
    this.#window.expectPage({ anew: true });
    this.#changed();
    const page = await this.#page(bound);
    if (generation !== this.#generation) return;
    this.#reloading = false;
    if (page) this.#window.replace(page);
    else this.#window.missPage();
    if (page) this.#status = 'loaded';
    else if (this.#status === 'loading') this.#status = 'failed';
    this.#changed();
  }

  async jumpToPresent(): Promise<void> {
    if (this.#window.hasAfter) await this.reload();
  }

  async loadOlder(): Promise<void> {
    const first = this.#window.messages[0];
    if (!first || !this.#window.hasBefore) return;
    await this.#extend('older', { before: first.seq }, (page) => this.#window.prepend(page));
  }

  async loadNewer(): Promise<void> {
    const last = this.#window.messages.at(-1);
    if (!last || !this.#window.hasAfter || this.#reloading || this.#underWay.has('newer')) return;
    this.#window.expectPage({ anew: false });
    await this.#extend('newer', { after: last.seq }, (page) => this.#window.append(page));
  }

  receive(message: Message): void {
    this.#window.receive(message);
    this.#window.trim(this.readerAt);
    this.#changed();
  }

  async #extend(
    end: 'older' | 'newer',
    bound: HistoryBound,
    add: (page: HistoryPage) => void,
  ): Promise<void> {
    if (this.#status !== 'loaded' || this.#reloading || this.#underWay.has(end)) return;
    const generation = this.#generation;
    this.#underWay.add(end);
    const page = await this.#page(bound);
    this.#underWay.delete(end);
    if (generation !== this.#generation) return;
    if (page) {
      add(page);
      this.#window.trim(end);
    }
    this.#changed();
  }

  /** A page, or null with the reason kept. */
  async #page(bound: HistoryBound): Promise<HistoryPage | null> {
    try {
      const page = await this.#load(bound, PAGE_SIZE);
      this.#error = null;
      return page;
    } catch (error) {
      this.#error = error as ApiError;
      return null;
    }
  }

  #changed(): void {
    const { messages, hasBefore, hasAfter } = this.#window;
    this.#view = { status: this.#status, error: this.#error, messages, hasBefore, hasAfter };
    this.#tell();
  }
}
