/** How loud the microphone is, for the level meter: a stream of its own, ended with the meter. */
import type { VoiceSettings } from '../../voice';
import { listen } from '../../voice/browser/track_level';
import { constraintsOf } from '../../voice/microphone';

export interface MicrophoneMeter {
  /** The present level in dBFS, −100 for silence. */
  level(): number;
  stop(): void;
}

/** Opens the chosen microphone as a call would. Rejects with the errors of getUserMedia. */
export async function openMicrophoneMeter(settings: VoiceSettings): Promise<MicrophoneMeter> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: constraintsOf(settings) });
  const listener = listen(stream.getAudioTracks()[0]!);
  return {
    level: () => listener.level(),
    stop() {
      for (const track of stream.getTracks()) track.stop();
      listener.stop();
    },
  };
}
