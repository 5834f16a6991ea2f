/** Plays the short sounds of a call: made by oscillators as they are needed, so that there is nothing to load. */
import type { OutputChoice } from '../call_sounds';
import type { Sound } from '../settings';
import { PEAK, TONES, type Note } from '../tones';

/** Not in every browser, nor in TypeScript's DOM library. */
type RoutableContext = AudioContext & { setSinkId?: (deviceId: string) => Promise<void> };

const ATTACK_SECONDS = 0.008;
/** An exponential never reaches nothing. */
const NEARLY_NOTHING = 0.0001;
/** Long after the last note; a context that may not run would stay open for ever. */
const CLOSED_AFTER_MS = 2_000;

/** Through the chosen speaker where the browser lets a page choose, else through the system's. */
export async function playSound(sound: Sound, { outputDeviceId, outputVolume }: OutputChoice): Promise<void> {
  const context: RoutableContext = new AudioContext();
  setTimeout(() => void context.close(), CLOSED_AFTER_MS);
  await context.setSinkId?.(outputDeviceId ?? '').catch(() => undefined);
  const volume = new GainNode(context, { gain: outputVolume / 100 });
  volume.connect(context.destination);
  const start = context.currentTime;
  for (const note of TONES[sound]) strike(context, volume, note, start);
}

function strike(context: AudioContext, end: AudioNode, { hertz, atMs, forMs }: Note, start: number): void {
  const from = start + atMs / 1_000;
  const until = from + forMs / 1_000;
  const envelope = new GainNode(context, { gain: 0 });
  envelope.gain.setValueAtTime(NEARLY_NOTHING, from);
  envelope.gain.exponentialRampToValueAtTime(PEAK, from + ATTACK_SECONDS);
  envelope.gain.exponentialRampToValueAtTime(NEARLY_NOTHING, until);
  const tone = new OscillatorNode(context, { type: 'sine', frequency: hertz });
  tone.connect(envelope).connect(end);
  tone.start(from);
  tone.stop(until);
}
