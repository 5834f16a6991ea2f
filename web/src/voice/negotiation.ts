/** Perfect negotiation for one connection, over signals that may be lost, doubled or reordered. */
import { EarlyCandidates } from './candidates';
import type { Clock } from './clock';
import type { PeerConnection } from './peer_connection';

/** A pending offer is sent again after so long, for as long as it is pending. */
export const RESEND_MS = 5000;

/** Only the first offers of the two sides (1 and 2) may meet a connection that has agreed on nothing yet. */
const FIRST_RENEGOTIATION = 3;

export interface NegotiationEvents {
  send(negotiationId: number, description: { type: 'offer' | 'answer'; sdp: string }): void;
  /** The peer's offer is set: the moment to make its transceiver ours, before the answer. */
  answering(): void;
  /** Offer and answer are both set. */
  settled(): void;
  /** We are polite and both have offered before anything was agreed: a fresh connection must take this offer. */
  yielding(negotiationId: number, sdp: string): void;
  /** The offer continues a connection that we are not the other end of. */
  foreign(): void;
  broken(error: unknown): void;
}

interface Pending {
  readonly id: number;
  cancelResend: () => void;
}

/**
 * The pattern of the W3C ("perfect negotiation" in WebRTC 1.0, section 10.7) with three additions: all steps run in one
 * promise chain; every negotiation has a number, odd for offers of the polite side and even for those of the other, so
 * that stale and doubled descriptions are recognised; and a pending offer is repeated until it is answered.
 */
export class Negotiation {
  readonly #pc: PeerConnection;
  readonly #polite: boolean;
  readonly #clock: Clock;
  readonly #events: NegotiationEvents;
  readonly #early = new EarlyCandidates();
  #chain: Promise<void> = Promise.resolve();
  #pending: Pending | null = null;
  #answeredId = 0;
  #makingOffer = false;
  #isSettingRemoteAnswerPending = false;
  #settledId = 0;
  #highestId = 0;
  #ignoredId = 0;
  #currentId = 0;
  #state: 'waiting' | 'active' | 'closed' = 'waiting';

  constructor(pc: PeerConnection, polite: boolean, clock: Clock, events: NegotiationEvents) {
    this.#pc = pc;
    this.#polite = polite;
    this.#clock = clock;
    this.#events = events;
  }

  /** The negotiation our candidates belong to. */
  get currentId(): number {
    return this.#currentId;
  }

  /** Whether an offer of ours waits for its answer. */
  get offering(): boolean {
    return this.#pending !== null;
  }

