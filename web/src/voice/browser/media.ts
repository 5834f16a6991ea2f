/** Microphones and audio elements of the browser. */
import type { MediaInputs } from '../microphone';
import type { AudioTrack } from '../peer_connection';
import type { AudioSink } from '../playback';

/** Undefined on pages without TLS, whatever the types say. */
const devices = (): MediaDevices | undefined => navigator.mediaDevices;

export const mediaInputs: MediaInputs = {
  get available() {
    return devices() !== undefined;
  },

  async getUserMedia(constraints) {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: constraints });
    const [track] = stream.getAudioTracks();
    if (!track) throw new DOMException('a stream without sound', 'NotFoundError');
    return track;
  },

  /** Chrome keeps the id `default` and changes label and group. */
  async defaultInput() {
    const all = (await devices()?.enumerateDevices()) ?? [];
    const inputs = all.filter((device) => device.kind === 'audioinput');
    const chosen = inputs.find((device) => device.deviceId === 'default') ?? inputs[0];
    return chosen ? `${chosen.groupId} ${chosen.label}` : '';
  },

  onDeviceChange(handler) {
    devices()?.addEventListener('devicechange', handler);
    return () => devices()?.removeEventListener('devicechange', handler);
  },
};

/** Play-out goes through audio elements: sound from WebAudio escapes echo cancellation. */
export function createSink(track: AudioTrack): AudioSink {
  const element = document.createElement('audio');
  element.autoplay = true;
  element.setAttribute('playsinline', '');
  element.srcObject = new MediaStream([track as MediaStreamTrack]);
  element.hidden = true;
  document.body.append(element);
  return {
    get muted() {
      return element.muted;
    },
    set muted(muted) {
      element.muted = muted;
    },
    get volume() {
      return element.volume;
    },
    set volume(volume) {
      element.volume = volume;
    },
    play: () => element.play(),
    ...('setSinkId' in element ? { setSinkId: (deviceId: string) => element.setSinkId(deviceId) } : {}),
    close() {
      element.pause();
      element.srcObject = null;
      element.remove();
    },
  };
}
