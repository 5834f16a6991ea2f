/** A fake RTCPeerConnection: the standard's states, roll-backs, ICE restarts and refusals, over a virtual network. */
import type { AudioTrack, PeerConnection, PeerConnectionEvents } from '../../../src/voice/peer_connection';
import { gather } from './gathering';
import type { FakeNetwork } from './network';
import { readDescription, writeDescription, type Described } from './session_description';
import { FakeTransport } from './transport';

export class FakeTransceiver {
  mid: string | null = null;
  readonly sender: { track: AudioTrack | null; replaceTrack(track: AudioTrack | null): Promise<void> };

  constructor(
    public direction: RTCRtpTransceiverDirection,
    changed: () => void,
  ) {
    this.sender = {
      track: null,
      replaceTrack(track) {
        this.track = track;
        changed();
        return Promise.resolve();
      },
    };
  }
}

interface Description {
  readonly type: 'offer' | 'answer';
  readonly described: Described;
}

interface Pair {
  local: Description | null;
  remote: Description | null;
}

const wrongState = (what: string) => new DOMException(what, 'InvalidStateError');
let ufrags = 0;
let offers = 0;

export class FakePeerConnection implements PeerConnection {
  readonly transport: FakeTransport;
  readonly #net: FakeNetwork;
  readonly #events: PeerConnectionEvents;
  readonly #transceivers: FakeTransceiver[] = [];
  readonly #found = new Map<string, string[]>();
  #configuration: RTCConfiguration;
  #operations: Promise<unknown> = Promise.resolve();
  #current: Pair = { local: null, remote: null };
  #pending: Pair = { local: null, remote: null };
  #negotiationNeeded = false;
  #restart = false;
  signalingState: RTCSignalingState = 'stable';

  constructor(net: FakeNetwork, host: string, configuration: RTCConfiguration, events: PeerConnectionEvents) {
    this.#net = net;
    this.#configuration = configuration;
    this.#events = events;
    this.transport = new FakeTransport(net.clock, host, () => events.connectionstatechange());
  }

  get connectionState(): RTCPeerConnectionState {
    return this.transport.state;
  }

  get configuration(): RTCConfiguration {
    return this.#configuration;
  }

  get localDescription(): RTCSessionDescriptionInit | null {
    const local = this.#pending.local ?? this.#current.local;
    if (!local) return null;
    const candidates = this.#found.get(local.described.ufrag) ?? [];
    return { type: local.type, sdp: writeDescription({ ...local.described, candidates }) };
  }

  get remoteDescription(): RTCSessionDescriptionInit | null {
    const remote = this.#pending.remote ?? this.#current.remote;
    return remote && { type: remote.type, sdp: writeDescription(remote.described) };
  }

  addTransceiver(_kind: 'audio', { direction }: { direction: 'sendrecv' }): FakeTransceiver {
    this.#refuseIfClosed();
    const transceiver = this.#newTransceiver(direction);
    this.#updateNegotiationNeeded();
    return transceiver;
  }

  getTransceivers(): FakeTransceiver[] {
    return this.#transceivers;
  }

