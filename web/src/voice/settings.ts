/** What a person has chosen for voice, and where it is kept. */
import type { TalkMode } from './gate';
import type { Processing } from './microphone';
import type { Muting } from './mute_flags';
import type { TalkKey } from './push_to_talk';

export interface VoiceSettings {
  readonly mode: TalkMode;
  readonly talkKey: TalkKey;
  /** One press starts talking, the next one stops it. */
  readonly latching: boolean;
  /** Voice activity: −60 to −20. */
  readonly thresholdDbfs: number;
  /** Null is the system's choice. */
  readonly inputDeviceId: string | null;
  readonly outputDeviceId: string | null;
  readonly processing: Processing;
}

export const DEFAULT_SETTINGS: VoiceSettings = {
  mode: 'push_to_talk',
  talkKey: { kind: 'key', code: 'Space' },
  latching: false,
  thresholdDbfs: -40,
  inputDeviceId: null,
  outputDeviceId: null,
  processing: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
};

export interface SettingsPort {
  load(): VoiceSettings;
  save(settings: VoiceSettings): void;
}

/** The call this tab was in before it was loaded anew. */
export interface RememberedCall extends Muting {
  readonly channelId: string;
  readonly participantId: string | null;
}

/** Remembers over a reload in which channel this tab was and how, and nothing that lets another tab in. */
export interface CallMemory {
  /** `at` is in wall-clock milliseconds. */
  load(): (RememberedCall & { readonly at: number }) | null;
  save(call: RememberedCall): void;
  clear(): void;
}
