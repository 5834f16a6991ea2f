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
    const speaking = this.#activity.feed(level, (1000 * samples.length) / sampleRate);
    if (speaking !== this.#speaking) this.port.postMessage(speaking);
    this.#speaking = speaking;
    return true;
  }
}

registerProcessor('level-meter', LevelProcessor);