  /** From now on `negotiationneeded` makes offers; a side that only answers becomes active with its first answer. */
  activate(): void {
    if (this.#state === 'waiting') this.#state = 'active';
  }

  negotiationneeded(): void {
    if (this.#state !== 'active') return;
    this.#makingOffer = true;
    this.#enqueue(() => this.#offer());
  }

  offer(id: number, sdp: string): void {
    const stable = this.#pc.signalingState === 'stable' || this.#pc.signalingState === 'have-remote-offer';
    const readyForOffer = !this.#makingOffer && (stable || this.#isSettingRemoteAnswerPending);
    this.#highestId = Math.max(this.#highestId, id);
    if (!readyForOffer && !this.#polite) return this.#ignore(id);
    this.#enqueue(() => this.#takeOffer(id, sdp));
  }

  answer(id: number, sdp: string): void {
    if (this.#pending?.id !== id) return;
    this.#isSettingRemoteAnswerPending = true;
    this.#enqueue(() => this.#takeAnswer(id, sdp));
  }

  candidates(id: number, candidates: RTCIceCandidateInit[]): void {
    this.#enqueue(async () => {
      if (id > this.#settledId) this.#early.hold(id, candidates);
      else if (id === this.#settledId) await this.#addCandidates(candidates);
    });
  }

  /** Sends the pending offer once more, with all candidates found so far. */
  resend(): void {
    const pending = this.#pending;
    if (!pending) return;
    pending.cancelResend();
    this.#sendOffer(pending);
  }

  close(): void {
    this.#state = 'closed';
    this.#dropPending();
  }

  #enqueue(step: () => Promise<void>): void {
    this.#chain = this.#chain
      .then(() => (this.#state === 'closed' ? undefined : step()))
      .catch((error: unknown) => {
        if (this.#state !== 'closed') this.#events.broken(error);
      });
  }

  async #offer(): Promise<void> {
    try {
      if (this.#pc.signalingState !== 'stable') return; // the event comes again when it is
      const id = this.#nextId();
      this.#highestId = this.#currentId = id;
      await this.#pc.setLocalDescription();
      if (this.#closed()) return;
      this.#pending = { id, cancelResend: () => undefined };
      this.#sendOffer(this.#pending);
    } finally {
      this.#makingOffer = false;
    }
  }

  async #takeOffer(id: number, sdp: string): Promise<void> {
    if (id <= this.#ignoredId) return;
    if (!this.#continues(sdp)) return this.#events.foreign();
    if (id === this.#answeredId && id === this.#settledId) return this.#repeatAnswer(id);
    if (id <= this.#settledId) return;
    const nothingAgreed = this.#pc.remoteDescription === null;
    if (nothingAgreed && id >= FIRST_RENEGOTIATION) return this.#events.foreign();
    const collision =
      this.#pc.signalingState === 'have-local-offer' || (nothingAgreed && this.#state === 'active');
    if (collision && !this.#polite) return this.#ignore(id);
    if (collision && nothingAgreed) return this.#events.yielding(id, sdp);
    await this.#pc.setRemoteDescription({ type: 'offer', sdp });
    if (this.#closed()) return;
    this.#dropPending(); // rolled back
    this.#currentId = id;
    this.#events.answering();
    await this.#pc.setLocalDescription();
    if (this.#closed()) return;
    this.#answeredId = id;
    this.activate();
    this.#sendLocal(id);
    await this.#settle(id);
  }

  async #takeAnswer(id: number, sdp: string): Promise<void> {
    try {
      if (this.#pending?.id !== id || this.#pc.signalingState !== 'have-local-offer') return;
      if (!this.#continues(sdp)) return this.#events.foreign();
      await this.#pc.setRemoteDescription({ type: 'answer', sdp });
    } finally {
      this.#isSettingRemoteAnswerPending = false;
    }
    if (this.#closed()) return;
    this.#dropPending();
    await this.#settle(id);
  }

  async #settle(id: number): Promise<void> {
    this.#settledId = id;
    this.#events.settled();
    await this.#addCandidates(this.#early.take(id));
  }

  #ignore(id: number): void {
    this.#ignoredId = Math.max(this.#ignoredId, id);
  }

  /** A doubled offer means that our answer may be lost. */
  #repeatAnswer(id: number): void {
    if (this.#pc.localDescription?.type === 'answer') this.#sendLocal(id);
  }

  /** Whether a description comes from the connection we have agreed with, if any: its `o=` line names it. */
  #continues(sdp: string): boolean {
    const agreed = this.#pc.remoteDescription?.sdp;
    return agreed === undefined || originOf(agreed) === originOf(sdp);
  }

  async #addCandidates(candidates: RTCIceCandidateInit[]): Promise<void> {
    for (const candidate of candidates) {
      if (this.#closed()) return;
      await this.#pc.addIceCandidate(candidate).catch(() => undefined); // one that does not fit is no loss
    }
  }

  #sendOffer(pending: Pending): void {
    pending.cancelResend = this.#clock.after(RESEND_MS, () => this.#sendOffer(pending));
    this.#sendLocal(pending.id);
  }

  #sendLocal(id: number): void {
    const local = this.#pc.localDescription;
    if (local?.sdp && (local.type === 'offer' || local.type === 'answer')) {
      this.#events.send(id, { type: local.type, sdp: local.sdp });
    }
  }

  #dropPending(): void {
    this.#pending?.cancelResend();
    this.#pending = null;
  }

  #nextId(): number {
    const floor = Math.max(this.#highestId + 1, this.#pc.remoteDescription ? FIRST_RENEGOTIATION : 1);
    const odd = floor % 2 === 1;
    return odd === this.#polite ? floor : floor + 1;
  }

  #closed(): boolean {
    return this.#state === 'closed';
  }
}

/** The session id of a description, the same in all descriptions of one connection. */
function originOf(sdp: string): string | undefined {
  return /^o=\S+ (\S+)/m.exec(sdp)?.[1];
}
