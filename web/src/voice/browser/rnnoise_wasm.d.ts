/** What the package with RNNoise has no types for: its functions as WebAssembly names them. */
declare module '@jitsi/rnnoise-wasm/dist/rnnoise.js' {
  /** Numbers are addresses in its memory; frames are 480 samples, 48 kHz, mono. */
  export interface Rnnoise {
    /** To be looked up anew each time: memory that grows gets another view. */
    readonly HEAPF32: Float32Array;
    _malloc(bytes: number): number;
    /** 0 is its own model. */
    _rnnoise_create(model: number): number;
    /** Answers how likely the frame is speech. */
    _rnnoise_process_frame(state: number, output: number, input: number): number;
  }

  export default function createRnnoise(options: { readonly wasmBinary: ArrayBuffer }): Promise<Rnnoise>;
}
