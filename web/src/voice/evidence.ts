/** What gathering candidates told about relays and the network: the facts behind the reasons of a failed connection. */

/** `icecandidateerror` codes of a relay that refuses our credentials (401 unauthorised, 403 forbidden, 438 stale). */
const REFUSED_CODES: ReadonlySet<number> = new Set([401, 403, 438]);

/** Other URLs get so long to give a relay candidate before a refusal of one counts. */
const REFUSAL_GRACE_MS = 1500;

/** A relay that has given no candidate for so long is out of reach; the browser itself says so after 40 s. */
const SILENCE_MS = 9000;

/** STUN that has said nothing for so long will not: browsers have asked four times by then, and report it after 40 s. */
const STUN_SILENCE_MS = 3000;

const isRelay = (url: string) => /^turns?:/i.test(url);

export class RelayEvidence {
  readonly #startedAt: number;
  readonly #udpBlockedBefore: boolean | null;
  #refusedAt: number | null = null;
  #kinds = new Set<string>();
  #stunFailed = false;
  #complete = false;

  /** `udpBlockedBefore`: what was known of UDP, where only relays are asked now; null where STUN is asked, too. */
  constructor(now: number, udpBlockedBefore: boolean | null = null) {
    this.#startedAt = now;
    this.#udpBlockedBefore = udpBlockedBefore;
  }

  /** For a new gathering on the same connection: what was said counts no more, but a relay that has been silent still is. */
  again(now: number, relayOnly: boolean): RelayEvidence {
    const silent = !this.hasRelay && this.#refusedAt === null;
    return new RelayEvidence(silent ? this.#startedAt : now, relayOnly ? this.udpBlocked(now) : null);
  }

  candidate(candidate: string): void {
    const kind = / typ (\w+)/.exec(candidate)?.[1];
    if (kind) this.#kinds.add(kind);
  }

  error(url: string, errorCode: number, now: number): void {
    if (isRelay(url) && REFUSED_CODES.has(errorCode)) this.#refusedAt ??= now;
    if (!isRelay(url)) this.#stunFailed = true;
  }

  complete(): void {
    this.#complete = true;
  }

  get hasRelay(): boolean {
    return this.#kinds.has('relay');
  }

  /** Every relay has refused us, or the only one that answered has: named only if no URL gave a relay candidate. */
  relayRefused(now: number): boolean {
    if (this.hasRelay || this.#refusedAt === null) return false;
    return this.#complete || now - this.#refusedAt >= REFUSAL_GRACE_MS;
  }

  relaySilent(now: number): boolean {
    if (this.hasRelay || this.#refusedAt !== null) return false;
    return this.#complete || now - this.#startedAt >= SILENCE_MS;
  }

  /**
   * STUN was asked and does not answer: UDP does not leave this network. An answer that tells nothing new makes no
   * candidate, but the gathering is complete with it.
   */
  udpBlocked(now: number): boolean {
    if (this.#udpBlockedBefore !== null) return this.#udpBlockedBefore;
    if (this.#kinds.has('srflx')) return false;
    return this.#stunFailed || (!this.#complete && now - this.#startedAt >= STUN_SILENCE_MS);
  }
}
