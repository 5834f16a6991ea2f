/** What the interface is shown of a call: an immutable value, made anew with every change. */
import type { TalkMode } from './gate';
import type { ShownLinkState } from './link_state';
import type { PeerLink } from './peer_link';
import { reasonOf, type Reason } from './reasons';
import type { RoomState } from './room_state';

export interface PeerView {
  readonly userId: string;
  readonly state: ShownLinkState;
  readonly path: 'direct' | 'relay' | null;
  readonly reason: Reason | null;
  readonly rttMs: number | null;
  readonly lossPercent: number;
  readonly speaking: boolean;
}

export interface VoiceView {
  readonly state: RoomState;
  readonly channelId: string | null;
  readonly participantId: string | null;
  readonly reason: Reason | null;
  readonly muted: boolean;
  readonly deafened: boolean;
  readonly mode: TalkMode;
  /** The key or button is held or latched: what `aria-pressed` shows. */
  readonly talkPressed: boolean;
  readonly transmitting: boolean;
  readonly selfSpeaking: boolean;
  readonly talkingWhileMuted: boolean;
  readonly playbackBlocked: boolean;
  readonly listenOnly: boolean;
  readonly peers: ReadonlyMap<string, PeerView>;
  readonly canRejoin: boolean;
  readonly canMoveHere: boolean;
}

/** `sending`: whether our microphone sends, so that reports on it are due. */
export function viewOfPeer(link: PeerLink, speaking: boolean, sending: boolean): PeerView {
  const watch = link.pair.current?.watch;
  return {
    userId: link.participant.user_id,
    state: link.shownState,
    path: watch?.last.path ?? null,
    reason: link.reason ?? (link.unheard(sending) ? reasonOf('not_heard') : null),
    rttMs: watch?.last.roundTripMs ?? null,
    lossPercent: watch?.lossPercent ?? 0,
    speaking,
  };
}
