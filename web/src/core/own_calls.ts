/** Where the user's own voice is, by the rosters of all voice channels. */
import type { Participant } from './protocol.generated';
import type { State } from './state';

/** Every participant that is this user, on this page or on another. */
export function ownCalls({ user, rooms }: State): { channelId: string; participant: Participant }[] {
  return [...rooms.values()].flatMap((room) =>
    room.participants
      .filter(({ user_id }) => user_id === user?.id)
      .map((participant) => ({ channelId: room.channel_id, participant })),
  );
}
