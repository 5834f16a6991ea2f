/** What the short sounds of a call are made of: a few notes each, soft and over before they disturb. */
import type { Sound } from './settings';

export interface Note {
  readonly hertz: number;
  /** When it begins, and how long it takes to die away. */
  readonly atMs: number;
  readonly forMs: number;
}

/** Of full scale, about −18 dBFS: audible beside speech and never louder than it. */
export const PEAK = 0.12;

const inTurn = (forMs: number, ...pitches: readonly number[]): readonly Note[] =>
  pitches.map((hertz, index) => ({ hertz, atMs: index * forMs, forMs }));

/** Up is coming and opening, down is going and closing; three notes down is the end of the call. */
export const TONES: Readonly<Record<Sound, readonly Note[]>> = {
  joined: inTurn(110, 523.25, 783.99),
  left: inTurn(110, 783.99, 523.25),
  unmuted: inTurn(60, 440, 659.25),
  muted: inTurn(60, 659.25, 440),
  lost: inTurn(95, 392, 329.63, 261.63),
};
