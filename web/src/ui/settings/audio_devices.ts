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
