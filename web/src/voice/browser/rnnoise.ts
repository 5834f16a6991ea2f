/** RNNoise as a node of an AudioContext; its script and its WebAssembly are loaded when it is used for the first time. */
import wasmUrl from '@jitsi/rnnoise-wasm/dist/rnnoise.wasm?url';
import type { SuppressorMessage } from './rnnoise_processor';
import processorUrl from './rnnoise_processor.ts?worker&url';

/** The context must run at 48 kHz. Resolves when it takes noise out, rejects when it cannot be had. */
export async function createSuppressor(context: AudioContext): Promise<AudioWorkletNode> {
  const [wasmBinary] = await Promise.all([load(wasmUrl), context.audioWorklet.addModule(processorUrl)]);
  const node = new AudioWorkletNode(context, 'rnnoise', {
    channelCount: 1,
    channelCountMode: 'explicit',
    outputChannelCount: [1],
    processorOptions: { wasmBinary },
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (): void => reject(new Error('RNNoise does not start'));
    node.onprocessorerror = fail;
    node.port.onmessage = ({ data }: MessageEvent<SuppressorMessage>) =>
      data === 'ready' ? resolve() : fail();
  });
  return node;
}

async function load(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} for ${url}`);
  return response.arrayBuffer();
}
