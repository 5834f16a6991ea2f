/** Runs in the audio thread, where hidden pages are not slowed: says when somebody starts and stops speaking, and how loud it is. */
import type { Loudest } from '../sound';
import { VoiceActivity, levelDbfs } from '../voice_activity';
import { AudioWorkletProcessor, registerProcessor } from './worklet_scope';

declare const sampleRate: number;

/** The first sound has come; whether somebody speaks; the loudest of a second. */
export type LevelMessage = 'sounds' | boolean | Loudest;

interface ProcessorOptions {
  readonly processorOptions: { readonly thresholdDbfs: number; readonly speaking: boolean };
}

const SILENCE: Loudest = { microphoneDbfs: -100, treatedDbfs: -100 };

class LevelProcessor extends AudioWorkletProcessor {
  readonly #activity: VoiceActivity;
  #sounds = false;
  #speaking: boolean;
  #loudest = SILENCE;
  #milliseconds = 0;

  constructor({ processorOptions: { thresholdDbfs, speaking } }: ProcessorOptions) {
    super();
    this.#activity = new VoiceActivity(thresholdDbfs, speaking);
    this.#speaking = speaking;
    this.port.onmessage = ({ data }: MessageEvent<number>) => {
      this.#activity.thresholdDbfs = data;
    };
  }

  /** Called by the browser for every 128 samples of the treated sound and of the microphone's own; answers whether it wants to be called again. */
  process([treated, microphone]: readonly (readonly Float32Array[])[]): boolean {
    const samples = treated?.[0];
    if (!samples) return true;
    if (!this.#sounds) this.#say('sounds');
    this.#sounds = true;
    const level = levelOf(samples);
    const milliseconds = (1000 * samples.length) / sampleRate;
    this.#measure(level, levelOf(microphone?.[0] ?? samples), milliseconds);
    const speaking = this.#activity.feed(level, milliseconds);
    if (speaking !== this.#speaking) this.#say(speaking);
    this.#speaking = speaking;
    return true;
  }

  /** Once a second the loudest of it. */
  #measure(treatedDbfs: number, microphoneDbfs: number, milliseconds: number): void {
    this.#loudest = {
      treatedDbfs: Math.max(this.#loudest.treatedDbfs, treatedDbfs),
      microphoneDbfs: Math.max(this.#loudest.microphoneDbfs, microphoneDbfs),
    };
    this.#milliseconds += milliseconds;
    if (this.#milliseconds < 1000) return;
    this.#say(this.#loudest);
    this.#loudest = SILENCE;
    this.#milliseconds = 0;
  }

  #say(message: LevelMessage): void {
    this.port.postMessage(message);
  }
}

function levelOf(samples: Float32Array): number {
  const squares = samples.reduce((sum, sample) => sum + sample * sample, 0);
  return levelDbfs(Math.sqrt(squares / samples.length));
}

registerProcessor('level-meter', LevelProcessor);
