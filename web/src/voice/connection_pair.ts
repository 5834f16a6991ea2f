/** The connection of a link and, while it is being rebuilt, its successor: the rules of generations. */
import type { Clock } from './clock';
import { Connection } from './connection';
import type { AudioTrack, PeerConnectionFactory } from './peer_connection';
import type { ReceivedSignal, Signal } from './wire';

export interface PairPorts {
  readonly clock: Clock;
  readonly connect: PeerConnectionFactory;
  /** The configuration for a connection, by way of relays only where asked for and where there are any. */
  configuration(relayOnly: boolean): RTCConfiguration;
  send(signal: Signal): void;
  note(event: string, details?: Record<string, unknown>): void;
}

export interface PairEvents {
  /** The connection that carries the sound is another one now. */
  promoted(connection: Connection): void;
  stateChanged(connection: Connection): void;
  track(track: AudioTrack): void;
}

type Offer = { readonly generation: number; readonly negotiation_id: number; readonly sdp: string };

const EARLY_SIGNALS = 10;
const BETWEEN_BREAKS_MS = 10_000;

/**
 * A higher generation rebuilds at it; a lower one is answered `stale` and its sender goes on at ours + 1. The old
 * connection is closed only when the peer has accepted the new one, so there are at most two, and one in the end.
 */
export class ConnectionPair {
  readonly #ports: PairPorts;
  readonly #events: PairEvents;
  readonly #polite: boolean;
  #track: AudioTrack | null;
  #generation: number;
  #current: Connection | null = null;
  #successor: Connection | null = null;
  #early: ReceivedSignal[] = [];
  #closed = false;
  #brokenAt = -Infinity;

  /** `generation` is the first one this link may use: one more than the last of an earlier link to the same peer. */
  constructor(
    ports: PairPorts,
    events: PairEvents,
    options: { polite: boolean; generation: number; track: AudioTrack | null },
  ) {
    this.#ports = ports;
    this.#events = events;
    this.#polite = options.polite;
    this.#generation = options.generation;
    this.#track = options.track;
  }

  get generation(): number {
    return this.#generation;
  }

  get current(): Connection | null {
    return this.#current;
  }

  /** Whether a new connection waits to be accepted by the peer. */
  get rebuilding(): boolean {
    return this.#successor !== null;
  }

  /** The connection to learn from when there is no sound: the newest. */
  get newest(): Connection | null {
    return this.#successor ?? this.#current;
  }

