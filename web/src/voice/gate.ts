/** The one gate that decides whether the microphone sends. Nothing else writes `track.enabled`. */
import type { Clock } from './clock';
import type { AudioTrack } from './peer_connection';

/** After the key is let go the last syllable still gets through. */
export const RELEASE_TAIL_MS = 180;

export type TalkMode = 'push_to_talk' | 'voice_activity';

export interface GateInputs {
  readonly inCall: boolean;
  readonly muted: boolean;
  readonly deafened: boolean;
  readonly mode: TalkMode;
  /** The push-to-talk key or button is held, or latched. */
  readonly held: boolean;
  readonly voiceActive: boolean;
}

const CLOSED: GateInputs = {
  inCall: false,
  muted: false,
  deafened: false,
  mode: 'push_to_talk',
  held: false,
  voiceActive: false,
};

export class MicrophoneGate {
  readonly #clock: Clock;
  readonly #changed: (open: boolean) => void;
  #inputs = CLOSED;
  #track: AudioTrack | null = null;
  #open = false;
  #cancelTail: (() => void) | null = null;

  constructor(clock: Clock, changed: (open: boolean) => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  get open(): boolean {
    return this.#open;
  }

  /** Changes some of the conditions. */
  set(inputs: Partial<GateInputs>): void {
    const released = this.#inputs.held && inputs.held === false;
    this.#inputs = { ...this.#inputs, ...inputs };
    if (this.#wanted()) this.#become(true);
    else if (this.#open && this.#allowed() && (released || this.#cancelTail)) this.#startTail();
    else this.#become(false);
  }

  /** The track that is sent from now on, silent until the gate opens. */
  attach(track: AudioTrack | null): void {
    this.#track = track;
    this.#apply();
  }

  /** What must hold in either mode. */
  #allowed(): boolean {
    const { inCall, muted, deafened, mode } = this.#inputs;
    return inCall && !muted && !deafened && (mode === 'push_to_talk' || this.#inputs.voiceActive);
  }

  #wanted(): boolean {
    return this.#allowed() && (this.#inputs.mode === 'voice_activity' || this.#inputs.held);
  }

  #startTail(): void {
    this.#cancelTail ??= this.#clock.after(RELEASE_TAIL_MS, () => this.#become(this.#wanted()));
  }

  #become(open: boolean): void {
    this.#cancelTail?.();
    this.#cancelTail = null;
    if (open === this.#open) return;
    this.#open = open;
    this.#apply();
    this.#changed(open);
  }

  #apply(): void {
    if (this.#track) this.#track.enabled = this.#open;
  }
}

/** A copy that sounds whether the gate is open or not: to be measured, never to be sent. */
export function copyToMeasure<Track extends { enabled: boolean; clone(): Track }>(track: Track): Track {
  const copy = track.clone();
  copy.enabled = true;
  return copy;
}
