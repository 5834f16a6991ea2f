/** What a person has chosen for voice, and where it is kept: on the server what follows them, here which devices they use. */
import type { UserSettings } from '../core/protocol.generated';
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
  /** Keeps what is another now. */
  save(change: Partial<VoiceSettings>): void;
  /** Something was chosen, here or elsewhere; the answer stops listening. */
  onChange(handler: () => void): () => void;
}

export type Devices = Pick<VoiceSettings, 'inputDeviceId' | 'outputDeviceId'>;

/** What follows the person, in the words of the protocol; what is left out was never chosen. */
export type Choices = Omit<UserSettings, 'rev'>;

/** Keeps what follows the person. */
export interface ChoicesPort {
  readonly current: Choices;
  choose(change: Choices): void;
  onChange(handler: () => void): () => void;
}

/** The settings in force: what was chosen, else the default. */
export function settingsOf(choices: Choices, devices: Partial<Devices>): VoiceSettings {
  const { mode, talkKey, latching, thresholdDbfs, processing } = DEFAULT_SETTINGS;
  return {
    mode: choices.talk_mode ?? mode,
    talkKey: talkKeyOf(choices.talk_key) ?? talkKey,
    latching: choices.talk_latching ?? latching,
    thresholdDbfs: choices.voice_threshold_dbfs ?? thresholdDbfs,
    inputDeviceId: devices.inputDeviceId ?? null,
    outputDeviceId: devices.outputDeviceId ?? null,
    processing: {
      echoCancellation: choices.echo_cancellation ?? processing.echoCancellation,
      noiseSuppression: choices.noise_suppression ?? processing.noiseSuppression,
      autoGainControl: choices.auto_gain_control ?? processing.autoGainControl,
    },
  };
}

/** What of a change follows the person. */
export function choicesOf(change: Partial<VoiceSettings>): Choices {
  const { mode, talkKey, latching, thresholdDbfs, processing } = change;
  return {
    ...(mode !== undefined && { talk_mode: mode }),
    ...(talkKey !== undefined && { talk_key: nameOf(talkKey) }),
    ...(latching !== undefined && { talk_latching: latching }),
    ...(thresholdDbfs !== undefined && { voice_threshold_dbfs: thresholdDbfs }),
    ...(processing !== undefined && {
      echo_cancellation: processing.echoCancellation,
      noise_suppression: processing.noiseSuppression,
      auto_gain_control: processing.autoGainControl,
    }),
  };
}

function nameOf(key: TalkKey): string {
  return key.kind === 'key' ? `key:${key.code}` : `pointer:${key.button}`;
}

function talkKeyOf(name: string | undefined): TalkKey | null {
  const [kind, what] = name?.split(':') ?? [];
  if (what === undefined) return null;
  return kind === 'key' ? { kind, code: what } : { kind: 'pointer', button: Number(what) };
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
