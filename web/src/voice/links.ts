/** All links of a room: one for each remote participant, made and closed as the roster says. */
import { isForeignRelay } from './ice_servers';
import { PeerLink, type LinkPorts } from './peer_link';
import type { AudioTrack } from './peer_connection';
import { relayedOnly } from './relayed_only';
import type { Participant, ReceivedSignal } from './wire';

/** Signals of somebody the roster does not show yet are kept until it does. */
const STRANGERS_SIGNALS = 60;
/** Back to direct ways: by then the server has heard that they may be told again. */
const OPEN_AFTER_MS = 2_000;

export class Links {
  readonly #ports: LinkPorts;
  readonly #closed: (peerId: string) => void;
  readonly #links = new Map<string, PeerLink>();
  readonly #generations = new Map<string, number>();
  #strangers: ReceivedSignal[] = [];
  #selfId = '';
  #track: AudioTrack | null = null;

  /** `closed` is told when a peer's link is gone. */
  constructor(ports: LinkPorts, closed: (peerId: string) => void) {
    this.#ports = {
      ...ports,
      send: (to, signal) => {
        const told = ports.iceServers.hidden ? relayedOnly(signal) : signal;
        if (told) ports.send(to, told);
      },
    };
    this.#closed = closed;
  }

  get all(): PeerLink[] {
    return [...this.#links.values()];
  }

  /** Whether everybody who was heard has fallen silent at once. */
  get hushed(): boolean {
    const heard = this.all.filter(isHeard);
    return heard.length > 0 && heard.every((link) => link.hushed);
  }

  /** Looks whether everybody has fallen silent at once; one who has not answers for all, for looking costs. */
  async lookForHush(): Promise<boolean> {
    const witness = this.all.find(isHeard);
    await witness?.sample();
    if (witness?.hushed) await this.sample();
    return this.hushed;
  }

  /** Whether somebody is not heard. */
  get missed(): boolean {
    return this.all.some((link) => link.state !== 'ok');
  }

  get(peerId: string): PeerLink | undefined {
    return this.#links.get(peerId);
  }

  /** Who we are in this room; links made under another id are closed. */
  become(selfId: string): void {
    if (selfId === this.#selfId) return;
    this.closeAll();
    this.#generations.clear();
    this.#selfId = selfId;
  }

  /** Makes or updates the link to a participant; oneself is passed over. */
  put(participant: Participant): void {
    if (participant.id === this.#selfId) return;
    const known = this.#links.get(participant.id);
    if (known) known.update(participant);
    else this.#make(participant);
  }

  remove(peerId: string): void {
    const link = this.#links.get(peerId);
    if (!link) return;
    this.#links.delete(peerId);
    this.#generations.set(peerId, link.pair.generation);
    link.close();
    this.#closed(peerId);
  }

  /** Answers false when the sender is unknown: the roster has a hole. */
  signal(signal: ReceivedSignal): boolean {
    const link = this.#links.get(signal.from);
    if (!link) this.#strangers = [...this.#strangers, signal].slice(-STRANGERS_SIGNALS);
    if (link) this.#hear(link, signal);
    return link !== undefined;
  }

  async sample(): Promise<void> {
    await Promise.all(this.all.map((link) => link.sample()));
  }

  advance(elapsedMs: number): void {
    for (const link of this.all) link.advance(elapsedMs);
  }

  resetBaselines(): void {
    for (const link of this.#links.values()) link.resetBaseline();
  }

  replaceTrack(track: AudioTrack | null): void {
    this.#track = track;
    for (const link of this.#links.values()) link.pair.replaceTrack(track);
  }

  /** Gives new ICE servers to all connections; they go on as they are. */
  renewIceServers(): void {
    for (const { pair } of this.#links.values()) pair.configure();
  }

  /** Whether we go through relays only has changed: at once to them, in a moment back. */
  reroute(): void {
    const { clock, iceServers } = this.#ports;
    const { hidden } = iceServers;
    const go = (): void => {
      if (iceServers.hidden === hidden) for (const link of this.all) link.reroute();
    };
    if (hidden) go();
    else clock.after(OPEN_AFTER_MS, go);
  }

  /** Credentials expire: the instance's own relay lets a call go on, that of strangers may end it. */
  leaveForeignRelays(instanceHost: string): void {
    for (const { pair } of this.#links.values()) {
      const relay = pair.current?.watch.last.relayUrl;
      if (relay && isForeignRelay(relay, instanceHost)) pair.restart();
    }
  }

  resend(): void {
    for (const link of this.#links.values()) link.pair.resend();
  }

  closeAll(): void {
    for (const peerId of [...this.#links.keys()]) this.remove(peerId);
    this.#strangers = [];
  }

  #make(participant: Participant): void {
    const generation = (this.#generations.get(participant.id) ?? 0) + 1;
    const link = new PeerLink(this.#ports, {
      selfId: this.#selfId,
      participant,
      generation,
      track: this.#track,
    });
    this.#links.set(participant.id, link);
    link.start();
    const waiting = this.#strangers.filter((signal) => signal.from === participant.id);
    this.#strangers = this.#strangers.filter((signal) => signal.from !== participant.id);
    for (const signal of waiting) this.#hear(link, signal);
  }

  #hear(link: PeerLink, signal: ReceivedSignal): void {
    const heard = this.#ports.iceServers.hidden ? relayedOnly(signal) : signal;
    if (heard) link.signal(heard);
  }
}

function isHeard({ state, participant }: PeerLink): boolean {
  return state === 'ok' && participant.sends_audio;
}
