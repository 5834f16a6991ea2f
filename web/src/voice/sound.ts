/** How sound is treated between the microphone and the network, and the port to what treats it. */
import type { AudioTrack } from './peer_connection';
import type { VoiceSettings } from './settings';

/** Voice activity is noticed in the sound as it comes and sent so much later: no first syllable is cut. */
export const LOOK_AHEAD_MS = 80;

export interface Treatment {
  /** RNNoise takes the noise out. */
  readonly suppress: boolean;
  /** In per cent. */
  readonly volume: number;
  readonly lookAheadMs: number;
}

export const UNTREATED: Treatment = { suppress: false, volume: 100, lookAheadMs: 0 };

export type TreatmentChoices = Pick<VoiceSettings, 'processing' | 'inputVolume' | 'mode'>;

export function treatmentOf({ processing, inputVolume, mode }: TreatmentChoices): Treatment {
  return {
    suppress: processing.noiseSuppression === 'rnnoise',
    volume: inputVolume,
    lookAheadMs: mode === 'voice_activity' ? LOOK_AHEAD_MS : 0,
  };
}

export function isSameTreatment(one: Treatment, other: Treatment): boolean {
  return one.volume === other.volume && isSameButForVolume(one, other);
}

export function isSameButForVolume(one: Treatment, other: Treatment): boolean {
  return one.suppress === other.suppress && one.lookAheadMs === other.lookAheadMs;
}

/** The loudest of the last seconds, in dBFS. */
export interface Loudest {
  /** As the microphone gives it: silence here is a switched-off microphone, not a noise that was taken out. */
  readonly microphoneDbfs: number;
  /** As it is sent when the gate is open. */
  readonly treatedDbfs: number;
}

export interface SoundEvents {
  heard(speaking: boolean): void;
  /** The loudest of one more second; `loudest` may have something new to say. */
  measured(second: Loudest): void;
  /** It sounds no more. */
  failed(): void;
}

/** The sound of one microphone: treated, measured, and listened to for speech, whether the gate is open or not. */
export interface Sound {
  /** What is sent, once it is ready; the microphone's own track where nothing is done to it. */
  readonly track: AudioTrack;
  /** Resolves when it sounds, rejects when it never will; null: at once. */
  readonly ready: Promise<void> | null;
  setVolume(percent: number): void;
  setThreshold(dbfs: number): void;
  /** Null until there are enough seconds. */
  loudest(): Loudest | null;
  /** Nothing is measured meanwhile, and it costs nothing; what is treated goes on. */
  rest(resting: boolean): void;
  /** Ends all that was made; the microphone's own track is left to whoever opened it. */
  stop(): void;
}

export interface SoundRequest {
  readonly microphone: AudioTrack;
  readonly treatment: Treatment;
  /** From which level on sound is speech. */
  readonly thresholdDbfs: number;
  /** Somebody speaks while it is made. */
  readonly speaking: boolean;
}

/** Does not throw: what cannot be treated is never ready, what cannot be listened to is sent all the same. */
export type SoundFactory = (request: SoundRequest, events: SoundEvents) => Sound;
