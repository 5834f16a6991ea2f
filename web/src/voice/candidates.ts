/** Candidates on their two ways: those that came before their description wait, ours leave in small batches. */
import type { Clock } from './clock';
import { CANDIDATE_BYTES, CANDIDATES_PER_NEGOTIATION } from './wire';

const BATCH_MS = 30;
const NEGOTIATIONS_AHEAD = 4;

/** Candidates of negotiations whose description has not come yet, bounded. */
export class EarlyCandidates {
  readonly #waiting = new Map<number, RTCIceCandidateInit[]>();

  hold(negotiationId: number, candidates: RTCIceCandidateInit[]): void {
    const held = this.#waiting.get(negotiationId) ?? [];
    if (!this.#waiting.has(negotiationId) && this.#waiting.size >= NEGOTIATIONS_AHEAD) return;
    this.#waiting.set(negotiationId, [...held, ...candidates].slice(0, CANDIDATES_PER_NEGOTIATION));
  }

  /** Those of this negotiation; they and all older ones are forgotten. */
  take(negotiationId: number): RTCIceCandidateInit[] {
    const taken = this.#waiting.get(negotiationId) ?? [];
    for (const id of [...this.#waiting.keys()]) if (id <= negotiationId) this.#waiting.delete(id);
    return taken;
  }
}

/** Our own candidates: sent in batches, kept while their negotiation lasts so that they can be sent again. */
export class CandidateOutbox {
  readonly #clock: Clock;
  readonly #send: (negotiationId: number, candidates: RTCIceCandidateInit[]) => void;
  #negotiationId = 0;
  #kept: RTCIceCandidateInit[] = [];
  #sent = 0;
  #cancelTimer: (() => void) | null = null;

  constructor(clock: Clock, send: (negotiationId: number, candidates: RTCIceCandidateInit[]) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  add(negotiationId: number, candidate: RTCIceCandidateInit): void {
    if (negotiationId !== this.#negotiationId) this.#begin(negotiationId);
    if (this.#kept.length >= CANDIDATES_PER_NEGOTIATION) return;
    if (JSON.stringify(candidate).length > CANDIDATE_BYTES) return;
    this.#kept.push(candidate);
    this.#cancelTimer ??= this.#clock.after(BATCH_MS, () => this.#flush());
  }

  /** Sends those of the latest negotiation once more. */
  sendAgain(): void {
    this.#sent = 0;
    this.#flush();
  }

  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#kept = [];
  }

  #begin(negotiationId: number): void {
    this.#flush();
    this.#negotiationId = negotiationId;
    this.#kept = [];
    this.#sent = 0;
  }

  #flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const batch = this.#kept.slice(this.#sent);
    this.#sent = this.#kept.length;
    if (batch.length > 0) this.#send(this.#negotiationId, batch);
  }
}
