/** The packet watchdog: how long ago the peer's sound, its reports on us and its consent last came. */
import type { MediaSample } from './peer_connection';

const LOSS_WINDOW_MS = 5_000;
/** Rates are those of so long. */
const RATE_WINDOW_MS = 2_000;

interface Counted {
  readonly at: number;
  readonly sample: MediaSample;
}

interface Window {
  readonly at: number;
  readonly received: number;
  readonly lost: number;
}

const NOTHING: MediaSample = {
  packetsReceived: 0,
  packetsLost: 0,
  packetsDiscarded: 0,
  packetsSent: 0,
  bytesReceived: 0,
  jitterMs: null,
  jitterBufferDelay: 0,
  jitterBufferEmittedCount: 0,
  localCandidate: null,
  remoteCandidate: null,
  relayProtocol: null,
  lastReport: null,
  fractionLost: 0,
  consentResponses: 0,
  roundTripMs: null,
  path: null,
  relayUrl: null,
};

/** Ages by our own clock: a counter that moved is news, whatever time stamp it carries. */
export class PacketWatch {
  #last: MediaSample = NOTHING;
  #packetAt: number;
  #reportAt: number;
  #consentAt: number;
  #windows: [Window, Window];
  /** The samples of the last two seconds, and the one before them. */
  #recent: Counted[] = [];
  #flowed = false;
  #consented = false;
  #firstConsentAt = Infinity;

  constructor(now: number) {
    this.#packetAt = this.#reportAt = this.#consentAt = now;
    const empty = { at: now, received: 0, lost: 0 };
    this.#windows = [empty, empty];
  }

  get last(): MediaSample {
    return this.#last;
  }

  feed(sample: MediaSample, now: number): void {
    if (sample.packetsReceived > 0 && sample.packetsReceived !== this.#last.packetsReceived) {
      this.#packetAt = now;
      this.#flowed = true;
    }
    if (sample.lastReport !== null && sample.lastReport !== this.#last.lastReport) this.#reportAt = now;
    // Fewer than before are those of another pair of addresses, or of none: nobody has answered.
    if (sample.consentResponses > this.#last.consentResponses) {
      this.#consentAt = now;
      this.#consented = true;
      this.#firstConsentAt = Math.min(this.#firstConsentAt, now);
    }
    if (now - this.#windows[1].at >= LOSS_WINDOW_MS) {
      const next = { at: now, received: sample.packetsReceived, lost: sample.packetsLost };
      this.#windows = [this.#windows[1], next];
    }
    this.#last = sample;
    this.#recent = [
      ...this.#recent.filter((one, index, all) => isRecent(all[index + 1] ?? one, now)),
      { at: now, sample },
    ];
  }

  /** How often the counter of that name counts in a second at the moment; zero until there are two samples. */
  perSecond(counter: 'packetsReceived' | 'packetsSent' | 'bytesReceived'): number {
    const first = this.#recent[0];
    const last = this.#recent.at(-1);
    if (!first || !last || last.at === first.at) return 0;
    const counted = Math.max(0, last.sample[counter] - first.sample[counter]);
    return (1_000 * counted) / (last.at - first.at);
  }

  /** Packets lost on their way to us, in per cent of the last five to ten seconds. */
  get lossPercent(): number {
    const lost = Math.max(0, this.#last.packetsLost - this.#windows[0].lost);
    const sent = lost + this.#last.packetsReceived - this.#windows[0].received;
    return sent > 0 ? (100 * lost) / sent : 0;
  }

  /** Starts counting afresh: after a frozen page, or when the peer is about to send for the first time. */
  reset(now: number): void {
    this.#packetAt = Math.max(this.#packetAt, now);
    this.#reportAt = Math.max(this.#reportAt, now);
    this.#consentAt = Math.max(this.#consentAt, now);
  }

  /** We begin to send: the first report on us is due from now. */
  expectReports(now: number): void {
    this.#reportAt = now;
  }

  /** Whether a packet has ever come on this connection. */
  get flowed(): boolean {
    return this.#flowed;
  }

  /** Milliseconds since the last packet, or since counting began. */
  packetAge(now: number): number {
    return now - this.#packetAt;
  }

  reportAge(now: number): number {
    return now - this.#reportAt;
  }

  /** Milliseconds since the last consent answer; infinite before the first. */
  consentAge(now: number): number {
    return this.#consented ? now - this.#consentAt : Infinity;
  }

  /**
   * Milliseconds by which the path outlived the sound: the last consent answer came so long after the last packet. A path
   * that has never carried any is counted from its first answer: until then nobody could have sent.
   */
  get consentAfterPackets(): number {
    if (!this.#consented) return 0;
    return this.#consentAt - (this.#flowed ? this.#packetAt : Math.max(this.#packetAt, this.#firstConsentAt));
  }
}

function isRecent({ at }: Counted, now: number): boolean {
  return now - at <= RATE_WINDOW_MS;
}
