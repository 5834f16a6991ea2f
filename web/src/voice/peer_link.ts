/** The link to one remote participant: its state, its ladders, and whether that peer is heard. */
import type { Clock } from './clock';
import type { Connection } from './connection';
import { ConnectionPair } from './connection_pair';
import { DirectReturn } from './direct_return';
import { diagnose, knownRelayFault } from './diagnosis';
import type { IceServers } from './ice_servers';
import { LinkHealth } from './link_health';
import { linkReport, type LinkReport } from './link_report';
import { LinkStateMachine, type LinkState, type ShownLinkState } from './link_state';
import type { AudioTrack, PeerConnectionFactory } from './peer_connection';
import { reasonOf, type Reason, type ReasonCode } from './reasons';
import { FIRST_CONNECT, LadderRun, REPAIR, type RepairSlots, type RepairStep } from './repair';
import { RepairRequests } from './repair_requests';
import type { Participant, ReceivedSignal, Signal } from './wire';

/** The impolite side waits so long for the other's offer. */
const OFFER_ANYWAY_MS = 3_000;
/** A connection that has just come up is looked at so often, so soon after each other. */
const CLOSE_LOOKS = 6;
const CLOSE_LOOK_MS = 75;

export interface LinkPorts {
  readonly clock: Clock;
  readonly connect: PeerConnectionFactory;
  readonly iceServers: IceServers;
  readonly slots: RepairSlots;
  send(to: string, signal: Signal): void;
  /** The sound of the peer is this track now. */
  track(link: PeerLink, track: AudioTrack): void;
  /** Whether the gateway answers: the time of the ladders runs only then. */
  mayRepair(): boolean;
  /** A link that was well is not; the gateway should be probed and the server asked about that peer. */
  troubled(link: PeerLink): void;
  changed(): void;
  note(event: string, details?: Record<string, unknown>): void;
}

export interface LinkOptions {
  readonly selfId: string;
  readonly participant: Participant;
  readonly generation: number;
  readonly track: AudioTrack | null;
}

export class PeerLink {
  readonly peerId: string;
  readonly pair: ConnectionPair;
  readonly knownSince: number;
  readonly #ports: LinkPorts;
  readonly #polite: boolean;
  readonly #machine: LinkStateMachine;
  readonly #health: LinkHealth;
  readonly #requests = new RepairRequests();
  readonly #direct = new DirectReturn();
  #participant: Participant;
  #ladder: LadderRun | null;
  #reason: Reason | null = null;
  #answered = false;
  #cancelOffer: () => void = () => undefined;
  #present = true;

