/** One RTCPeerConnection with its negotiation, its candidates, its packet watch and what it learnt about relays. */
import { BitRate } from './bit_rate';
import { CandidateOutbox } from './candidates';
import type { Clock } from './clock';
import { RelayEvidence } from './evidence';
import { Negotiation } from './negotiation';
import { PacketWatch } from './packets';
import type { AudioTrack, MediaSample, PeerConnection, PeerConnectionFactory } from './peer_connection';
import { Quality } from './quality';
import type { Signal, SignalBody } from './wire';

export interface ConnectionEvents {
  send(signal: Signal): void;
  settled(connection: Connection): void;
  /** See `NegotiationEvents.yielding`. */
  yielding(connection: Connection, negotiationId: number, sdp: string): void;
  foreign(connection: Connection): void;
  /** An operation of the browser failed that should not have. */
  broken(connection: Connection, error: unknown): void;
  stateChanged(connection: Connection): void;
  track(connection: Connection, track: AudioTrack): void;
  note(event: string, details?: Record<string, unknown>): void;
}

export interface ConnectionOptions {
  readonly generation: number;
  readonly polite: boolean;
  readonly configuration: RTCConfiguration;
  /** Whether the connection before has found that no UDP leaves this network: by relays alone that is not found out. */
  readonly udpBlockedBefore: boolean;
  /** Our microphone, or null while there is none. */
  readonly track: AudioTrack | null;
}

export class Connection {
  readonly generation: number;
  readonly watch: PacketWatch;
  readonly quality = new Quality();
  readonly #bitRate = new BitRate();
  readonly #clock: Clock;
  readonly #pc: PeerConnection;
  readonly #negotiation: Negotiation;
  readonly #outbox: CandidateOutbox;
  readonly #events: ConnectionEvents;
  #evidence: RelayEvidence;
  #track: AudioTrack | null;
  #relayOnly: boolean;
  #sampling: Promise<void> | null = null;
  #closed = false;

