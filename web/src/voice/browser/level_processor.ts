/** Runs in the audio thread, where hidden pages are not slowed: says when somebody starts and stops speaking. */
import { VoiceActivity, levelDbfs } from '../voice_activity';

/** The part of AudioWorkletGlobalScope that TypeScript's DOM library leaves out. */
declare const sampleRate: number;
declare function registerProcessor(name: string, processor: new (options: ProcessorOptions) => object): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

interface ProcessorOptions {
  readonly processorOptions: { readonly thresholdDbfs: number };
}

class LevelProcessor extends AudioWorkletProcessor {
  readonly #activity: VoiceActivity;
  #speaking = false;
  #loudest = -100;
  #milliseconds = 0;

  constructor({ processorOptions }: ProcessorOptions) {
    super();
    this.#activity = new VoiceActivity(processorOptions.thresholdDbfs);
    this.port.onmessage = ({ data }: MessageEvent<number>) => {
      this.#activity.thresholdDbfs = data;
    };
  }

  /** Called by the browser for every 128 samples; answers whether it wants to be called again. */
  process(inputs: readonly (readonly Float32Array[])[]): boolean {
    const samples = inputs[0]?.[0];
    if (!samples) return true;
    const squares = samples.reduce((sum, sample) => sum + sample * sample, 0);
    const level = levelDbfs(Math.sqrt(squares / samples.length));
    const milliseconds = (1000 * samples.length) / sampleRate;
    this.#measure(level, milliseconds);
    const speaking = this.#activity.feed(level, milliseconds);
    if (speaking !== this.#speaking) this.port.postMessage(speaking);
    this.#speaking = speaking;
    return true;
  }

  /** Once a second the loudest of it. */
  #measure(levelDbfs: number, milliseconds: number): void {
    this.#loudest = Math.max(this.#loudest, levelDbfs);
    this.#milliseconds += milliseconds;
    if (this.#milliseconds < 1000) return;
    this.port.postMessage(this.#loudest);
    this.#loudest = -100;
    this.#milliseconds = 0;
  }
}

registerProcessor('level-meter', LevelProcessor);