  /** Makes the first connection and its offer, unless the peer was faster. */
  open(): void {
    if (this.#current || this.#closed) return;
    this.#current = this.#build(this.#generation, false);
    this.#current.open();
  }

  /** Goes on at the next generation; the old connection stays until the peer has accepted. */
  rebuild(relayOnly: boolean): void {
    this.#rebuildAt(this.#generation + 1, relayOnly);
  }

  /** Restarts ICE on the connection, with the newest servers. */
  restart(relayOnly = this.#current?.relayOnly ?? false): void {
    this.#current?.restartIce(this.#ports.configuration(relayOnly));
  }

  /** Gives new ICE servers to the connections without restarting them. */
  configure(): void {
    for (const one of this.#all()) one.configure(this.#ports.configuration(one.relayOnly));
  }

  /** The next gathering of the connection that carries the sound looks for every way that we may use; now it goes on as it is. */
  lookEverywhere(): void {
    if (this.#current?.relayOnly) this.#current.configure(this.#ports.configuration(false));
  }

  replaceTrack(track: AudioTrack | null): void {
    this.#track = track;
    for (const one of this.#all()) one.replaceTrack(track);
  }

  resend(): void {
    for (const one of this.#all()) one.resend();
  }

  /** Takes any signal but a request for repair. */
  signal(signal: ReceivedSignal): void {
    if (this.#closed) return;
    if (signal.kind === 'stale') {
      if (signal.generation > this.#generation) this.#rebuildAt(signal.generation + 1, false);
    } else if (signal.kind === 'description' && signal.data.type === 'offer') {
      this.#offer({ ...signal, sdp: signal.data.sdp });
    } else {
      const connection = this.#all().find((one) => one.generation === signal.generation);
      if (connection) connection.signal(signal);
      else this.#holdEarly(signal);
    }
  }

  /** Tells the peer which generation is current. */
  sendStale(negotiationId: number): void {
    this.#ports.send({
      kind: 'stale',
      data: {},
      generation: this.#generation,
      negotiation_id: negotiationId,
    });
  }

  /** Leaves the generation of the peer behind, because the two sides have lost each other. */
  overtake(generation: number): void {
    this.#rebuildAt(Math.max(generation, this.#generation) + 1, false);
  }

  close(): void {
    this.#closed = true;
    for (const one of this.#all()) one.close();
    this.#current = this.#successor = null;
    this.#early = [];
  }

  #all(): Connection[] {
    return [this.#current, this.#successor].filter((one) => one !== null);
  }

  #offer(offer: Offer): void {
    if (offer.generation < this.#generation) return this.sendStale(offer.negotiation_id);
    const connection = this.#all().find((one) => one.generation === offer.generation);
    if (connection) connection.offer(offer.negotiation_id, offer.sdp);
    else this.#accept(offer);
  }

  /** Builds the answering side of a generation the peer has begun. */
  #accept(offer: Offer): void {
    this.#place(this.#build(offer.generation, false));
    this.newest?.offer(offer.negotiation_id, offer.sdp);
    for (const signal of this.#early) {
      if (signal.generation === offer.generation) this.newest?.signal(signal);
    }
    this.#early = [];
  }

  #rebuildAt(generation: number, relayOnly: boolean): void {
    if (this.#closed) return;
    this.#place(this.#build(generation, relayOnly));
    this.newest?.open();
  }

  /** A connection that has agreed on nothing gives way at once; one that has stays until its successor is accepted. */
  #place(connection: Connection): void {
    this.#successor?.close();
    this.#successor = null;
    this.#generation = connection.generation;
    if (this.#current?.agreed) {
      this.#successor = connection;
    } else {
      this.#current?.close();
      this.#current = connection;
    }
    this.#ports.note('generation', { generation: connection.generation, relayOnly: connection.relayOnly });
  }

  #settled(connection: Connection): void {
    if (connection === this.#successor) {
      this.#current?.close();
      this.#current = connection;
      this.#successor = null;
    }
    if (connection === this.#current) this.#events.promoted(connection);
  }

  /** Both offered a first time at once and we are polite: a fresh connection of the same generation answers. */
  #yield(connection: Connection, negotiationId: number, sdp: string): void {
    if (connection !== this.newest) return;
    const fresh = this.#build(connection.generation, connection.relayOnly);
    connection.close();
    if (connection === this.#successor) this.#successor = fresh;
    else this.#current = fresh;
    fresh.offer(negotiationId, sdp);
  }

  /** What the browser has refused once it will refuse again: a fresh connection, but not one after the other. */
  #broken(connection: Connection, error: unknown): void {
    this.#ports.note('negotiation broken', { error: String(error) });
    const now = this.#ports.clock.now();
    if (connection !== this.newest || now - this.#brokenAt < BETWEEN_BREAKS_MS) return;
    this.#brokenAt = now;
    this.overtake(connection.generation);
  }

  #holdEarly(signal: ReceivedSignal): void {
    if (signal.kind !== 'candidates' || signal.generation < this.#generation) return;
    this.#early = [...this.#early, signal].slice(-EARLY_SIGNALS);
  }

  #build(generation: number, relayOnly: boolean): Connection {
    const configuration = this.#ports.configuration(relayOnly);
    const udpBlockedBefore = this.newest?.evidence.udpBlocked(this.#ports.clock.now()) ?? false;
    const options = {
      generation,
      polite: this.#polite,
      configuration,
      udpBlockedBefore,
      track: this.#track,
    };
    return new Connection(this.#ports.clock, this.#ports.connect, options, {
      send: (signal) => this.#ports.send(signal),
      settled: (connection) => this.#settled(connection),
      yielding: (connection, id, sdp) => this.#yield(connection, id, sdp),
      foreign: (connection) => this.overtake(connection.generation),
      broken: (connection, error) => this.#broken(connection, error),
      stateChanged: (connection) => this.#events.stateChanged(connection),
      track: (connection, track) => {
        if (connection === this.newest) this.#events.track(track);
      },
      note: (event, details) => this.#ports.note(event, details),
    });
  }
}
