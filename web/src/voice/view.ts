/** What the interface is shown of a call: an immutable value, made anew with every change. */
import type { TalkMode } from './gate';
import type { ShownLinkState } from './link_state';
import type { PeerLink } from './peer_link';
import type { Bars } from './quality';
import type { Reason } from './reasons';
import type { RoomState } from './room_state';
import type { Stage } from './stage';
import type { Verdict } from './verdict_texts';

export interface PeerView {
  readonly userId: string;
  readonly state: ShownLinkState;
  readonly path: 'direct' | 'relay' | null;
  readonly reason: Reason | null;
  readonly rttMs: number | null;
  readonly lossPercent: number;
  readonly jitterMs: number | null;
  /** Sound that comes, with its headers. */
  readonly kilobitsPerSecond: number;
  /** Kinds of the two ends of the path: how it goes round the networks' walls. */
  readonly candidates: readonly [string, string] | null;
  readonly relayProtocol: string | null;
  readonly repairs: number;
  /** How good their sound can be; null while that is not known, or they send none. */
  readonly quality: Bars | null;
  readonly speaking: boolean;
  /** One has silenced them for oneself alone. */
  readonly mutedForMe: boolean;
  /** What the server makes of what both ends report: of their sound to us, then of ours to them. */
  readonly verdicts: readonly Verdict[];
}

export interface VoiceView {
  readonly state: RoomState;
  readonly channelId: string | null;
  readonly participantId: string | null;
  readonly reason: Reason | null;
  /** What the call is waiting for. */
  readonly stage: Stage | null;
  readonly muted: boolean;
  readonly deafened: boolean;
  /** Not to be ended by oneself. */
  readonly mutedByAdministrator: boolean;
  readonly mode: TalkMode;
  /** The key or button is held or latched: what `aria-pressed` shows. */
  readonly talkPressed: boolean;
  readonly transmitting: boolean;
  readonly selfSpeaking: boolean;
  /** One has just been un-deafened, and nothing but the mute is left. */
  readonly stillMuted: boolean;
  readonly talkingWhileMuted: boolean;
  readonly playbackBlocked: boolean;
  readonly listenOnly: boolean;
  /** The participants who speak or have just spoken, oneself among them; whoever began first is in front. */
  readonly talking: readonly string[];
  /** Those who have risen in the list by speaking, top first; the others stand below as the roster has them. */
  readonly risen: readonly string[];
  /** Nothing but digital silence comes from the microphone. */
  readonly microphoneSilent: boolean;
  /** RNNoise is chosen and cannot run here; the browser's own suppression takes its place. */
  readonly suppressionFailed: boolean;
  readonly peers: ReadonlyMap<string, PeerView>;
  readonly canRejoin: boolean;
  readonly canMoveHere: boolean;
}

interface PeerFacts {
  readonly speaking: boolean;
  readonly mutedForMe: boolean;
  /** Our microphone sends, so that reports on it are due. */
  readonly sending: boolean;
  readonly verdicts: readonly Verdict[];
}

export function viewOfPeer(link: PeerLink, { speaking, mutedForMe, sending, verdicts }: PeerFacts): PeerView {
  const watch = link.pair.current?.watch;
  const { localCandidate, remoteCandidate } = watch?.last ?? {};
  return {
    userId: link.participant.user_id,
    state: link.shownState,
    path: watch?.last.path ?? null,
    reason: link.reasonWhile(sending),
    rttMs: watch?.last.roundTripMs ?? null,
    lossPercent: watch?.lossPercent ?? 0,
    jitterMs: watch?.last.jitterMs ?? null,
    kilobitsPerSecond: ((watch?.perSecond('bytesReceived') ?? 0) * 8) / 1_000,
    candidates: localCandidate && remoteCandidate ? [localCandidate, remoteCandidate] : null,
    relayProtocol: watch?.last.relayProtocol ?? null,
    repairs: link.repairs,
    quality: qualityOf(link),
    speaking,
    mutedForMe,
    verdicts,
  };
}

function qualityOf({ participant, pair, state }: PeerLink): Bars | null {
  if (!participant.sends_audio) return null;
  return state === 'ok' ? (pair.current?.quality.bars ?? null) : 0;
}
