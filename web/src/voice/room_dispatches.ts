/** The dispatches that concern one room, taken apart and passed on. */
import type { Signalling } from './signalling';
import { readSignal, type Participant, type ReceivedSignal, type Room } from './wire';

export interface RoomDispatchHandlers {
  put(rev: number, participant: Participant): void;
  left(rev: number, participantId: string, reason: string): void;
  settled(room: Room): void;
  signal(signal: ReceivedSignal): void;
  superseded(participantId: string): void;
  kicked(participantId: string, reason: string): void;
  holderAsked(askId: string): void;
}

interface Changed {
  channel_id: string;
  rev: number;
  participant: Participant;
}

interface Left {
  channel_id: string;
  rev: number;
  participant_id: string;
  reason: string;
}

/** Listens for one channel; the answer stops listening. */
export function listenToRoom(
  signalling: Signalling,
  channelId: string,
  on: RoomDispatchHandlers,
): () => void {
  const here = <D extends { channel_id: string }>(handler: (d: D) => void) => {
    return (d: unknown) => {
      if ((d as D).channel_id === channelId) handler(d as D);
    };
  };
  const put = here<Changed>((d) => on.put(d.rev, d.participant));
  const stops = [
    signalling.on('voice.participant_joined', put),
    signalling.on('voice.participant_updated', put),
    signalling.on(
      'voice.participant_left',
      here<Left>((d) => on.left(d.rev, d.participant_id, d.reason)),
    ),
    signalling.on(
      'voice.room_settled',
      here<Room>((d) => on.settled(d)),
    ),
    signalling.on(
      'voice.superseded',
      here<Left>((d) => on.superseded(d.participant_id)),
    ),
    signalling.on(
      'voice.kicked',
      here<Left>((d) => on.kicked(d.participant_id, d.reason)),
    ),
    signalling.on('voice.holder_asked', (d) => on.holderAsked((d as { ask_id: string }).ask_id)),
    signalling.on('voice.signal', (d) => {
      const signal = readSignal(d);
      if (signal?.channel_id === channelId) on.signal(signal);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
