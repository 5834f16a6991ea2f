/** A random schedule of faults among a few virtual pages, named by its seed, and what must hold along it and at its end. */
import { Cast, CHANNELS, isRunning, type Stage } from './cast';
import { FakeClock } from './clock';
import { Faults } from './faults';
import { Invariants } from './invariants';
import { FakeNetwork } from './network';
import type { Page } from './page';
import { FakeServer } from './server';
import { WireInvariants } from './wire_invariants';

const STEP_MS = 250;
/** Every pair that can connect is well, and of every other one is said why it is not, so long after everything works again. */
export const HEALED_WITHIN_MS = 60_000;
/** As long as a browser may still look for a silent relay. */
const LAST_TIMER_MS = 61_000;

export interface Conditions {
  /** How many people there are; otherwise the seed decides. */
  readonly people?: number;
}

export class Schedule implements Stage {
  readonly clock: FakeClock;
  readonly network: FakeNetwork;
  readonly server: FakeServer;
  readonly log: string[] = [];
  readonly #cast: Cast;
  readonly #faults: Faults;
  readonly #invariants: Invariants;
  readonly #wire: WireInvariants;
  readonly #people: number;
  /** How long it took until all was well, once everything worked again. */
  healedAfterMs = 0;
  /** Whether all pairs could connect: otherwise the end is a reason, which takes the whole ladder. */
  allConnect = true;

  constructor(
    readonly seed: number,
    { people }: Conditions = {},
  ) {
    this.clock = new FakeClock(seed);
    this.network = new FakeNetwork(this.clock);
    this.server = new FakeServer(this.clock);
    this.#cast = new Cast(this);
    const relays = this.clock.random() < 0.5;
    if (relays) this.server.iceServers.ice_servers = [relay];
    this.#faults = new Faults(this, this.#cast, relays, (what) => this.#note(what));
    this.#invariants = new Invariants(this, this.#cast);
    this.#wire = new WireInvariants(this);
    this.#people = people ?? (this.clock.random() < 0.01 ? 8 : 3 + Math.floor(this.clock.random() * 3));
  }

  /** Runs the whole schedule; answers what was broken, in words, or null. */
  async run(): Promise<string | null> {
    this.#begin();
    const broken = (await this.#chaos()) ?? (await this.#heal()) ?? (await this.#leave());
    this.server.stop();
    return broken;
  }

  #begin(): void {
    const { clock } = this;
    const lost = this.#faults.between(0, 0.5);
    const doubled = this.#faults.between(0, 0.4);
    const slowest = this.#faults.between(20, 3_000);
    this.server.delivery = (t) => {
      if (t !== 'voice.signal')
        return t === 'voice.participant_joined' && clock.random() < lost / 4 ? [] : [0];
      if (clock.random() < lost) return [];
      const copies = clock.random() < doubled ? 2 : 1;
      return Array.from({ length: copies }, () => this.#faults.between(5, slowest));
    };
    if (clock.random() < 0.3) this.network.operationMs = () => this.#faults.between(0, 30);
    for (let number = 0; number < this.#people; number++) this.#arrive(`user${number}`);
    if (clock.random() < 0.2) this.#part();
  }

  #arrive(user: string): void {
    const page = this.#cast.open(user);
    const chance = this.clock.random();
    if (chance < 0.1) page.inputs.answer = { refuse: 'NotAllowedError' };
    else if (chance < 0.3) this.#hesitate(page);
    this.clock.after(this.#faults.between(0, 4_000), () => {
      if (this.#cast.pages.includes(page)) this.#cast.join(page, CHANNELS[0]);
    });
  }

  /** The question for the microphone stays open for a while. */
  #hesitate({ inputs }: Page): void {
    inputs.answer = 'wait';
    this.clock.after(this.#faults.between(1_000, 12_000), () => inputs.decide('give'));
  }

  /** Two of them will never find a path to each other. */
  #part(): void {
    const [one, other] = [this.#faults.pick(this.#cast.pages), this.#faults.pick(this.#cast.pages)];
    if (one === other) return;
    this.#note(`never a path ${one.host} ${other.host}`);
    this.network.part(one.host, other.host);
  }

  async #chaos(): Promise<string | null> {
    const end = this.clock.now() + this.#faults.between(6_000, 15_000);
    while (this.clock.now() < end) {
      if (this.clock.random() < 0.16) this.#faults.strike();
      const broken = await this.#step();
      if (broken) return broken;
    }
    return null;
  }

