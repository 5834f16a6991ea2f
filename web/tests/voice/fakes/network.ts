/** A network of virtual hosts: which can reach which, directly or by relay, and what flows between their connections. */
import type { PeerConnectionFactory } from '../../../src/voice/peer_connection';
import type { FakeClock } from './clock';
import { FakePeerConnection } from './peer_connection';
import type { FakeTransport } from './transport';

const CONNECT_MS = 80;
const PACKET_MS = 20;
const CONSENT_MS = 2_500;
const REPORT_MS = 5_000;
/** The host on which the relays are. */
const RELAY = 'relay';

/** Two connections that have found each other. */
export interface Wire {
  readonly ends: readonly [FakeTransport, FakeTransport];
  readonly path: 'direct' | 'relay';
  /** The ICE credentials it was made with: another pair is another wire. */
  readonly key: string;
  readonly addresses: string;
  /** The end to which nothing comes through any more, though the other hears it; only a new wire helps. */
  deaf: FakeTransport | null;
}

/** What is reported of the sound that was sent, and what came of it. */
class FakeReports {
  arrives = true;
  /** What they say of loss, 0 to 1. */
  fractionLost = 0;
  /** To how many bits a second a host was limited, in that order. */
  readonly limits: { readonly host: string; readonly bitrate: number }[] = [];
}

export class FakeNetwork {
  /** Those that are not closed. */
  readonly connections = new Set<FakeTransport>();
  /** What no browser may ever be asked for. */
  readonly faults: string[] = [];
  /** When sound of one host last arrived at another, by `from>to`; what flows at the moment may be missing. */
  readonly soundAt = new Map<string, number>();
  readonly #blocked = new Set<string>();
  readonly #indirect = new Set<string>();
  /** Pairs of hosts between which it stays like that, whatever heals. */
  readonly #apart = new Set<string>();
  readonly #silenced = new Set<string>();
  readonly #addresses = new Map<string, number>();
  readonly #connecting = new Set<string>();
  relay: 'up' | 'refuses' | 'silent' = 'up';
  /** Of one URL, where they are not all alike. */
  relayAt: (url: string) => 'up' | 'refuses' | 'silent' | 'full' = () => this.relay;
  stun: 'up' | 'silent' = 'up';
  readonly rtcp = new FakeReports();
  /** How long an operation of a connection takes, in milliseconds. */
  operationMs: () => number = () => 0;

  constructor(readonly clock: FakeClock) {}

  factory(host: string): PeerConnectionFactory {
    return (configuration, events) => {
      const connection = new FakePeerConnection(this, host, configuration, events);
      this.connections.add(connection.transport);
      return connection;
    };
  }

  open(host: string): number {
    return [...this.connections].filter((one) => one.host === host).length;
  }

  /** Cuts or heals every path between two hosts. */
  block(one: string, other: string, blocked: boolean): void {
    this.#mark(this.#blocked, one, other, blocked);
  }

  /** Leaves only relays between two hosts, or lets them find each other again. */
  onlyRelay(one: string, other: string, only: boolean): void {
    this.#mark(this.#indirect, one, other, only);
  }

  /** No relay answers that host, whoever else is answered. */
  hideRelay(host: string): void {
    this.block(host, RELAY, true);
  }

  /** What that URL is to a host. */
  relayFor(host: string, url: string): ReturnType<FakeNetwork['relayAt']> {
    return this.#blocked.has(pairKey(host, RELAY)) ? 'silent' : this.relayAt(url);
  }

  /** One host hears nothing of the others any more, until the connections find new paths. */
  deafen(host: string): void {
    for (const { wire } of this.connections) {
      const end = wire?.ends.find((one) => one.host === host);
      if (wire && end) wire.deaf = end;
    }
    this.update();
  }

  /** No path leads from one host to the other, ever. */
  part(one: string, other: string): void {
    this.#apart.add(pairKey(one, other));
    this.update();
  }

  parted(one: string, other: string): boolean {
    return this.#apart.has(pairKey(one, other));
  }

  /** The path stands, but the sound of one host does not arrive at the other; only consent does. */
  silence(from: string, to: string, silent: boolean): void {
    if (silent) this.#silenced.add(`${from}>${to}`);
    else this.#silenced.delete(`${from}>${to}`);
    this.update();
  }

  /** From which host to which other sound flows at this moment, as `from>to`. */
  sounding(): Set<string> {
    const flowing = [...this.connections].filter((one) => one.wire && this.flows(one));
    return new Set(flowing.map((one) => `${this.#otherEnd(one).host}>${one.host}`));
  }

  healAll(): void {
    this.relay = 'up';
    this.#blocked.clear();
    this.#indirect.clear();
    this.#silenced.clear();
    this.update();
  }

  /** The host is on another network now: its paths are gone until ICE restarts. */
  changeAddress(host: string): void {
    this.#addresses.set(host, (this.#addresses.get(host) ?? 0) + 1);
    this.update();
  }

