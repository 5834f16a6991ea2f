/** What a call is waiting for: shown when it takes longer than a moment, so that nobody looks at a mere "Connecting...". */
import type { MicrophoneState } from './microphone';
import type { PeerLink } from './peer_link';
import type { RoomState } from './room_state';

export type Waiting = 'server' | 'microphone' | 'path' | 'sound';

export interface Stage {
  readonly waiting: Waiting;
  /** The peer it is about, where it is about one. */
  readonly userId: string | null;
}

export interface StageFacts {
  readonly state: RoomState;
  /** Whether the server has let us in. */
  readonly admitted: boolean;
  readonly links: readonly PeerLink[];
  readonly microphone: MicrophoneState;
}

/** Null when nothing is waited for, or a reason says more. */
export function stageOf({ state, admitted, links, microphone }: StageFacts): Stage | null {
  if (state === 'joining' && !admitted) return { waiting: 'server', userId: null };
  const awaited = state === 'joining' ? links.find((link) => link.present && link.state !== 'ok') : undefined;
  if (awaited) {
    const waiting = awaited.pair.current?.state === 'connected' ? 'sound' : 'path';
    return { waiting, userId: awaited.participant.user_id };
  }
  return admitted && microphone === 'opening' ? { waiting: 'microphone', userId: null } : null;
}
