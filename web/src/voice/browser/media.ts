/** Microphones of the browser. */
import type { MediaInputs } from '../microphone';

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
