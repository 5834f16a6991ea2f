/** Two ends of one link over the virtual network, with a post between them that the test holds in its hands. */
import { IceServers } from '../../../src/voice/ice_servers';
import { PeerLink } from '../../../src/voice/peer_link';
import { RepairSlots } from '../../../src/voice/repair';
import type { Participant, ReceivedSignal, Signal } from '../../../src/voice/wire';
import { FakeClock } from './clock';
import { FakeNetwork } from './network';
import { FakeTrack } from './page';

const TICK_MS = 500;

export interface Letter {
  readonly to: End;
  readonly signal: ReceivedSignal;
}

export interface RigOptions {
  /** Whether there is one, or its URLs. */
  readonly relays?: boolean | readonly string[];
  readonly policy?: 'all' | 'relay';
  readonly lifeSeconds?: number | null;
}

/** One side of a link: a participant id, its link, and what became of it. */
export class End {
  readonly link: PeerLink;
  readonly iceServers: IceServers;
  readonly slots = new RepairSlots();
  readonly sent: Signal[] = [];
  readonly notes: string[] = [];
  /** How often fresh ICE servers were asked for. */
  asked = 0;
  /** Whether the gateway answers, so that the ladder may go on. */
  mayRepair = true;
  troubles = 0;
  /** What its person has chosen. */
  relayOnly = false;

  constructor(
    readonly rig: LinkRig,
    readonly id: string,
    peerId: string,
    options: RigOptions,
  ) {
    const { clock, network } = rig;
    const urls = typeof options.relays === 'object' ? [...options.relays] : ['turn:relay.example'];
    const reply = {
      ice_servers: options.relays ? [{ urls, username: 'u', credential: 'c' }] : [],
      expires_in_seconds: options.lifeSeconds ?? null,
      ice_transport_policy: options.policy ?? ('all' as const),
    };
    const ask = () => Promise.resolve((this.asked++, reply));
    this.iceServers = new IceServers(
      {
        clock,
        ask,
        relayOnly: () => this.relayOnly,
        renewed: () => this.link.pair.configure(),
        outlived: () => {},
        note: () => {},
      },
      [],
    );
    this.iceServers.take(reply);
    const ports = {
      clock,
      connect: network.factory(id),
      iceServers: this.iceServers,
      slots: this.slots,
      send: (_to: string, signal: Signal) => this.#send(signal),
      track: () => undefined,
      mayRepair: () => this.mayRepair,
      troubled: () => void this.troubles++,
      changed: () => undefined,
      note: (event: string, details: object = {}) => this.notes.push(`${event} ${JSON.stringify(details)}`),
    };
    const participant = participantOf(peerId);
    this.link = new PeerLink(ports, { selfId: id, participant, generation: 1, track: new FakeTrack() });
  }

  /** Steps of the ladder taken so far. */
  get rungs(): string[] {
    return this.notes.flatMap((note) => /^rung .*"step":"(\w+)"/.exec(note)?.[1] ?? []);
  }

  kinds(): string[] {
    return this.sent.map((signal) => (signal.kind === 'description' ? signal.data.type : signal.kind));
  }

  #send(signal: Signal): void {
    this.sent.push(signal);
    this.rig.post(this, structuredClone(signal));
  }
}

export function participantOf(id: string, change: Partial<Participant> = {}): Participant {
  const flags = { muted: false, deafened: false, sends_audio: true, connection: 'connected' as const };
  return { id, user_id: `user of ${id}`, device: 'page', muted_by_administrator: false, ...flags, ...change };
}

/** `small` was in the room first and is impolite; `large` came later, is polite and offers. */
export class LinkRig {
  readonly clock: FakeClock;
  readonly network: FakeNetwork;
  readonly small: End;
  readonly large: End;
  /** Letters that were kept back. */
  readonly held: Letter[] = [];
  /** What happens to each letter: delivered after a moment, kept back, or lost. */
  policy: (letter: Letter) => 'deliver' | 'hold' | 'lose' = () => 'deliver';
  #ticking = true;

  constructor(options: RigOptions = {}) {
    this.clock = new FakeClock();
    this.network = new FakeNetwork(this.clock);
    this.small = new End(this, 'a', 'b', options);
    this.large = new End(this, 'b', 'a', options);
    this.#tick();
  }

  start(): void {
    this.small.link.start();
    this.large.link.start();
  }

  /** Starts both ends and lets them connect. */
  async connect(): Promise<void> {
    this.start();
    await this.clock.advance(1_000);
  }

  post(from: End, signal: Signal): void {
    const to = from === this.small ? this.large : this.small;
    const letter = { to, signal: { ...signal, channel_id: 'lounge', from: from.id, to: to.id } };
    const fate = this.policy(letter);
    if (fate === 'hold') this.held.push(letter);
    if (fate === 'deliver') this.clock.after(10, () => this.deliver(letter));
  }

  deliver({ to, signal }: Letter): void {
    to.link.signal(signal);
  }

  /** The computers no longer look at their packets. */
  stopTicking(): void {
    this.#ticking = false;
  }

  #tick(): void {
    this.clock.after(TICK_MS, () => {
      for (const { link } of this.#ticking ? [this.small, this.large] : []) {
        void link.sample();
        link.advance(TICK_MS);
      }
      this.#tick();
    });
  }
}
