/** Microphones and loudspeakers of the browser. */
import type { MediaInputs } from '../microphone';
import type { Speakers } from '../playback';

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

  isThere: (deviceId) => isThere('audioinput', deviceId),

  /** Chrome keeps the id `default` and changes label and group. */
  async defaultInput() {
    const all = (await devices()?.enumerateDevices()) ?? [];
    const inputs = all.filter((device) => device.kind === 'audioinput');
    const chosen = inputs.find((device) => device.deviceId === 'default') ?? inputs[0];
    return chosen ? `${chosen.groupId} ${chosen.label}` : '';
  },

  onDeviceChange,
};

export const speakers: Speakers = {
  isThere: (deviceId) => isThere('audiooutput', deviceId),
  onDeviceChange,
};

async function isThere(kind: MediaDeviceKind, deviceId: string): Promise<boolean> {
  const all = (await devices()?.enumerateDevices()) ?? [];
  return all.some((device) => device.kind === kind && device.deviceId === deviceId);
}

function onDeviceChange(handler: () => void): () => void {
  devices()?.addEventListener('devicechange', handler);
  return () => devices()?.removeEventListener('devicechange', handler);
}