  setLocalDescription(): Promise<void> {
    return this.#operation(() => {
      if (this.signalingState === 'have-remote-offer') this.#setLocalAnswer();
      else this.#setLocalOffer();
    });
  }

  setRemoteDescription({ type, sdp }: RTCSessionDescriptionInit): Promise<void> {
    return this.#operation(() => {
      const described = readDescription(sdp ?? '');
      if (type === 'offer') this.#setRemoteOffer({ type, described });
      else if (type === 'answer') this.#setRemoteAnswer({ type, described });
      else throw new TypeError(`unexpected ${type}`);
    });
  }

  addIceCandidate({ candidate = '', usernameFragment }: RTCIceCandidateInit): Promise<void> {
    return this.#operation(() => {
      const remote = this.#pending.remote ?? this.#current.remote;
      if (!remote) {
        this.#net.faults.push('a candidate was added before its description');
        throw wrongState('no remote description');
      }
      if (usernameFragment !== remote.described.ufrag)
        throw new DOMException('unknown ufrag', 'OperationError');
      this.transport.learn(candidate);
      this.#net.update();
    });
  }

  restartIce(): void {
    this.#refuseIfClosed();
    this.#restart = true;
    this.#updateNegotiationNeeded();
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.#refuseIfClosed();
    this.#configuration = configuration;
  }

  sample() {
    return this.#closed()
      ? Promise.reject(wrongState('closed'))
      : Promise.resolve(this.#net.sample(this.transport));
  }

  limitBitrate(bitrate: number): void {
    this.#net.rtcp.limits.push({ host: this.transport.host, bitrate });
  }

  audioLevel(): number {
    return this.#net.flows(this.transport) ? 0.2 : 0;
  }

  close(): void {
    this.signalingState = 'closed';
    this.transport.close();
    this.#net.connections.delete(this.transport);
    this.#net.update();
  }

  #closed(): boolean {
    return this.signalingState === 'closed';
  }

  #refuseIfClosed(): void {
    if (this.#closed()) throw wrongState('closed');
  }

  /** Operations run one after the other; those of a closed connection never end, as in browsers. */
  #operation(run: () => void): Promise<void> {
    if (this.#closed()) return Promise.reject(wrongState('closed'));
    const done = this.#operations.then(async () => {
      const milliseconds = this.#net.operationMs();
      if (milliseconds > 0)
        await new Promise<void>((resolve) => this.#net.clock.after(milliseconds, resolve));
      if (this.#closed()) return new Promise<void>(() => undefined);
      run();
    });
    this.#operations = done.catch(() => undefined);
    return done;
  }

  #newTransceiver(direction: RTCRtpTransceiverDirection): FakeTransceiver {
    const transceiver = new FakeTransceiver(direction, () => this.#refreshTransport());
    this.#transceivers.push(transceiver);
    return transceiver;
  }

  #setLocalOffer(): void {
    if (this.signalingState !== 'stable' && this.signalingState !== 'have-local-offer')
      throw wrongState('no offer now');
    const fresh = this.#restart || !this.#current.local;
    this.#transceivers.forEach((transceiver, index) => (transceiver.mid ??= String(index)));
    if (this.#transceivers.length !== 1) this.#net.faults.push(`${this.#transceivers.length} m-lines`);
    const ufrag = fresh ? this.#newUfrag() : this.#current.local!.described.ufrag;
    const described = this.#describe(ufrag, `${++offers}`);
    this.#pending = { local: { type: 'offer', described }, remote: null };
    const restart = this.#current.local !== null && fresh;
    this.transport.offering = { since: this.#net.clock.now(), restart };
    this.#become('have-local-offer');
    gather(this, this.#net, this.#configuration, described.ufrag);
  }

  #setLocalAnswer(): void {
    const remote = this.#pending.remote!;
    const restarted = this.#current.remote?.described.ufrag !== remote.described.ufrag;
    const ufrag = restarted ? this.#newUfrag() : this.#current.local!.described.ufrag;
    const described = this.#describe(ufrag, remote.described.offer);
    this.#agree({ local: { type: 'answer', described }, remote });
    if (restarted) gather(this, this.#net, this.#configuration, described.ufrag);
  }

  #setRemoteOffer(remote: Description): void {
    if (this.signalingState === 'have-local-offer') this.#rollBack();
    if (this.signalingState !== 'stable') throw wrongState('no remote offer now');
    this.#pending = { local: null, remote };
    this.#become('have-remote-offer');
    remote.described.mids.forEach((mid) => this.#receive(mid));
    this.#learnAll(remote);
  }

  #setRemoteAnswer(remote: Description): void {
    const { local } = this.#pending;
    if (this.signalingState !== 'have-local-offer' || !local) throw wrongState('no answer now');
    if (remote.described.mids.join() !== local.described.mids.join()) {
      throw new DOMException('the m-lines do not match', 'InvalidAccessError');
    }
    if (remote.described.offer !== local.described.offer) this.#net.faults.push('a stale answer was applied');
    if (this.#current.remote === null) this.#events.track(trackOf(this.transport.session));
    this.#agree({ local, remote });
    this.#learnAll(remote);
  }

  /** A m-line of an offer takes a transceiver of its own: those made by addTransceiver are never reused for it. */
  #receive(mid: string): void {
    if (this.#transceivers.some((transceiver) => transceiver.mid === mid)) return;
    this.#newTransceiver('recvonly').mid = mid;
    this.#events.track(trackOf(this.transport.session));
  }

  #rollBack(): void {
    const agreed = new Set(this.#current.local?.described.mids);
    for (const transceiver of this.#transceivers) {
      if (transceiver.mid !== null && !agreed.has(transceiver.mid)) transceiver.mid = null;
    }
    this.#pending = { local: null, remote: null };
    this.transport.offering = null;
    this.#become('stable');
  }

  #agree(pair: Pair): void {
    if (pair.local?.described.ufrag !== this.#current.local?.described.ufrag) this.#restart = false;
    this.#current = pair;
    this.#pending = { local: null, remote: null };
    this.transport.offering = null;
    this.transport.begin();
    this.#become('stable');
    this.#negotiationNeeded = false;
    this.#updateNegotiationNeeded();
  }

  #learnAll({ described }: Description): void {
    for (const candidate of described.candidates) this.transport.learn(candidate);
    this.#net.update();
  }

  #describe(ufrag: string, offer: string): Described {
    const used = this.#transceivers.filter((transceiver) => transceiver.mid !== null);
    return {
      session: this.transport.session,
      ufrag,
      offer,
      mids: used.map((transceiver) => transceiver.mid!),
      directions: used.map((transceiver) => transceiver.direction),
      candidates: [],
    };
  }

  #newUfrag(): string {
    return `u${++ufrags}`;
  }

  /** Found by `gather`. */
  found(ufrag: string, candidate: string): void {
    if (this.#closed()) return;
    this.#found.set(ufrag, [...(this.#found.get(ufrag) ?? []), candidate]);
    this.#events.icecandidate({ candidate, sdpMid: '0', sdpMLineIndex: 0, usernameFragment: ufrag });
  }

  /** Told by `gather`. */
  gathered(outcome: { readonly url: string; readonly errorCode: number } | 'complete'): void {
    if (this.#closed()) return;
    if (outcome === 'complete') this.#events.icegatheringcomplete();
    else this.#events.icecandidateerror(outcome.url, outcome.errorCode);
  }

  #become(state: RTCSignalingState): void {
    this.signalingState = state;
    this.#refreshTransport();
  }

  /** Tells the transport what the descriptions say now; pending ones count, as ICE begins with them. */
  #refreshTransport(): void {
    const local = this.#pending.local ?? this.#current.local;
    const remote = this.#pending.remote ?? (this.#pending.local ? null : this.#current.remote);
    this.transport.localUfrag = local?.described.ufrag ?? '';
    this.transport.remote = remote && { ufrag: remote.described.ufrag, session: remote.described.session };
    this.transport.relayOnly = this.#configuration.iceTransportPolicy === 'relay';
    this.transport.sending = this.#transceivers.some(
      (transceiver) =>
        transceiver.mid !== null && transceiver.direction === 'sendrecv' && transceiver.sender.track,
    );
    this.#net.update();
  }

  #updateNegotiationNeeded(): void {
    if (this.#closed() || this.#negotiationNeeded || this.signalingState !== 'stable') return;
    const unassociated = this.#transceivers.some((transceiver) => transceiver.mid === null);
    if (!unassociated && !this.#restart) return;
    this.#negotiationNeeded = true;
    this.#net.clock.after(0, () => {
      if (!this.#closed() && this.#negotiationNeeded && this.signalingState === 'stable')
        this.#events.negotiationneeded();
    });
  }
}

function trackOf(session: string): AudioTrack {
  return {
    id: `remote of ${session}`,
    enabled: true,
    stop: () => undefined,
    addEventListener: () => undefined,
  };
}
