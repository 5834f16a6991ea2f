/** How far the user has read each text channel, on whichever device, and how that moves. */
import { PAGE_SIZE } from './policy';
import type { Message, ReadState } from './protocol.generated';

export type ReadStates = ReadonlyMap<string, ReadState>;

export function isUnread(state: ReadState | undefined): boolean {
  return state !== undefined && state.last_seq > state.read_seq;
}

/** From which seq on something is unread, where the newest page of history may begin after it. */
export function firstUnread(state: ReadState | undefined): number | undefined {
  return state && state.last_seq - state.read_seq >= PAGE_SIZE ? state.read_seq + 1 : undefined;
}

/** What was there before one became a member is not unread. */
export function beginReading(states: ReadStates, channelId: string, seq: number): ReadStates {
  return put(states, { channel_id: channelId, read_seq: seq, last_seq: seq });
}

/** Read up to a seq; never back. */
export function readUpTo(states: ReadStates, channelId: string, seq: number): ReadStates {
  const state = states.get(channelId);
  if (!state || seq <= state.read_seq) return states;
  return put(states, { ...state, read_seq: seq, last_seq: Math.max(seq, state.last_seq) });
}

/** There is a message more; what stands above one's own is read. */
export function takeMessage(states: ReadStates, message: Message, selfId: string | undefined): ReadStates {
  const { channel_id: channelId, author_id: authorId, seq } = message;
  const state = states.get(channelId);
  if (!state || seq <= state.last_seq) return states;
  const arrived = put(states, { ...state, last_seq: seq });
  return authorId === selfId ? readUpTo(arrived, channelId, seq) : arrived;
}

function put(states: ReadStates, state: ReadState): ReadStates {
  return new Map(states).set(state.channel_id, state);
}
