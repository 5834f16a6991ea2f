/** How loud the microphone is, for the level meter: a stream of its own, ended with the meter. */
import type { VoiceSettings } from '../../voice';
import { listen } from '../../voice/browser/track_level';

export interface MicrophoneMeter {
  /** The present level in dBFS, −100 for silence. */
  level(): number;
  stop(): void;
}

/** Opens the chosen microphone as a call would. Rejects with the errors of getUserMedia. */
export async function openMicrophoneMeter({
  inputDeviceId,
  processing,
}: VoiceSettings): Promise<MicrophoneMeter> {
  const device = inputDeviceId === null ? {} : { deviceId: { exact: inputDeviceId } };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { ...device, ...processing } });
  const listener = listen(stream.getAudioTracks()[0]!);
  return {
    level: () => listener.level(),
    stop() {
      for (const track of stream.getTracks()) track.stop();
      listener.stop();
    },
  };
}
