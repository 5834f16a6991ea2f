/** What the client has applied: the cursor it resumes with, and the seq of each feed, which proves that nothing is missing. */
import type { Dispatch, MembershipAdded, MembershipRemoved } from './protocol.generated';

/** `foreign`: an event of a channel the client does not hold, to be ignored. */
export type Verdict = 'apply' | 'double' | 'gap' | 'foreign';

export class FeedCursor {
  #cursor: string | null = null;
  #feeds = new Map<string, number>();

  /** The id of the last event applied; null asks for a fresh start. */
  get cursor(): string | null {
    return this.#cursor;
  }

  seqOf(feed: string): number | undefined {
    return this.#feeds.get(feed);
  }

  /** Counts on from a fresh snapshot. */
  startAt(feeds: Readonly<Record<string, number>>, cursor: string | null): void {
    this.#feeds = new Map(Object.entries(feeds));
    this.#cursor = cursor;
  }

  forget(): void {
    this.#cursor = null;
  }

  /** Judges a dispatch and, unless it is a gap, counts it. Ephemeral ones always apply. */
  accept(dispatch: Dispatch): Verdict {
    const { feed, seq, id } = dispatch;
    if (feed === undefined || seq === undefined || id === undefined) return 'apply';
    const verdict = this.#judge(feed, seq);
    if (verdict === 'apply') {
      this.#feeds.set(feed, seq);
      this.#followMembership(dispatch);
    }
    if (verdict === 'apply' || verdict === 'foreign') this.#cursor = id;
    return verdict;
  }

  #judge(feed: string, seq: number): Verdict {
    const applied = this.#feeds.get(feed);
    if (applied === undefined && feed.startsWith('channel:')) return 'foreign';
    if (seq <= (applied ?? 0)) return 'double';
    return seq === (applied ?? 0) + 1 ? 'apply' : 'gap';
  }

  #followMembership({ t, d }: Dispatch): void {
    if (t === 'membership.added') {
      const { channel, seq } = d as MembershipAdded;
      this.#feeds.set(`channel:${channel.id}`, seq);
    } else if (t === 'membership.removed') {
      this.#feeds.delete(`channel:${(d as MembershipRemoved).channel_id}`);
    }
  }
}
