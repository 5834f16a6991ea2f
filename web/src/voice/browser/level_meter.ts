/** The level of the microphone, measured in an AudioWorklet on a copy of its track. */
import { copyToMeasure } from '../gate';
import type { AudioTrack } from '../peer_connection';
import type { LevelMeter } from '../voice_input';
import processorUrl from './level_processor.ts?worker&url';

/** So many seconds without a sound are no pause in speaking. */
const SECONDS = 6;

/** The copy sounds whether the gate lets the track itself through or not. */
export function createMeter(
  track: AudioTrack,
  thresholdDbfs: number,
  heard: (speaking: boolean) => void,
): LevelMeter {
  const context = new AudioContext(); // may throw, so before there is a copy that would stay on
  const copy = copyToMeasure(track as MediaStreamTrack);
  let threshold = thresholdDbfs;
  let seconds: number[] = [];
  let port: MessagePort | null = null;
  const start = async () => {
    await context.audioWorklet.addModule(processorUrl);
    const options = { numberOfOutputs: 0, channelCount: 1, processorOptions: { thresholdDbfs: threshold } };
    const node = new AudioWorkletNode(context, 'level-meter', options);
    port = node.port;
    port.onmessage = ({ data }: MessageEvent<boolean | number>) => {
      if (typeof data === 'boolean') heard(data);
      else seconds = [...seconds, data].slice(-SECONDS);
    };
    context.createMediaStreamSource(new MediaStream([copy])).connect(node);
    await context.resume();
  };
  start().catch(() => undefined); // without a level there is push to talk still
  return {
    setThreshold(dbfs) {
      threshold = dbfs;
      port?.postMessage(dbfs);
    },
    loudestDbfs() {
      return seconds.length < SECONDS ? null : Math.max(...seconds);
    },
    stop() {
      copy.stop();
      if (port) port.onmessage = null;
      void context.close();
    },
  };
}
