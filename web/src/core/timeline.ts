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

/** Puts the rows together. `dayOf` names the day of an instant as the reader's calendar has it. */
export function timeline(
  messages: readonly Message[],
  pending: readonly PendingMessage[],
  selfId: string,
  dayOf: (at: number) => string = localDay,
): Row[] {
  const entries = [
    ...messages.filter((message) => !isSuperseded(message)).map((message) => ofMessage(message, selfId)),
    ...pending.map((item) => ofPending(item, selfId)),
  ];
  return entries.map((entry, index) => {
    const before = entries[index - 1];
    const startsDay = !before || dayOf(before.at) !== dayOf(entry.at);
    return { ...entry, startsDay, grouped: !startsDay && continues(before, entry) };
  });
}

/** The rows anew, but those that are as they were are the same objects: what shows them has nothing to do. */
export function reusing(before: readonly Row[], rows: readonly Row[]): readonly Row[] {
  const known = new Map(before.map((row) => [row.key, row]));
  return rows.map((row) => {
    const old = known.get(row.key);
    return old && isSame(old, row) ? old : row;
  });
}

function isSame(old: Row, row: Row): boolean {
  return (
    old.message === row.message &&
    old.pending === row.pending &&
    old.startsDay === row.startsDay &&
    old.grouped === row.grouped
  );
}

function continues(before: Entry | undefined, entry: Entry): boolean {
  return (
    before !== undefined && before.authorId === entry.authorId && Math.abs(entry.at - before.at) < GROUP_MS
  );
}

function ofMessage(message: Message, selfId: string): Entry {
  const key = message.author_id === selfId ? message.nonce : message.id;
  return { key, authorId: message.author_id, at: Date.parse(message.posted_at), message, pending: null };
}

function ofPending(pending: PendingMessage, selfId: string): Entry {
  return { key: pending.nonce, authorId: selfId, at: pending.createdAt, message: null, pending };
}

function localDay(at: number): string {
  return new Date(at).toDateString();
}