  constructor(
    clock: Clock,
    connect: PeerConnectionFactory,
    options: ConnectionOptions,
    events: ConnectionEvents,
  ) {
    this.generation = options.generation;
    this.#clock = clock;
    this.#track = options.track;
    this.#relayOnly = options.configuration.iceTransportPolicy === 'relay';
    this.#events = events;
    this.watch = new PacketWatch(clock.now());
    this.#evidence = new RelayEvidence(clock.now(), this.#relayOnly ? options.udpBlockedBefore : null);
    this.#outbox = new CandidateOutbox(clock, (id, candidates) => {
      this.#send(id, { kind: 'candidates', data: { candidates } });
    });
    this.#pc = connect(options.configuration, this.#peerConnectionEvents());
    this.#negotiation = new Negotiation(this.#pc, options.polite, clock, {
      send: (id, data) => this.#send(id, { kind: 'description', data }),
      answering: () => this.#takeTransceiver(),
      settled: () => this.#events.settled(this),
      yielding: (id, sdp) => this.#events.yielding(this, id, sdp),
      foreign: () => this.#events.foreign(this),
      broken: (error) => this.#events.broken(this, error),
    });
  }

  get state(): RTCPeerConnectionState {
    return this.#closed ? 'closed' : this.#pc.connectionState;
  }

  /** What the latest gathering told. */
  get evidence(): RelayEvidence {
    return this.#evidence;
  }

  get relayOnly(): boolean {
    return this.#relayOnly;
  }

  /** Whether the peer has ever accepted this connection: it has answered us, or we it. */
  get agreed(): boolean {
    return this.#pc.remoteDescription !== null;
  }

  /** Makes the one audio m-line, which makes the first offer. */
  open(): void {
    this.#negotiation.activate();
    const transceiver = this.#pc.addTransceiver('audio', { direction: 'sendrecv' });
    if (this.#track) void transceiver.sender.replaceTrack(this.#track);
  }

  offer(negotiationId: number, sdp: string): void {
    this.#negotiation.offer(negotiationId, sdp);
  }

  /** A signal of this generation; offers come by `offer`. */
  signal(signal: Signal): void {
    if (signal.kind === 'candidates')
      this.#negotiation.candidates(signal.negotiation_id, signal.data.candidates);
    if (signal.kind !== 'description') return;
    const { type, sdp } = signal.data;
    if (type === 'offer') this.#negotiation.offer(signal.negotiation_id, sdp);
    else this.#negotiation.answer(signal.negotiation_id, sdp);
  }

  /** Sends what the peer may have missed while the signalling was away. */
  resend(): void {
    if (this.#negotiation.offering) this.#negotiation.resend();
    else if (this.state !== 'connected') this.#outbox.sendAgain();
  }

  restartIce(configuration: RTCConfiguration): void {
    this.configure(configuration);
    this.#evidence = this.#evidence.again(this.#clock.now(), this.#relayOnly);
    this.#pc.restartIce();
  }

  configure(configuration: RTCConfiguration): void {
    this.#relayOnly = configuration.iceTransportPolicy === 'relay';
    this.#pc.setConfiguration(configuration);
  }

  replaceTrack(track: AudioTrack | null): void {
    if (track && !this.#track) this.watch.expectReports(this.#clock.now());
    this.#track = track;
    void this.#pc.getTransceivers()[0]?.sender.replaceTrack(track);
  }

  /** Reads the counters into the watch; those who ask while it is being done share one reading. */
  sample(): Promise<void> {
    this.#sampling ??= this.#sample().finally(() => {
      this.#sampling = null;
    });
    return this.#sampling;
  }

  audioLevel(): number {
    return this.#closed ? 0 : this.#pc.audioLevel();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#negotiation.close();
    this.#outbox.close();
    this.#pc.close();
  }

  async #sample(): Promise<void> {
    if (this.#closed) return;
    const sample = await this.#pc.sample().catch(() => null);
    if (sample && !this.#closed) this.#take(sample, this.#clock.now());
  }

  #take(sample: MediaSample, now: number): void {
    const isNews = sample.lastReport !== this.watch.last.lastReport;
    this.watch.feed(sample, now);
    this.quality.feed(sample, now);
    if (!isNews || !this.#bitRate.reported(sample.fractionLost, now)) return;
    this.#pc.limitBitrate(this.#bitRate.limit);
    this.#events.note('bit rate', { limit: this.#bitRate.limit });
  }

  #peerConnectionEvents() {
    return {
      negotiationneeded: () => this.#negotiation.negotiationneeded(),
      icecandidate: (candidate: RTCIceCandidateInit) => this.#foundCandidate(candidate),
      icecandidateerror: (url: string, errorCode: number) => {
        this.#evidence.error(url, errorCode, this.#clock.now());
        this.#events.note('icecandidateerror', { scheme: url.split(':')[0], errorCode });
      },
      icegatheringcomplete: () => this.#evidence.complete(),
      connectionstatechange: () => {
        if (!this.#closed) this.#events.stateChanged(this);
      },
      track: (track: AudioTrack) => this.#events.track(this, track),
    };
  }

  #foundCandidate(candidate: RTCIceCandidateInit): void {
    if (!candidate.candidate || this.#closed) return;
    this.#evidence.candidate(candidate.candidate);
    this.#outbox.add(this.#negotiation.currentId, candidate);
  }

  /** The answerer uses the transceiver that came with the offer, so that there is ever one audio m-line. */
  #takeTransceiver(): void {
    const transceiver = this.#pc.getTransceivers()[0];
    if (!transceiver) return;
    transceiver.direction = 'sendrecv';
    void transceiver.sender.replaceTrack(this.#track);
  }

  #send(negotiationId: number, body: SignalBody): void {
    if (!this.#closed)
      this.#events.send({ ...body, generation: this.generation, negotiation_id: negotiationId });
  }
}
