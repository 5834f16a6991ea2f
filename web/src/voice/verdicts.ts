/** What the server makes of what both ends of each pair report: its newest word, kept by peer. */
import type { VoiceVerdict, VoiceVerdictsChanged } from '../core/protocol.generated';
import type { Signalling } from './signalling';

export type Verdicts = readonly VoiceVerdict[];

export const NO_VERDICTS: Verdicts = [];

export class VerdictInbox {
  readonly #signalling: Signalling;
  readonly #changed: () => void;
  #verdicts = NO_VERDICTS;
  #stop: (() => void) | null = null;

  constructor(signalling: Signalling, changed: () => void) {
    this.#signalling = signalling;
    this.#changed = changed;
  }

  listen(): void {
    this.#stop ??= this.#signalling.on('voice.verdicts_changed', (d) => {
      this.#verdicts = (d as VoiceVerdictsChanged).verdicts;
      this.#changed();
    });
  }

  /** The gateway is another one now: it says everything anew. */
  forget(): void {
    this.#verdicts = NO_VERDICTS;
  }

  close(): void {
    this.#stop?.();
    this.#stop = null;
    this.forget();
  }

  /** Those on the pairs with that peer: of its sound to us, and of ours to it. */
  on(peerId: string): Verdicts {
    return this.#verdicts.filter((one) => one.participant_id === peerId);
  }
}
