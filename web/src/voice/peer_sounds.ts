/** How loud one wants to hear each person: kept by user, so that it holds in every call and on every device. */
import type { PeerSound } from '../core/protocol.generated';
import type { VoiceSettings } from './settings';

export type PeerSounds = VoiceSettings['peerSounds'];

/** The server keeps no more. */
const PEOPLE = 200;

const AS_THEY_ARE: PeerSound = { volume: 100, muted: false };

export function soundOf(sounds: PeerSounds, userId: string): PeerSound {
  return sounds[userId] ?? AS_THEY_ARE;
}

/** The map with that person heard otherwise: whoever is heard as they are is not in it, who was changed last stands last. */
export function withPeerSound(sounds: PeerSounds, userId: string, change: Partial<PeerSound>): PeerSounds {
  const sound = { ...soundOf(sounds, userId), ...change };
  const others = Object.entries(sounds).filter(([id]) => id !== userId);
  if (sound.volume === AS_THEY_ARE.volume && !sound.muted) return Object.fromEntries(others);
  return Object.fromEntries([...others.slice(1 - PEOPLE), [userId, sound]]);
}

/** What comes out of the speaker: 1 is what was sent, up to 2. */
export function loudnessOf({ volume, muted }: PeerSound, outputVolume: number): number {
  return muted ? 0 : (volume / 100) * (outputVolume / 100);
}
