/** How good the sound of a peer can be, in bars: by delay, jitter buffer and loss, quick to fall and slow to rise. */
import type { MediaSample } from './peer_connection';

export type Bars = 0 | 1 | 2 | 3 | 4;

/** What is looked at is that of so long. */
const WINDOW_MS = 2_000;
/** More bars only after they have been deserved for so long. */
const RISES_AFTER_MS = 5_000;
/** Filling a packet (20 ms) and the look-ahead of Opus (6.5 ms, RFC 6716). */
const CODING_MS = 26.5;

/** R0 − Is of ITU-T G.107 with all its defaults: a call without delay and loss. */
const FLAWLESS = 93.2;
/** What delay of one way takes: Cole and Rosenbluth, "Voice over IP performance monitoring" (2001), for Id of G.107. */
const PER_MS = 0.024;
const PER_MS_TOO_LONG = 0.11;
const TOO_LONG_MS = 177.3;
/** Bpl of a codec that conceals what is lost (ITU-T G.113, appendix I: G.711 with concealment); none is given for Opus. */
const ROBUSTNESS = 25.1;

/** The rating R of the simplified E-model (ITU-T G.107): 93 is flawless, below 50 nobody is content. */
export function ratingOf(oneWayMs: number, lossPercent: number): number {
  const late = Math.max(0, oneWayMs - TOO_LONG_MS);
  const delayed = PER_MS * oneWayMs + PER_MS_TOO_LONG * late;
  const lost = (95 * lossPercent) / (lossPercent + ROBUSTNESS);
  return Math.max(0, FLAWLESS - delayed - lost);
}

/** By the classes of ITU-T G.109: satisfied from 80, some dissatisfied, many, nearly all, not recommended below 50. */
export function barsOf(rating: number): Bars {
  if (rating >= 80) return 4;
  if (rating >= 70) return 3;
  if (rating >= 60) return 2;
  return rating >= 50 ? 1 : 0;
}

interface Counted {
  readonly at: number;
  readonly sample: MediaSample;
}

export class Quality {
  #recent: Counted[] = [];
  #bars: Bars | null = null;
  /** Since when more than is shown was deserved, and how much of it at least. */
  #better: { readonly since: number; readonly least: Bars } | null = null;

  /** Null until there is something to judge. */
  get bars(): Bars | null {
    return this.#bars;
  }

  feed(sample: MediaSample, now: number): void {
    this.#recent = [...this.#recent.filter(({ at }) => now - at <= WINDOW_MS), { at: now, sample }];
    const first = this.#recent[0]!.sample;
    if (sample.packetsReceived <= first.packetsReceived) return; // nothing comes: that is for others to judge
    this.#judge(barsOf(ratingOf(oneWayMs(first, sample), lossPercent(first, sample))), now);
  }

  #judge(deserved: Bars, now: number): void {
    if (this.#bars === null || deserved <= this.#bars) {
      this.#bars = deserved;
      this.#better = null;
      return;
    }
    const { since, least } = this.#better ?? { since: now, least: deserved };
    this.#better = { since, least: deserved < least ? deserved : least };
    if (now - since < RISES_AFTER_MS) return;
    this.#bars = this.#better.least;
    this.#better = null;
  }
}

function oneWayMs(first: MediaSample, last: MediaSample): number {
  const emitted = last.jitterBufferEmittedCount - first.jitterBufferEmittedCount;
  const waited = last.jitterBufferDelay - first.jitterBufferDelay;
  const buffered = emitted > 0 ? (1_000 * waited) / emitted : 0;
  return (last.roundTripMs ?? 0) / 2 + Math.max(0, buffered) + CODING_MS;
}

/** What never came, and what came too late to be played. */
function lossPercent(first: MediaSample, last: MediaSample): number {
  const received = last.packetsReceived - first.packetsReceived;
  const lost = Math.max(0, last.packetsLost - first.packetsLost);
  const discarded = Math.min(received, Math.max(0, last.packetsDiscarded - first.packetsDiscarded));
  return (100 * (lost + discarded)) / (received + lost);
}
