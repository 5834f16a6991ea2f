/** How far each channel has been read, and where its "New messages" line stands on this page. */
import type { HistoryView } from './history';
import type { Message } from './protocol.generated';
import type { ReadReports } from './read_reports';

interface Mark {
  /** The last seq that was seen. */
  readonly read: number;
  /** The line stands above the first message of somebody else after this seq; null for none. */
  readonly line: number | null;
}

export interface ReadingPorts {
  /** The seq up to which the user has read a channel, here or on another device; undefined while nobody knows. */
  known(channelId: string): number | undefined;
  /** Somebody has seen a channel up to a seq, which is more than is known. */
  seen(channelId: string, seq: number): void;
  /** Tells the server of it. */
  reports: ReadReports;
}

export class Reading {
  readonly #ports: ReadingPorts;
  readonly #marks = new Map<string, Mark>();

  constructor(ports: ReadingPorts) {
    this.#ports = ports;
  }

  /** What was seen and not yet told is told now: the connection is back, or the page may be gone with the next moment. */
  hurry(): void {
    this.#ports.reports.hurry();
  }

  /**
   * What is loaded of a channel up to the present, and whether somebody sees its end at this moment. What comes unseen draws
   * the line where reading was left off, on whichever device; it stays there while one reads on.
   */
  follow(channelId: string, messages: readonly Message[], selfId: string, seesEnd: boolean): void {
    const last = messages.at(-1)?.seq ?? 0;
    const known = this.#ports.known(channelId);
    const mark = this.#marks.get(channelId) ?? { read: known ?? last, line: null };
    if (seesEnd) {
      this.#marks.set(channelId, { read: Math.max(last, mark.read), line: mark.line });
      if (known !== undefined && last > known) this.#tell(channelId, last);
      return;
    }
    const readOn = known !== undefined && known > mark.read; // on another device
    const read = readOn ? known : mark.read;
    const standing = readOn ? null : mark.line;
    const line = standing ?? (unreadAfter(read, messages, selfId).length > 0 ? read : null);
    this.#marks.set(channelId, { read, line });
  }

  /** Somebody comes (back) to a channel, or goes: a line above nothing unread has done its work. */
  turn(channelId: string, messages: readonly Message[], selfId: string): void {
    const mark = this.#marks.get(channelId);
    if (!mark) return;
    const unread = unreadAfter(mark.read, messages, selfId);
    this.#marks.set(channelId, { ...mark, line: unread.length > 0 ? mark.read : null });
  }

  /** The message above which the line stands; undefined while that may be one before those that are loaded. */
  firstNew(
    channelId: string,
    { messages, hasBefore }: Pick<HistoryView, 'messages' | 'hasBefore'>,
    selfId: string,
  ): Message | undefined {
    const line = this.#marks.get(channelId)?.line ?? null;
    const first = messages[0]?.seq ?? 0;
    if (line === null || (hasBefore && first > line + 1)) return undefined;
    return unreadAfter(line, messages, selfId)[0];
  }

  /** How many messages of others nobody has seen here yet. */
  unread(channelId: string, messages: readonly Message[], selfId: string): number {
    const mark = this.#marks.get(channelId);
    return mark ? unreadAfter(mark.read, messages, selfId).length : 0;
  }

  clear(): void {
    this.#marks.clear();
    this.#ports.reports.clear();
  }

  #tell(channelId: string, seq: number): void {
    this.#ports.seen(channelId, seq);
    this.#ports.reports.add(channelId, seq);
  }
}

function unreadAfter(seq: number, messages: readonly Message[], selfId: string): Message[] {
  const first = messages.findLastIndex((message) => message.seq <= seq) + 1;
  return messages.slice(first).filter(({ author_id, deleted }) => author_id !== selfId && !deleted);
}
