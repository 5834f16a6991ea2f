/** Recording and playing back for the test of the microphone: nothing of it leaves the page. */
import type { Clock } from '../clock';
import type { MicrophoneTestPorts, Playing, Recorder } from '../microphone_test';
import type { AudioTrack } from '../peer_connection';
import type { VoiceSettings } from '../settings';
import { createSink } from './audio_sink';
import { mediaInputs } from './media';
import { createSound } from './sound';
import { listen } from './track_level';

export function microphoneTestPorts(clock: Clock): MicrophoneTestPorts {
  return { clock, inputs: mediaInputs, createSound, listen, record, play };
}

function record(track: AudioTrack): Recorder {
  const recorder = new MediaRecorder(new MediaStream([track as MediaStreamTrack]));
  const parts: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
  const ended = new Promise<Blob>((resolve, reject) => {
    recorder.addEventListener('stop', () => resolve(new Blob(parts, { type: recorder.mimeType })));
    recorder.addEventListener('error', () => reject(new Error('nothing is recorded')));
  });
  ended.catch(() => undefined); // whoever cancels does not ask
  const end = (): void => {
    if (recorder.state !== 'inactive') recorder.stop();
  };
  recorder.start();
  return {
    finish() {
      end();
      return ended;
    },
    cancel: end,
  };
}

/** Decoded first, because an address of what was recorded would have to be allowed by the content security policy. */
function play(recording: Blob, { outputDeviceId, outputVolume }: VoiceSettings): Playing {
  const context = new AudioContext();
  const output = new MediaStreamAudioDestinationNode(context);
  const sink = createSink(output.stream.getAudioTracks()[0]!);
  sink.volume = outputVolume / 100;
  const stop = (): void => {
    sink.close();
    if (context.state !== 'closed') void context.close();
  };
  const start = async (): Promise<void> => {
    if (outputDeviceId !== null) await sink.setSinkId?.(outputDeviceId).catch(() => undefined); // gone
    const buffer = await context.decodeAudioData(await recording.arrayBuffer());
    await sink.play();
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(output);
    source.start();
    await new Promise((resolve) => source.addEventListener('ended', resolve));
  };
  return { done: start(), stop };
}
