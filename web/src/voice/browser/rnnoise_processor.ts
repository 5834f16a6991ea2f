/** Runs in the audio thread: takes noise out, 480 samples at a time, of sound that comes 128 samples at a time. */
import createRnnoise, { type Rnnoise } from '@jitsi/rnnoise-wasm/dist/rnnoise.js';
import { AudioWorkletProcessor, registerProcessor } from './worklet_scope';

export type SuppressorMessage = 'ready' | 'failed';

interface ProcessorOptions {
  readonly processorOptions: { readonly wasmBinary: ArrayBuffer };
}

/** 10 ms at 48 kHz. */
const FRAME = 480;
/** A frame is complete that late at most: 480 and 128 have 32 in common. */
const LATE = FRAME - 32;
const KEPT = 2 * FRAME;
const BYTES = 4;
/** RNNoise has 16-bit samples in mind. */
const FULL_SCALE = 32_768;

class RnnoiseProcessor extends AudioWorkletProcessor {
  readonly #gathered = new Float32Array(FRAME);
  readonly #cleaned = new Float32Array(KEPT);
  #filled = 0;
  #written = LATE;
  #read = 0;
  #rnnoise: Rnnoise | null = null;
  #state = 0;
  #samples = 0;

  constructor({ processorOptions }: ProcessorOptions) {
    super();
    this.#start(processorOptions.wasmBinary).then(
      () => this.#say('ready'),
      () => this.#say('failed'),
    );
  }

  /** Called by the browser for every 128 samples; answers whether it wants to be called again. */
  process(
    [input]: readonly (readonly Float32Array[])[],
    [output]: readonly (readonly Float32Array[])[],
  ): boolean {
    const [coming, going] = [input?.[0], output?.[0]];
    if (!coming || !going || !this.#rnnoise) return true;
    for (const sample of coming) {
      this.#gathered[this.#filled++] = sample * FULL_SCALE;
      if (this.#filled === FRAME) this.#clean(this.#rnnoise);
    }
    for (let index = 0; index < going.length; index++) {
      going[index] = this.#cleaned[this.#read]! / FULL_SCALE;
      this.#read = (this.#read + 1) % KEPT;
    }
    return true;
  }

  async #start(wasmBinary: ArrayBuffer): Promise<void> {
    const rnnoise = await createRnnoise({ wasmBinary });
    this.#state = rnnoise._rnnoise_create(0);
    this.#samples = rnnoise._malloc(FRAME * BYTES);
    this.#rnnoise = rnnoise;
  }

  #clean(rnnoise: Rnnoise): void {
    const first = this.#samples / BYTES;
    rnnoise.HEAPF32.set(this.#gathered, first);
    rnnoise._rnnoise_process_frame(this.#state, this.#samples, this.#samples);
    for (const sample of rnnoise.HEAPF32.subarray(first, first + FRAME)) {
      this.#cleaned[this.#written] = sample;
      this.#written = (this.#written + 1) % KEPT;
    }
    this.#filled = 0;
  }

  #say(message: SuppressorMessage): void {
    this.port.postMessage(message);
  }
}

registerProcessor('rnnoise', RnnoiseProcessor);
