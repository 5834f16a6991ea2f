/** Who is a member of a channel, put together from pages and from events that may overtake them. */

interface Standing {
  present: boolean;
  /** The seq of the channel's feed at which this was so. */
  seq: number;
}

export interface MemberList {
  readonly standings: ReadonlyMap<string, Standing>;
  /** Whether the last page has come. */
  readonly complete: boolean;
}

export const noMembers: MemberList = { standings: new Map(), complete: false };

/** Adds a page read at `seq`; what is known from a later seq stays. */
export function addMembersPage(list: MemberList, userIds: string[], seq: number, last: boolean): MemberList {
  const standings = new Map(list.standings);
  for (const id of userIds) {
    const known = standings.get(id);
    if (!known || known.seq <= seq) standings.set(id, { present: true, seq });
  }
  return { standings, complete: list.complete || last };
}

export function changeMember(list: MemberList, userId: string, present: boolean, seq: number): MemberList {
  const known = list.standings.get(userId);
  if (known && known.seq >= seq) return list;
  return { ...list, standings: new Map(list.standings).set(userId, { present, seq }) };
}

export function memberIds(list: MemberList): string[] {
  return [...list.standings].filter(([, standing]) => standing.present).map(([id]) => id);
}