  async #heal(): Promise<string | null> {
    this.#note('healed');
    this.#faults.end();
    const start = this.clock.now();
    for (let left = this.#missing(); left; left = this.#missing()) {
      if (this.clock.now() - start >= HEALED_WITHIN_MS) return `not well in time: ${left}; ${this.#states()}`;
      this.#cast.askAgain();
      const broken = await this.#step();
      if (broken) return broken;
    }
    this.healedAfterMs = this.clock.now() - start;
    return null;
  }

  async #step(): Promise<string | null> {
    await this.clock.advance(STEP_MS);
    return this.#invariants.look() ?? this.#wire.look(this.#cast.pages);
  }

  /** What is not well yet, or null. */
  #missing(): string | null {
    const running = this.#cast.pages.filter((page) => isRunning(page.voice.view));
    const users = this.#cast.users.length;
    if (running.length !== users) return `${running.length} calls of ${users} people`;
    const seats = CHANNELS.flatMap((channelId) => this.server.participants(channelId));
    if (seats.length !== users) return `${seats.length} seats for ${users} people`;
    const sounding = this.network.sounding();
    this.allConnect = true;
    for (const page of running) {
      const { channelId } = page.voice.view;
      const others = running.filter((one) => one !== page && one.voice.view.channelId === channelId);
      const missing = this.#missingOf(page, others, sounding);
      if (missing) return `${page.host}: ${missing}`;
    }
    return null;
  }

  #missingOf(page: Page, others: readonly Page[], sounding: ReadonlySet<string>): string | null {
    const { peers, state, reason } = page.voice.view;
    if (peers.size !== others.length) return `${peers.size} links for ${others.length} others`;
    const parted = others.filter((other) => this.network.parted(page.host, other.host));
    for (const other of others) {
      const peer = peers.get(other.voice.view.participantId ?? '');
      const well = parted.includes(other)
        ? peer?.state === 'failed' && peer.reason !== null
        : peer?.state === 'ok';
      if (!well) return `${other.host} is ${peer?.state ?? 'unknown'}`;
      const due = other.inputs.running.length > 0 && !parted.includes(other);
      if (due && !sounding.has(`${other.host}>${page.host}`)) return `no sound of ${other.host}`;
    }
    if (parted.length > 0) {
      this.allConnect = false;
      return state === 'reconnecting' && reason !== null ? null : `${state} without a reason`;
    }
    if (state !== 'connected') return state;
    const open = this.network.open(page.host);
    return open === others.length ? null : `${open} connections for ${others.length} others`;
  }

  async #leave(): Promise<string | null> {
    const pages = [...this.#cast.pages, ...this.#cast.graveyard];
    for (const page of pages) page.voice.dispose();
    await this.clock.advance(1_000);
    const microphones = pages.flatMap((page) => page.inputs.running).length;
    if (microphones > 0) return `${microphones} microphones still on`;
    if (this.network.connections.size > 0) return `${this.network.connections.size} connections still open`;
    if (pages.some((page) => page.gateway.listening > 0)) return 'somebody still listens to the gateway';
    this.server.stop();
    await this.clock.advance(LAST_TIMER_MS);
    return this.clock.pending > 0 ? `${this.clock.pending} timers still run` : null;
  }

  #note(what: string): void {
    this.log.push(`${(this.clock.now() / 1000).toFixed(2)} ${what}`);
  }

  #states(): string {
    return this.#cast.pages
      .map(({ host, voice: { view } }) => {
        const peers = [...view.peers.values()].map((peer) => `${peer.userId}:${peer.state}`).join(' ');
        return `${host} ${view.state} ${view.reason?.code ?? ''} [${peers}] ${this.network.open(host)} open`;
      })
      .join('; ');
  }
}

const relay = { urls: ['turn:relay.example:3478'], username: 'user', credential: 'secret' };
