/** What a person has chosen for voice, and where it is kept: on the server what follows them, here which devices they use. */
import type { PeerSound, UserSettings } from '../core/protocol.generated';
import type { TalkMode } from './gate';
import type { Processing } from './microphone';
import type { Muting } from './mute_flags';
import type { TalkKey } from './talk_key';

export interface VoiceSettings {
  readonly mode: TalkMode;
  readonly talkKey: TalkKey;
  /** One press starts talking, the next one stops it. */
  readonly latching: boolean;
  /** How long the microphone stays open after the key is let go. */
  readonly releaseMs: number;
  /** Voice activity: −60 to −20. */
  readonly thresholdDbfs: number;
  /** Null is the system's choice. */
  readonly inputDeviceId: string | null;
  readonly outputDeviceId: string | null;
  readonly processing: Processing;
  /** In per cent, 0 to 200. */
  readonly inputVolume: number;
  /** Of everybody together, in per cent, 0 to 100. */
  readonly outputVolume: number;
  /** One's address is told to nobody: no path but through a relay. */
  readonly relayOnly: boolean;
  readonly mutedSounds: readonly Sound[];
  /** By the ids of users; who is not in it is heard as they are. */
  readonly peerSounds: Readonly<Record<string, PeerSound>>;
}

export type { PeerSound };

/** The short sounds of a call. */
export type Sound = NonNullable<UserSettings['muted_sounds']>[number];

export const DEFAULT_SETTINGS: VoiceSettings = {
  mode: 'push_to_talk',
  talkKey: { kind: 'key', code: 'Space' },
  latching: false,
  releaseMs: 180,
  thresholdDbfs: -40,
  inputDeviceId: null,
  outputDeviceId: null,
  processing: { echoCancellation: true, noiseSuppression: 'browser', autoGainControl: true },
  inputVolume: 100,
  outputVolume: 100,
  relayOnly: false,
  mutedSounds: [],
  peerSounds: {},
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
  const fallback = DEFAULT_SETTINGS;
  return {
    mode: choices.talk_mode ?? fallback.mode,
    talkKey: talkKeyOf(choices.talk_key) ?? fallback.talkKey,
    latching: choices.talk_latching ?? fallback.latching,
    releaseMs: choices.talk_release_ms ?? fallback.releaseMs,
    thresholdDbfs: choices.voice_threshold_dbfs ?? fallback.thresholdDbfs,
    inputDeviceId: devices.inputDeviceId ?? null,
    outputDeviceId: devices.outputDeviceId ?? null,
    processing: {
      echoCancellation: choices.echo_cancellation ?? fallback.processing.echoCancellation,
      noiseSuppression: choices.noise_suppression ?? fallback.processing.noiseSuppression,
      autoGainControl: choices.auto_gain_control ?? fallback.processing.autoGainControl,
    },
    inputVolume: choices.input_volume ?? fallback.inputVolume,
    outputVolume: choices.output_volume ?? fallback.outputVolume,
    relayOnly: choices.relay_only ?? fallback.relayOnly,
    mutedSounds: choices.muted_sounds ?? fallback.mutedSounds,
    peerSounds: choices.peer_sounds ?? fallback.peerSounds,
  };
}

/** What of a change follows the person. */
export function choicesOf(change: Partial<VoiceSettings>): Choices {
  const { talkKey, processing, mutedSounds } = change;
  const choices: { [Name in keyof Choices]: Choices[Name] | undefined } = {
    talk_mode: change.mode,
    talk_key: talkKey && nameOf(talkKey),
    talk_latching: change.latching,
    talk_release_ms: change.releaseMs,
    voice_threshold_dbfs: change.thresholdDbfs,
    echo_cancellation: processing?.echoCancellation,
    noise_suppression: processing?.noiseSuppression,
    auto_gain_control: processing?.autoGainControl,
    input_volume: change.inputVolume,
    output_volume: change.outputVolume,
    relay_only: change.relayOnly,
    muted_sounds: mutedSounds && [...mutedSounds],
    peer_sounds: change.peerSounds,
  };
  return Object.fromEntries(Object.entries(choices).filter(([, value]) => value !== undefined));
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
