/** Whether sound comes over a link: what the packet watch says, held against the limits of a healthy link. */
import type { Clock } from './clock';
import type { Connection } from './connection';

/** A link that was heard is in trouble after so long without a packet. */
const STALL_MS = 1_500;
/** Sound comes 50 times a second: after so long without a packet something may be wrong, though not yet with this link. */
const HUSH_MS = 400;
/** A connection that has just replaced another gets so long for its first packet. */
const FIRST_PACKET_MS = 5_000;
/** A peer counts as heard for so long after a packet of its sound. */
const HEARD_MS = 2_000;
const REPORT_MS = 10_000;
/** ICE consent is checked every few seconds and lapses (RFC 7675 gives it 30 s; a dead path is known sooner). */
const CONSENT_MS = 6_000;
/** The path has outlived the sound when consent came so long after the last packet. */
const SILENCE_MS = 1_500;

export class LinkHealth {
  readonly #clock: Clock;
  readonly #current: () => Connection | null;
  #suspectedAt = -Infinity;
  /** Whether the peer sends at all; one that only listens is judged by ICE consent. */
  sendsAudio: boolean;

  constructor(clock: Clock, current: () => Connection | null, sendsAudio: boolean) {
    this.#clock = clock;
    this.#current = current;
    this.sendsAudio = sendsAudio;
  }

  /** Only what comes from now on shows that the link is alive. */
  suspect(): void {
    this.#suspectedAt = this.#clock.now();
  }

  /** The peer is about to send, or the page was frozen: counting begins anew. */
  reset(): void {
    this.#current()?.watch.reset(this.#clock.now());
  }

  /** Sound comes, or consent from who has none to send. */
  get alive(): boolean {
    const connection = this.#current();
    if (!connection) return false;
    const now = this.#clock.now();
    const { watch } = connection;
    const suspectedFor = now - this.#suspectedAt;
    if (this.sendsAudio) return watch.flowed && watch.packetAge(now) < Math.min(STALL_MS, suspectedFor);
    return connection.state === 'connected' && watch.consentAge(now) < Math.min(CONSENT_MS, suspectedFor);
  }

  get stalled(): boolean {
    const watch = this.#current()?.watch;
    if (!watch) return false;
    const age = watch.packetAge(this.#clock.now());
    if (!this.sendsAudio) return age >= FIRST_PACKET_MS && !this.#consents;
    return age >= (watch.flowed ? STALL_MS : FIRST_PACKET_MS);
  }

  /** The path stands and only the sound is missing: nothing a restart could mend. */
  get silent(): boolean {
    const connection = this.#current();
    if (!connection || !this.sendsAudio || connection.state !== 'connected') return false;
    return this.#consents && connection.watch.consentAfterPackets >= SILENCE_MS;
  }

  /** The peer sends, and nothing of it has come for so long that our own network may be the cause. */
  get hushed(): boolean {
    const watch = this.#current()?.watch;
    return this.sendsAudio && watch !== undefined && watch.packetAge(this.#clock.now()) >= HUSH_MS;
  }

  /** Nothing has come for a moment: a change of the connection's state is to be believed. */
  get quiet(): boolean {
    return (this.#current()?.watch.packetAge(this.#clock.now()) ?? Infinity) > STALL_MS / 2;
  }

  /**
   * Whether the peer's sound has come in the last 2 s and, if we are `sending`, its report on ours in the last 10.
   * `carriedOver`: a connection that has just replaced a healthy one is believed for as long before its first packet.
   */
  heard(sending: boolean, carriedOver: boolean): boolean {
    const watch = this.#current()?.watch;
    if (!watch) return false;
    const now = this.#clock.now();
    const sounding = (watch.flowed || carriedOver) && watch.packetAge(now) <= HEARD_MS;
    return (this.sendsAudio ? sounding : this.#consents) && !this.reportsOverdue(sending);
  }

  /** We are `sending`, and for 10 s the peer has not reported that anything of it arrives. */
  reportsOverdue(sending: boolean): boolean {
    const watch = this.#current()?.watch;
    return sending && watch !== undefined && watch.reportAge(this.#clock.now()) >= REPORT_MS;
  }

  get #consents(): boolean {
    return (this.#current()?.watch.consentAge(this.#clock.now()) ?? Infinity) < CONSENT_MS;
  }
}
