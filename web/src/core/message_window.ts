/** The loaded stretch of a channel's history: contiguous, ascending by seq, pages and live events reconciled by seq and rev. */
import type { HistoryPage } from './api';
import type { Message } from './protocol.generated';

/** Whether this is what the log keeps of a version whose text was edited away or deleted since: a later event brings the rest. */
export function isSuperseded({ text, deleted }: Message): boolean {
  return text === '' && !deleted;
}

/** How many messages stay loaded; what goes beyond is let go at the end farther from the reader. */
export const KEEP_LOADED = 1_000;

/** Live messages kept aside while a page is under way. */
const KEEP_LATE = 200;

export class MessageWindow {
  #messages: readonly Message[] = [];
  #hasBefore = false;
  #hasAfter = false;
  #awaitingFirst = true;
  /** What came live since the last forward page was asked for: the page may have been read before it. */
  #late: Message[] = [];
  /** The highest seq of a late message that had to be let go. */
  #lateLost = 0;

  get messages(): readonly Message[] {
    return this.#messages;
  }

  get hasBefore(): boolean {
    return this.#hasBefore;
  }

  /** Whether messages newer than the last one exist that are not loaded. */
  get hasAfter(): boolean {
    return this.#hasAfter;
  }

  /** A page that reaches forward is about to be asked for; `anew` means that it replaces everything. */
  expectPage({ anew }: { anew: boolean }): void {
    this.#late = [];
    this.#lateLost = 0;
    if (anew) this.#awaitingFirst = true;
  }

  /** Starts anew from one page: the newest, or one around a message. */
  replace(page: HistoryPage): void {
    this.#messages = [];
    this.#merge(page.messages);
    this.#hasBefore = page.has_before;
    this.#awaitingFirst = false;
    this.#reachForward(page);
  }

  /** The page that was to replace everything has not come: what is held ends somewhere before the present. */
  missPage(): void {
    if (this.#messages.length === 0) return;
    this.#awaitingFirst = false;
    this.#hasAfter = true;
  }

  /** Adds the page before the first message. */
  prepend(page: HistoryPage): void {
    this.#merge(page.messages);
    this.#hasBefore = page.has_before;
  }

  /** Adds the page after the last message. */
  append(page: HistoryPage): void {
    this.#merge(page.messages);
    this.#reachForward(page);
  }

  /** Takes in a live message or its change: from the gateway, or the answer to one's own doing. */
  receive(message: Message): void {
    const last = this.#messages.at(-1);
    const known =
      last !== undefined && message.seq <= last.seq && this.#messages.some(({ id }) => id === message.id);
    const setAside = this.#awaitingFirst || this.#hasAfter;
    if (setAside) this.#setAside(message);
    if (known || !(setAside || this.#isOlder(message))) this.#merge([message]);
  }

  /** Lets go of what lies too far from the reader, who is at the newer or the older end. */
  trim(readerAt: 'newer' | 'older'): void {
    if (this.#messages.length <= KEEP_LOADED) return;
    if (readerAt === 'newer') {
      this.#messages = this.#messages.slice(-KEEP_LOADED);
      this.#hasBefore = true;
    } else {
      this.#messages = this.#messages.slice(0, KEEP_LOADED);
      this.#hasAfter = true;
    }
  }

  /** A change of something further up than what is loaded: the page it is on will bring it, alone it would leave a hole. */
  #isOlder({ seq }: Message): boolean {
    const first = this.#messages[0];
    return this.#hasBefore && first !== undefined && seq < first.seq;
  }

  /** The end of a page is the present, unless something newer than the page's head was missed meanwhile. */
  #reachForward(page: HistoryPage): void {
    this.#hasAfter = page.has_after || this.#lateLost > page.seq;
    const held = new Set(this.#messages.map(({ id }) => id));
    this.#merge(this.#late.filter(({ id, seq }) => held.has(id) || (!this.#hasAfter && seq > page.seq)));
    if (!this.#hasAfter) this.#late = [];
  }

  #setAside(message: Message): void {
    this.#late.push(message);
    const lost = this.#late.length > KEEP_LATE ? this.#late.shift() : undefined;
    if (lost) this.#lateLost = Math.max(this.#lateLost, lost.seq);
  }

  #merge(messages: readonly Message[]): void {
    const [only] = messages;
    if (messages.length === 1 && only && only.seq > (this.#messages.at(-1)?.seq ?? 0)) {
      this.#messages = [...this.#messages, only]; // what nearly every message is: the newest
      return;
    }
    const byId = new Map(this.#messages.map((message) => [message.id, message]));
    for (const message of messages) byId.set(message.id, later(byId.get(message.id), message));
    this.#messages = [...byId.values()].sort((a, b) => a.seq - b.seq);
  }
}

/** Of two versions of one message the one with the higher `rev`; but one without its text waits for what superseded it. */
function later(known: Message | undefined, other: Message): Message {
  return known && (known.rev >= other.rev || isSuperseded(other)) ? known : other;
}
