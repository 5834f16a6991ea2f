/** How loud the microphone is, for the level meter: a stream of its own, ended with the meter. */
import type { VoiceSettings } from '../../voice';

export interface MicrophoneMeter {
  /** The present level in dBFS, −100 for silence. */
  level(): number;
  stop(): void;
}

const SILENCE_DBFS = -100;

/** Opens the chosen microphone as a call would. Rejects with the errors of getUserMedia. */
export async function openMicrophoneMeter({
  inputDeviceId,
  processing,
}: VoiceSettings): Promise<MicrophoneMeter> {
  const device = inputDeviceId === null ? {} : { deviceId: { exact: inputDeviceId } };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { ...device, ...processing } });
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1_024 });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level() {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      return power === 0 ? SILENCE_DBFS : Math.max(SILENCE_DBFS, 10 * Math.log10(power));
    },
    stop() {
      for (const track of stream.getTracks()) track.stop();
      void context.close();
    },
  };
}
