/** The rows of a message list: messages and pending ones in order, grouped by author, broken by day. */
import { isSuperseded } from './message_window';
import type { Message } from './protocol.generated';
import type { PendingMessage } from './unsent_store';

const GROUP_MS = 7 * 60_000;

export interface Row {
  /** Stays the same from the moment of writing, so that the row does not change its element when it is acknowledged. */
  readonly key: string;
  readonly authorId: string;
  /** Wall-clock milliseconds. */
  readonly at: number;
  /** The first row of its day: a date line stands above it. */
  readonly startsDay: boolean;
  /** Goes on where the same author left off, without name and picture. */
  readonly grouped: boolean;
  readonly message: Message | null;
  readonly pending: PendingMessage | null;
}

type Entry = Omit<Row, 'startsDay' | 'grouped'>;

/**
 * Puts the rows together. `dayOf` names the day of an instant as the reader's calendar has it. Rows that are as they were are the
 * same objects: what shows them has nothing to do.
 */
export function timeline(
  messages: readonly Message[],
  pending: readonly PendingMessage[],
  selfId: string,
  dayOf: (at: number) => string = localDay,
): Row[] {
  const sent = messages
    .filter((message) => !isSuperseded(message))
    .map((message) => ofMessage(message, selfId));
  const list = [...sent, ...unsent(pending, sent).map((item) => ofPending(item, selfId))];
  return list.map((entry, index) => {
    const before = list[index - 1];
    const startsDay = !before || dayOf(before.at) !== dayOf(entry.at);
    return asRow(entry, startsDay, !startsDay && continues(before, entry));
  });
}

/** Another tab may have sent one of them that it has not yet taken from the store they share. */
function unsent(pending: readonly PendingMessage[], sent: readonly Entry[]): readonly PendingMessage[] {
  if (pending.length === 0) return pending;
  const keys = new Set(sent.map(({ key }) => key));
  return pending.filter(({ nonce }) => !keys.has(nonce));
}

function continues(before: Entry | undefined, entry: Entry): boolean {
  return (
    before !== undefined && before.authorId === entry.authorId && Math.abs(entry.at - before.at) < GROUP_MS
  );
}

/** A list is put together anew with every change, mostly of what it had. */
const entries = new WeakMap<Message | PendingMessage, Entry>();
const shown = new WeakMap<Entry, Row>();

function asRow(entry: Entry, startsDay: boolean, grouped: boolean): Row {
  const known = shown.get(entry);
  if (known?.startsDay === startsDay && known.grouped === grouped) return known;
  const row: Row = { ...entry, startsDay, grouped };
  shown.set(entry, row);
  return row;
}

function ofMessage(message: Message, selfId: string): Entry {
  const key = message.author_id === selfId ? message.nonce : message.id;
  const known = entries.get(message);
  if (known?.key === key) return known;
  const at = Date.parse(message.posted_at);
  const entry: Entry = { key, authorId: message.author_id, at, message, pending: null };
  entries.set(message, entry);
  return entry;
}

function ofPending(pending: PendingMessage, selfId: string): Entry {
  const known = entries.get(pending);
  if (known) return known;
  const { nonce, createdAt } = pending;
  const entry: Entry = { key: nonce, authorId: selfId, at: createdAt, message: null, pending };
  entries.set(pending, entry);
  return entry;
}

/** Most instants one asks about are of the day one has just asked about. */
let askedLast = { from: NaN, to: NaN, name: '' };

function localDay(at: number): string {
  if (at >= askedLast.from && at < askedLast.to) return askedLast.name;
  const day = new Date(at);
  const name = day.toDateString();
  const from = day.setHours(0, 0, 0, 0);
  askedLast = { from, to: day.setDate(day.getDate() + 1), name };
  return name;
}