  constructor(ports: LinkPorts, options: LinkOptions) {
    const { participant, selfId } = options;
    this.#ports = ports;
    this.#participant = participant;
    this.peerId = participant.id;
    this.#polite = selfId > this.peerId;
    this.knownSince = ports.clock.now();
    this.#health = new LinkHealth(ports.clock, () => this.pair.current, participant.sends_audio);
    this.#ladder = new LadderRun(FIRST_CONNECT, () => ports.clock.random());
    this.#machine = new LinkStateMachine((from, to) => {
      this.#note('link', { from, to, rung: this.#ladder?.rung ?? 0 });
      ports.changed();
    });
    this.pair = new ConnectionPair(this.#pairPorts(), this.#pairEvents(), {
      ...options,
      polite: this.#polite,
    });
  }

  /** The later comer offers at once, the other if nothing comes. */
  start(): void {
    if (this.#polite) this.pair.open();
    else this.#cancelOffer = this.#ports.clock.after(OFFER_ANYWAY_MS, () => this.pair.open());
  }

  get state(): LinkState {
    return this.#machine.state;
  }

  get shownState(): ShownLinkState {
    return this.#machine.shown;
  }

  get participant(): Participant {
    return this.#participant;
  }

  /** Whether the peer's lease is fresh, as far as the server has told; the ladder rests while it is not. */
  get present(): boolean {
    return this.#present;
  }

  set present(present: boolean) {
    if (present === this.#present) return;
    this.#present = present;
    this.#note('presence', { present });
    if (!present) this.#ports.slots.release(this); // others may be repaired while this one cannot
    if (present && this.state !== 'ok') this.suspect('returned');
    this.#ports.changed();
  }

  /** How often its repair was begun. */
  get repairs(): number {
    return this.#machine.repairs;
  }

  get reason(): Reason | null {
    return this.#reason;
  }

  get everHeard(): boolean {
    return this.#direct.everWell;
  }

  /** Whether sound flows both ways, if we are `sending` at all; play-out is the caller's to know. */
  heard(sending: boolean): boolean {
    return !this.#machine.starting && this.#health.heard(sending, this.state === 'ok');
  }

  /** Whether the peer's sound comes, and no report of it on ours does, though we are `sending`. */
  unheard(sending: boolean): boolean {
    return this.state === 'ok' && this.#health.reportsOverdue(sending);
  }

  /** Why sound does not flow both ways, if we are `sending` at all; null where it does, or nothing is known. */
  reasonWhile(sending: boolean): Reason | null {
    return this.#reason ?? (this.unheard(sending) ? reasonOf('not_heard') : null);
  }

  /** What is told the server of this link, for the verdict; `sending` as above. */
  report(sending: boolean): LinkReport {
    return linkReport(this.pair.current?.watch ?? null, {
      link: this.shownState,
      step: this.#ladder?.step ?? null,
      reason: this.reasonWhile(sending)?.code ?? null,
      repairs: this.repairs,
    });
  }

  /** See `LinkHealth.hushed`. */
  get hushed(): boolean {
    return this.#health.hushed;
  }

  /** Packets received on the connection of the moment. */
  get received(): number {
    return this.pair.current?.watch.last.packetsReceived ?? 0;
  }

  update(participant: Participant): void {
    if (participant.sends_audio && !this.#participant.sends_audio) this.#health.reset();
    this.#health.sendsAudio = participant.sends_audio;
    this.#participant = participant;
  }

  signal(signal: ReceivedSignal): void {
    this.#answered = true;
    if (this.state === 'new') this.#machine.become('negotiating');
    if (signal.kind === 'repair_request') this.#asked(signal);
    else this.pair.signal(signal);
  }

  /** Reads the counters of the connection. */
  async sample(): Promise<void> {
    await this.pair.current?.sample();
    this.#judge();
  }

  /** Lets the ladder run on. */
  advance(elapsedMs: number): void {
    this.#judge();
    const mayRepair = this.#ports.mayRepair();
    if (mayRepair && this.#present) this.#climb(elapsedMs);
    if (this.#machine.starting || this.state === 'failed' || this.#cutOff()) this.#nameKnownFault();
    if (!this.#ladder && mayRepair) this.#considerDirect();
  }

  /** Starts the repair ladder from its first rung; a link that is still being made has its own. */
  suspect(cause: string): void {
    if (this.#machine.starting) return;
    this.#note('suspected', { cause });
    this.#health.suspect();
    const news = this.#ladder === null;
    if (this.state === 'ok') this.#machine.become('unstable');
    this.#ladder = new LadderRun(REPAIR, () => this.#ports.clock.random());
    if (news) this.#ports.troubled(this);
  }

  /** The ways that may be used are others now. A new connection takes nothing of the old way along; back there is no hurry. */
  reroute(): void {
    if (!this.pair.newest) return;
    this.#reason = null;
    if (this.#ports.iceServers.hidden || this.state !== 'ok') this.pair.rebuild(false);
    else this.pair.restart(false);
  }

  /** The counters stood still with the page, not with the network. */
  resetBaseline(): void {
    this.#health.reset();
  }

  close(): void {
    this.#cancelOffer();
    this.#ports.slots.release(this);
    this.pair.close();
    this.#ladder = null;
  }

  #judge(): void {
    if (this.#health.alive) return this.#recover();
    if (this.#health.silent) return this.#fallSilent();
    if (this.state === 'ok' && this.#health.stalled) this.suspect('stall');
    if (this.state === 'unstable' && !this.#ladder) this.suspect('silent path lost');
  }

  #recover(): void {
    if (this.state === 'ok') return;
    this.#endLadder();
    this.#reason = null;
    this.pair.lookEverywhere(); // or the other side alone would try to get back from the relay
    this.#direct.well(this.#ports.clock.now());
    this.#present = true;
    this.#machine.become('ok');
  }

  #fallSilent(): void {
    if (this.state === 'unstable' && !this.#ladder) return;
    this.#endLadder();
    this.#name('no_media');
    this.#machine.become('unstable');
  }

  #endLadder(): void {
    this.#ladder = null;
    this.#ports.slots.release(this);
  }

  #climb(elapsedMs: number): void {
    const ladder = this.#ladder;
    if (!ladder) return;
    const repairing = ladder.ladder === REPAIR && this.state !== 'failed';
    if (repairing && !this.#ports.slots.acquire(this)) return;
    const step = ladder.advance(elapsedMs);
    if (!step) return;
    this.#note('rung', { step, rung: ladder.rung });
    if (step === 'fail') return this.#fail();
    if (repairing) this.#machine.become('repairing');
    if (this.#polite && this.#answered) this.#askForRepair();
    else void this.#perform(step);
  }

  #fail(): void {
    this.#ports.slots.release(this);
    this.#name(diagnose(this.#facts(), this.#ports.clock.now()));
    this.#machine.become('failed');
  }

  #askForRepair(): void {
    this.pair.newest?.resend();
    const { generation } = this.pair;
    this.#ports.send(this.peerId, { kind: 'repair_request', data: {}, generation, negotiation_id: 0 });
  }

  async #perform(step: RepairStep): Promise<void> {
    const { iceServers, clock } = this.#ports;
    this.#requests.acted(clock.now());
    const ladder = this.#ladder;
    if (step === 'restart_fresh' || iceServers.shortLived) await iceServers.refresh();
    if (ladder !== this.#ladder) return; // healed or closed meanwhile
    if (step === 'rebuild' || step === 'rebuild_relay') return this.pair.rebuild(step === 'rebuild_relay');
    if (!this.pair.current) this.pair.open();
    else if (this.pair.current.agreed) this.pair.restart();
    else this.pair.resend();
  }

  /** The peer does not hear us: the impolite side leads, unless it is at it already. */
  #asked(signal: ReceivedSignal): void {
    if (signal.generation < this.pair.generation) {
      if (this.pair.rebuilding) this.pair.resend();
      else this.pair.sendStale(signal.negotiation_id);
    } else if (signal.generation > this.pair.generation) {
      this.pair.overtake(signal.generation);
    } else if (!this.#polite && (!this.#ladder || this.state === 'failed')) {
      const step = this.#requests.take(this.#ports.clock.now());
      if (step) void this.#perform(step);
    }
  }

  /** No way that we may use exists. */
  #cutOff(): boolean {
    const { hidden, relayConfigured } = this.#ports.iceServers;
    return hidden && !relayConfigured && this.state !== 'ok';
  }

  #nameKnownFault(): void {
    const { newest } = this.pair;
    const fault = newest?.relayOnly ? knownRelayFault(this.#facts(), this.#ports.clock.now()) : null;
    if (fault && this.#reason?.code !== fault) {
      this.#name(fault);
      this.#ports.changed();
    }
  }

  #name(code: ReasonCode): void {
    this.#reason = reasonOf(code);
    this.#note('reason', { code });
  }

  #facts() {
    const { relayConfigured, relayOverTcp, hidden } = this.#ports.iceServers;
    const { newest: connection } = this.pair;
    return { connection, answered: this.#answered, relayConfigured, relayOverTcp, hidden };
  }

  #considerDirect(): void {
    if (this.#polite || this.state !== 'ok' || this.#ports.iceServers.policy === 'relay') return;
    if (this.#direct.take(this.pair.current, this.#ports.clock.now())) this.pair.restart(false);
  }

  #pairPorts() {
    const { clock, connect, iceServers } = this.#ports;
    return {
      clock,
      connect,
      configuration: (relayOnly: boolean) => iceServers.configuration(relayOnly),
      send: (signal: Signal) => {
        if (this.state === 'new') this.#machine.become('negotiating');
        this.#ports.send(this.peerId, signal);
      },
      note: (event: string, details?: Record<string, unknown>) => this.#note(event, details),
    };
  }

  #pairEvents() {
    return {
      promoted: () => {
        if (this.#machine.starting) this.#machine.become('connecting');
      },
      stateChanged: (connection: Connection) => this.#stateChanged(connection),
      track: (track: AudioTrack) => this.#ports.track(this, track),
    };
  }

  #stateChanged(connection: Connection): void {
    this.#note('connectionstate', { state: connection.state, generation: connection.generation });
    if (connection !== this.pair.current) return;
    if (connection.state === 'connected') this.#watchClosely(connection, CLOSE_LOOKS);
    if (this.state !== 'ok') return;
    const lost = connection.state === 'disconnected' && this.#health.quiet;
    if (lost || connection.state === 'failed') this.suspect(connection.state);
  }

  /** Sound follows within a moment: nobody should wait for the next round to hear of it. */
  #watchClosely(connection: Connection, looks: number): void {
    if (looks === 0 || this.state === 'ok' || connection !== this.pair.current) return;
    this.#ports.clock.after(CLOSE_LOOK_MS, () => {
      void this.sample().then(() => this.#watchClosely(connection, looks - 1));
    });
  }

  #note(event: string, details?: Record<string, unknown>): void {
    this.#ports.note(event, { peer: this.peerId, ...details });
  }
}
