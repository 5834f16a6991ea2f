/** A random schedule of faults among a few virtual pages, named by its seed, and what must hold at its end. */
import { FakeClock } from './clock';
import { FakeNetwork } from './network';
import { openPage, type Page } from './page';
import { FakeServer } from './server';

const CHANNEL = 'lounge';
const STEP_MS = 250;
/** All links are to be well within so long after everything works again. */
export const HEALED_WITHIN_MS = 60_000;

export class Schedule {
  readonly clock: FakeClock;
  readonly network: FakeNetwork;
  readonly server: FakeServer;
  readonly pages: Page[] = [];
  readonly log: string[] = [];
  readonly #away = new Set<Page>();
  /** How long it took until everybody heard everybody, once everything worked again. */
  healedAfterMs = 0;

  constructor(readonly seed: number) {
    this.clock = new FakeClock(seed);
    this.network = new FakeNetwork(this.clock);
    this.server = new FakeServer(this.clock);
  }

  /** Runs the whole schedule; answers what was broken, in words, or null. */
  async run(): Promise<string | null> {
    this.#begin();
    const broken = (await this.#chaos()) ?? (await this.#heal()) ?? (await this.#leave());
    this.server.stop();
    return broken;
  }

  #between(least: number, most: number): number {
    return least + this.clock.random() * (most - least);
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.clock.random() * from.length)]!;
  }

  #begin(): void {
    const lost = this.#between(0, 0.5);
    const doubled = this.#between(0, 0.4);
    const slowest = this.#between(20, 3_000);
    this.server.delivery = (t) => {
      if (t !== 'voice.signal')
        return t === 'voice.participant_joined' && this.clock.random() < lost / 4 ? [] : [0];
      if (this.clock.random() < lost) return [];
      const copies = this.clock.random() < doubled ? 2 : 1;
      return Array.from({ length: copies }, () => this.#between(5, slowest));
    };
    if (this.clock.random() < 0.5) this.server.iceServers.ice_servers = [relay];
    if (this.clock.random() < 0.3) this.network.operationMs = () => this.#between(0, 30);
    const count = 3 + Math.floor(this.clock.random() * 3);
    for (let number = 0; number < count; number++) this.#open(`user${number}`);
  }

  #open(user: string): void {
    const page = openPage(this, user);
    this.pages.push(page);
    this.clock.after(this.#between(0, 4_000), () => void page.voice.join(CHANNEL));
  }

  async #chaos(): Promise<string | null> {
    const end = this.clock.now() + this.#between(6_000, 15_000);
    while (this.clock.now() < end) {
      if (this.clock.random() < 0.16) this.#fault();
      await this.clock.advance(STEP_MS);
      const broken = this.#brokenNow();
      if (broken) return broken;
    }
    return null;
  }

  #fault(): void {
    const faults = [
      () => this.#blockPath(),
      () => this.#blockPath(),
      () => this.#changeAddress(),
      () => this.#deafen(),
      () => this.#loseGateway(this.#pick(this.pages)),
      () => this.#loseGateway(this.#pick(this.pages)),
      () => this.#restartServer(),
      () => this.#rejoin(),
    ];
    this.#pick(faults)();
  }

  #note(what: string): void {
    this.log.push(`${(this.clock.now() / 1000).toFixed(2)} ${what}`);
  }

  #blockPath(): void {
    const [one, other] = [this.#pick(this.pages), this.#pick(this.pages)];
    const only = this.clock.random() < 0.3;
    this.#note(`${only ? 'no direct path' : 'no path'} ${one.user} ${other.user}`);
    const mark = (on: boolean) => {
      if (only) this.network.onlyRelay(one.user, other.user, on);
      else this.network.block(one.user, other.user, on);
    };
    mark(true);
    this.clock.after(this.#between(500, 12_000), () => mark(false));
  }

  #changeAddress(): void {
    const page = this.#pick(this.pages);
    this.#note(`new address ${page.user}`);
    this.network.changeAddress(page.user);
    if (this.clock.random() < 0.5) page.world.wake('online');
  }

  #deafen(): void {
    const { user } = this.#pick(this.pages);
    this.#note(`nothing reaches ${user}`);
    this.network.deafen(user);
  }

  #loseGateway(page: Page): void {
    this.#note(`gateway lost ${page.user}`);
    page.gateway.lose();
    this.clock.after(this.#between(200, 8_000), () => page.gateway.comeBack());
  }

  #restartServer(): void {
    this.#note('server restarted');
    this.server.restart(this.pages.map((page) => page.gateway));
    for (const page of this.pages) this.clock.after(this.#between(300, 6_000), () => page.gateway.comeBack());
  }

  #rejoin(): void {
    const page = this.#pick(this.pages);
    this.#note(`rejoins ${page.user}`);
    page.voice.disconnect();
    this.#away.add(page);
    this.clock.after(this.#between(100, 3_000), () => {
      this.#away.delete(page);
      void page.voice.join(CHANNEL);
    });
  }

  async #heal(): Promise<string | null> {
    this.#note('healed');
    this.server.delivery = () => [10];
    this.network.healAll();
    for (const page of this.pages) page.gateway.comeBack();
    const start = this.clock.now();
    const end = start + HEALED_WITHIN_MS;
    while (!this.#allWell()) {
      if (this.clock.now() >= end) return `not well in time: ${this.#states()}`;
      await this.clock.advance(STEP_MS);
      const broken = this.#brokenNow();
      if (broken) return broken;
    }
    this.healedAfterMs = this.clock.now() - start;
    return null;
  }

  #allWell(): boolean {
    const others = this.pages.length - 1;
    return this.pages.every(({ user, voice: { view } }) => {
      const links = [...view.peers.values()];
      const linked = links.length === others && links.every((link) => link.state === 'ok');
      return linked && view.state === 'connected' && this.network.open(user) === others;
    });
  }

  #states(): string {
    return this.pages
      .map(({ user, voice: { view } }) => {
        const peers = [...view.peers.values()].map((peer) => `${peer.userId}:${peer.state}`).join(' ');
        return `${user} ${view.state} ${view.reason?.code ?? ''} [${peers}] ${this.network.open(user)} open`;
      })
      .join('; ');
  }

  /** What may not be at any moment: more connections than links and their successors, or two m-lines. */
  #brokenNow(): string | null {
    if (this.network.faults.length > 0) return this.network.faults.join();
    for (const page of this.pages) {
      const open = this.network.open(page.user);
      const most = 2 * page.voice.view.peers.size;
      if (open > most) return `${page.user} has ${open} connections for ${page.voice.view.peers.size} peers`;
      if (page.inputs.running.length > 1)
        return `${page.user} has ${page.inputs.running.length} microphones on`;
      const idle = page.voice.view.state === 'idle';
      if (idle && page.inputs.running.length > 0) return `${page.user} is out, the microphone is on`;
    }
    return null;
  }

  async #leave(): Promise<string | null> {
    for (const page of this.pages) page.voice.dispose();
    await this.clock.advance(1_000);
    const microphones = this.pages.flatMap((page) => page.inputs.running).length;
    if (microphones > 0) return `${microphones} microphones still on`;
    if (this.network.connections.size > 0) return `${this.network.connections.size} connections still open`;
    const listening = this.pages.map((page) => page.gateway.listening).filter((count) => count > 0);
    return listening.length > 0 ? 'somebody still listens to the gateway' : null;
  }
}

const relay = { urls: ['turn:relay.example:3478'], username: 'user', credential: 'secret' };
