/** What a person has chosen for voice, and where it is kept. */
import type { TalkMode } from './gate';
import type { Processing } from './microphone';
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

/** Remembers over a reload in which channel this tab was, and nothing that lets another tab in. */
export interface CallMemory {
  /** `at` is in wall-clock milliseconds. */
  load(): { readonly channelId: string; readonly at: number } | null;
  save(channelId: string): void;
  clear(): void;
}
