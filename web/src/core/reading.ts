/** How far each channel has been read on this page, and where its "New messages" line stands. */
import type { Message } from './protocol.generated';

interface Mark {
  /** The last seq that was seen. */
  readonly read: number;
  /** The line stands above the first message of somebody else after this seq; null for none. */
  readonly line: number | null;
}

export class Reading {
  readonly #marks = new Map<string, Mark>();

  /**
   * What is loaded of a channel up to the present, and whether somebody sees its end at this moment. What comes unseen draws
   * the line where reading was left off; it stays there while one reads on.
   */
  follow(channelId: string, messages: readonly Message[], selfId: string, seesEnd: boolean): void {
    const last = messages.at(-1)?.seq ?? 0;
    const mark = this.#marks.get(channelId) ?? { read: last, line: null };
    const line = mark.line ?? (unreadAfter(mark.read, messages, selfId).length > 0 ? mark.read : null);
    if (seesEnd) this.#marks.set(channelId, { read: Math.max(last, mark.read), line: mark.line });
    else this.#marks.set(channelId, { ...mark, line });
  }

  /** Somebody comes (back) to a channel, or goes: a line above nothing unread has done its work. */
  turn(channelId: string, messages: readonly Message[], selfId: string): void {
    const mark = this.#marks.get(channelId);
    if (!mark) return;
    const unread = unreadAfter(mark.read, messages, selfId);
    this.#marks.set(channelId, { ...mark, line: unread.length > 0 ? mark.read : null });
  }

  /** The message above which the line stands. */
  firstNew(channelId: string, messages: readonly Message[], selfId: string): Message | undefined {
    const line = this.#marks.get(channelId)?.line ?? null;
    return line === null ? undefined : unreadAfter(line, messages, selfId)[0];
  }

  /** How many messages of others nobody has seen here yet. */
  unread(channelId: string, messages: readonly Message[], selfId: string): number {
    const mark = this.#marks.get(channelId);
    return mark ? unreadAfter(mark.read, messages, selfId).length : 0;
  }

  clear(): void {
    this.#marks.clear();
  }
}

function unreadAfter(seq: number, messages: readonly Message[], selfId: string): Message[] {
  const first = messages.findLastIndex((message) => message.seq <= seq) + 1;
  return messages.slice(first).filter(({ author_id, deleted }) => author_id !== selfId && !deleted);
}
