/** The microphone's life: opened after the server has let us in, exchanged live, released on every way out. */
import type { AudioTrack } from './peer_connection';
import type { ReasonCode } from './reasons';

export interface Processing {
  readonly echoCancellation: boolean;
  readonly noiseSuppression: 'off' | 'browser' | 'rnnoise';
  readonly autoGainControl: boolean;
}

export function isSameProcessing(one: Processing, other: Processing): boolean {
  const { echoCancellation, noiseSuppression, autoGainControl } = one;
  return (
    echoCancellation === other.echoCancellation &&
    noiseSuppression === other.noiseSuppression &&
    autoGainControl === other.autoGainControl
  );
}

export interface MicrophoneSettings {
  /** Null is the system's choice. */
  readonly inputDeviceId: string | null;
  readonly processing: Processing;
}

/** What is asked of the browser: exactly that device, for Chromium takes a wish for one as no more than that. */
function constraintsOf({ inputDeviceId, processing }: MicrophoneSettings): MediaTrackConstraints {
  return {
    ...processing,
    noiseSuppression: processing.noiseSuppression === 'browser',
    channelCount: 1,
    ...(inputDeviceId === null ? {} : { deviceId: { exact: inputDeviceId } }),
  };
}

const IS_GONE = ['OverconstrainedError', 'NotFoundError'];

/** A chosen device that is gone gives another one instead of none. */
async function ask(inputs: MediaInputs, settings: MicrophoneSettings): Promise<MicrophoneTrack> {
  try {
    return await inputs.getUserMedia(constraintsOf(settings));
  } catch (error) {
    if (settings.inputDeviceId === null || !(error instanceof Error && IS_GONE.includes(error.name)))
      throw error;
    return await inputs.getUserMedia(constraintsOf({ ...settings, inputDeviceId: null }));
  }
}

/** What is recorded knows the device it comes from. */
export interface MicrophoneTrack extends AudioTrack {
  getSettings(): { readonly deviceId?: string };
}

/** The browser's media devices. */
export interface MediaInputs {
  /** False where the browser gives no microphone at all: a page without TLS. */
  readonly available: boolean;
  /** Rejects with the errors of getUserMedia. */
  getUserMedia(constraints: MediaTrackConstraints): Promise<MicrophoneTrack>;
  /** Something that changes when the system's default microphone does; its id stays `default`. */
  defaultInput(): Promise<string>;
  /** Whether a microphone is there at this moment. */
  isThere(deviceId: string): Promise<boolean>;
  onDeviceChange(handler: () => void): () => void;
}

export type MicrophoneState = 'off' | 'opening' | 'live' | 'refused';

export interface MicrophoneEvents {
  /** Our sound comes from this track now, or from none. The one before is still running, and is stopped by whoever is told when it is not needed any more. */
  track(track: AudioTrack | null): void;
  /** The device is gone or back, or the system takes another one: nobody here has asked for it. */
  deviceChanged?(): void;
  changed(): void;
}

const REASON_OF_ERROR: Readonly<Record<string, ReasonCode>> = {
  NotAllowedError: 'mic_denied',
  SecurityError: 'mic_denied',
  NotFoundError: 'mic_missing',
  OverconstrainedError: 'mic_missing',
  NotReadableError: 'mic_busy',
  AbortError: 'mic_busy',
};

export class Microphone {
  readonly #inputs: MediaInputs;
  readonly #events: MicrophoneEvents;
  #settings: MicrophoneSettings;
  #track: MicrophoneTrack | null = null;
  #state: MicrophoneState = 'off';
  #reason: ReasonCode | null = null;
  #attempt = 0;
  #default = '';
  #stopListening: (() => void) | null = null;

  constructor(inputs: MediaInputs, settings: MicrophoneSettings, events: MicrophoneEvents) {
    this.#inputs = inputs;
    this.#settings = settings;
    this.#events = events;
  }

  get live(): boolean {
    return this.#state === 'live';
  }

  get state(): MicrophoneState {
    return this.#state;
  }

  /** Why one can only listen, or null. */
  get reason(): ReasonCode | null {
    return this.#reason;
  }

  get track(): AudioTrack | null {
    return this.#track;
  }

  /** Opens it if it is not open; to be called again after a refusal. */
  async open(): Promise<void> {
    this.#stopListening ??= this.#inputs.onDeviceChange(() => void this.#devicesChanged());
    if (this.#state === 'live' || this.#state === 'opening') return;
    await this.#acquire();
  }

  /** Another device or other processing. Resolves when it is known what came of it. */
  async configure(settings: MicrophoneSettings): Promise<void> {
    this.#settings = settings;
    if (this.#stopListening) await this.#acquire();
  }

  /** Releases it; a stream that is still to come is stopped as it arrives. */
  dispose(): void {
    this.#attempt += 1;
    this.#stopListening?.();
    this.#stopListening = null;
    this.#exchange(null);
    this.#become('off', null);
  }

  async #acquire(): Promise<void> {
    const attempt = ++this.#attempt;
    if (!this.#inputs.available) return this.#refuse('mic_insecure');
    if (this.#state !== 'live') this.#become('opening', null);
    try {
      const track = await ask(this.#inputs, this.#settings);
      if (attempt !== this.#attempt) return track.stop();
      track.addEventListener('ended', () => this.#ended(track));
      this.#exchange(track);
      this.#become('live', null);
      this.#default = await this.#inputs.defaultInput().catch(() => '');
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      if (attempt === this.#attempt) this.#refuse(REASON_OF_ERROR[name] ?? 'mic_busy');
    }
  }

  /** A microphone that works is kept when another one cannot be had. */
  #refuse(reason: ReasonCode): void {
    if (this.#track) return this.#become('live', reason);
    this.#become('refused', reason);
  }

  /** Unplugged, or taken away by the system: whatever is there now takes its place. */
  #ended(track: AudioTrack): void {
    if (track !== this.#track) return;
    this.#events.deviceChanged?.();
    this.#exchange(null);
    this.#become('off', null);
    void this.#acquire();
  }

  async #devicesChanged(): Promise<void> {
    if (this.#state === 'refused' && this.#reason === 'mic_missing') return this.#acquire();
    const track = this.#track;
    if (!track || !(await this.#isAnotherDue(track)) || track !== this.#track) return;
    this.#events.deviceChanged?.();
    await this.#acquire();
  }

  /** The chosen one is back, or the system's choice is another one. */
  async #isAnotherDue(track: MicrophoneTrack): Promise<boolean> {
    const chosen = this.#settings.inputDeviceId;
    if (chosen === null || chosen === 'default')
      return (await this.#inputs.defaultInput().catch(() => this.#default)) !== this.#default;
    return track.getSettings().deviceId !== chosen && (await this.#inputs.isThere(chosen).catch(() => false));
  }

  #exchange(track: MicrophoneTrack | null): void {
    const old = this.#track;
    if (track === old) return;
    this.#track = track;
    try {
      this.#events.track(track);
    } finally {
      if (!track) old?.stop(); // whatever else fails, a microphone nobody needs is off
    }
  }

  #become(state: MicrophoneState, reason: ReasonCode | null): void {
    if (state === this.#state && reason === this.#reason) return;
    this.#state = state;
    this.#reason = reason;
    this.#events.changed();
  }
}