  /** Looks again at who can reach whom; to be called after every change. */
  update(): void {
    for (const connection of this.connections) this.#account(connection);
    for (const connection of this.connections) this.#match(connection);
    for (const connection of this.connections) connection.pathIs(this.#isUp(connection.wire));
  }

  /** Whether sound of the peer arrives there right now. */
  flows(to: FakeTransport): boolean {
    if (!this.#carries(to.wire) || to.wire?.deaf === to) return false;
    const from = this.#otherEnd(to);
    return from.sending && !this.#silenced.has(`${from.host}>${to.host}`);
  }

  /** Counts what has come since the last time. */
  #account(connection: FakeTransport): void {
    const { counters } = connection;
    const now = this.clock.now();
    const elapsed = now - counters.at;
    counters.at = now;
    if (counters.flows) counters.soundMs += elapsed;
    if (counters.flows && elapsed > 0) this.soundAt.set(`${counters.from}>${connection.host}`, now);
    if (counters.up) counters.upMs += elapsed;
    if (counters.reported) counters.reportedMs += elapsed;
    counters.up = this.#isUp(connection.wire);
    counters.flows = this.flows(connection);
    if (counters.flows) counters.from = this.#otherEnd(connection).host;
    counters.reported = counters.up && this.flows(this.#otherEnd(connection)) && this.rtcp.arrives;
  }

  sample(connection: FakeTransport) {
    this.#account(connection);
    const { soundMs, upMs, reportedMs } = connection.counters;
    const reports = Math.floor((reportedMs + REPORT_MS / 2) / REPORT_MS);
    return {
      packetsReceived: Math.floor(soundMs / PACKET_MS),
      packetsLost: 0,
      packetsDiscarded: 0,
      packetsSent: connection.sending ? Math.floor(upMs / PACKET_MS) : 0,
      bytesReceived: 100 * Math.floor(soundMs / PACKET_MS),
      jitterMs: 1,
      jitterBufferDelay: soundMs / 1_000 / 20,
      jitterBufferEmittedCount: soundMs / 1_000,
      localCandidate: null,
      remoteCandidate: null,
      relayProtocol: null,
      lastReport: reports > 0 ? reports : null,
      fractionLost: this.rtcp.fractionLost,
      consentResponses: Math.floor(upMs / CONSENT_MS) + (upMs > 0 ? 1 : 0),
      roundTripMs: 20,
      path: connection.wire?.path ?? null,
      relayUrl: connection.wire?.path === 'relay' ? 'turn:relay.example:3478' : null,
    };
  }

  #mark(set: Set<string>, one: string, other: string, on: boolean): void {
    const key = pairKey(one, other);
    if (on) set.add(key);
    else set.delete(key);
    this.update();
  }

  #otherEnd(connection: FakeTransport): FakeTransport {
    const [one, other] = connection.wire!.ends;
    return one === connection ? other : one;
  }

  /** ICE needs both directions. */
  #isUp(wire: Wire | null): boolean {
    return wire?.deaf === null && this.#carries(wire);
  }

  #carries(wire: Wire | null): boolean {
    if (!wire) return false;
    const [one, other] = wire.ends;
    if (one.wire !== wire || other.wire !== wire || one.state === 'closed') return false;
    if (other.state === 'closed' || wire.addresses !== this.#addressesOf(one, other)) return false;
    return this.#reachable(one.host, other.host, wire.path);
  }

  #addressesOf(one: FakeTransport, other: FakeTransport): string {
    return `${this.#addresses.get(one.host) ?? 0}/${this.#addresses.get(other.host) ?? 0}`;
  }

  #reachable(one: string, other: string, path: 'direct' | 'relay'): boolean {
    const key = pairKey(one, other);
    if (this.#blocked.has(key) || this.#apart.has(key)) return false;
    if (path === 'direct') return !this.#indirect.has(key);
    return this.relay === 'up' && ![one, other].some((host) => this.#blocked.has(pairKey(host, RELAY)));
  }

  /** Two connections whose descriptions name each other become a wire after a moment. */
  #match(one: FakeTransport): void {
    const other = this.#counterpart(one);
    if (!other) return;
    const key = pairKey(one.localUfrag, other.localUfrag);
    if (one.wire?.key === key || this.#connecting.has(key) || !this.#path(one, other)) return;
    this.#connecting.add(key);
    this.clock.after(CONNECT_MS, () => {
      this.#connecting.delete(key);
      this.#connect(one, other, key);
    });
  }

  #connect(one: FakeTransport, other: FakeTransport, key: string): void {
    const path = this.#path(one, other);
    const still = this.#counterpart(one) === other && pairKey(one.localUfrag, other.localUfrag) === key;
    if (path && still) {
      for (const connection of this.connections) this.#account(connection);
      one.wire = other.wire = {
        ends: [one, other],
        path,
        key,
        addresses: this.#addressesOf(one, other),
        deaf: null,
      };
      one.agreedWith = other.session;
      other.agreedWith = one.session;
    }
    this.update();
  }

  #counterpart(one: FakeTransport): FakeTransport | null {
    const remote = one.remote;
    if (!remote || !one.localUfrag) return null;
    for (const other of this.connections) {
      if (other === one || other.localUfrag !== remote.ufrag || other.session !== remote.session) continue;
      if (other.remote?.ufrag !== one.localUfrag || other.remote.session !== one.session) return null;
      return one.trusts(other.session) && other.trusts(one.session) ? other : null;
    }
    return null;
  }

  #path(one: FakeTransport, other: FakeTransport): 'direct' | 'relay' | null {
    for (const path of ['direct', 'relay'] as const) {
      const kind = path === 'direct' ? 'host' : 'relay';
      const allowed = path === 'relay' || (!one.relayOnly && !other.relayOnly);
      const known = one.knows(kind) || other.knows(kind);
      if (allowed && known && this.#reachable(one.host, other.host, path)) return path;
    }
    return null;
  }
}

function pairKey(one: string, other: string): string {
  return one < other ? `${one}|${other}` : `${other}|${one}`;
}
