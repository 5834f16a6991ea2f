/** What a check has found out, step by step: codes and numbers, no addresses and no words. */
import type { ReasonCode } from '../reasons';
import type { RelayTransport } from './given_servers';
import type { Nat } from './nat';

export interface ServerFinding {
  readonly outcome: 'answers' | 'unreachable' | 'voice_disabled' | 'refused';
  readonly roundTripMs: number | null;
}

export type MicrophoneRefusal = Extract<ReasonCode, `mic_${string}`>;

export interface MicrophoneFinding {
  /** Why there is none, or null; `mic_unanswered`: nobody has answered the browser's question. */
  readonly refused: MicrophoneRefusal | 'mic_unanswered' | null;
  /** The loudest it was, in dBFS; null while nobody has listened. */
  readonly loudestDbfs: number | null;
}

export interface StunFinding {
  readonly outcome: 'answers' | 'silent' | 'none_given';
  readonly nat: Nat | null;
  readonly host: number;
  readonly srflx: number;
}

export interface RelayFinding {
  /** `mute`: connected, and no packet came through. */
  readonly outcome: 'works' | 'mute' | 'refused' | 'full' | 'unreachable';
  /** Candidates of the kind `relay`. */
  readonly candidates: number;
  readonly received: number;
  readonly lost: number;
  /** From this page through the relay to itself and back. */
  readonly roundTripMs: number | null;
}

export interface LoopbackFinding {
  /** `quiet`: nobody spoke. `lost`: somebody spoke and nothing sounded. `blocked`: the browser plays nothing. */
  readonly outcome: 'heard' | 'quiet' | 'lost' | 'blocked' | 'no_microphone' | 'no_relay';
  readonly by: RelayTransport | null;
}

/** Null is what is not known yet; a relay that was not given stays out of `relays`. */
export interface Findings {
  /** False where the browser cannot make calls at all. */
  readonly browserCalls: boolean;
  readonly server: ServerFinding | null;
  readonly microphone: MicrophoneFinding | null;
  /** By what relays may be reached: those that were given; null before they are known. */
  readonly given: readonly RelayTransport[] | null;
  readonly stun: StunFinding | null;
  readonly relays: Readonly<Partial<Record<RelayTransport, RelayFinding>>>;
  readonly loopback: LoopbackFinding | null;
}

export const NOTHING_FOUND: Findings = {
  browserCalls: true,
  server: null,
  microphone: null,
  given: null,
  stun: null,
  relays: {},
  loopback: null,
};

export function lossPercentOf({ received, lost }: RelayFinding): number {
  return received + lost === 0 ? 0 : Math.round((100 * lost) / (received + lost));
}
