/** The microphones and speakers of this computer, as far as the browser tells. */

export interface AudioDevices {
  inputs: readonly MediaDeviceInfo[];
  outputs: readonly MediaDeviceInfo[];
  /** There are devices, but the page may not know their names. */
  unnamed: boolean;
}

export async function listDevices(): Promise<AudioDevices> {
  const media = navigator.mediaDevices as MediaDevices | undefined; // missing on pages without TLS
  const all = (await media?.enumerateDevices()) ?? [];
  const inputs = all.filter(({ kind }) => kind === 'audioinput');
  const outputs = all.filter(({ kind }) => kind === 'audiooutput');
  return { inputs, outputs, unnamed: inputs.some(({ label }) => label === '') };
}

/** Calls back whenever the microphone is allowed or forbidden, where the browser tells; the answer stops that. */
export function watchMicrophonePermission(onChange: () => void): () => void {
  const stop = new AbortController();
  const permissions = navigator.permissions as Permissions | undefined;
  void permissions?.query({ name: 'microphone' }).then(
    (status) => status.addEventListener('change', onChange, { signal: stop.signal }),
    () => undefined, // a browser that does not know the name
  );
  return () => stop.abort();
}
