/** What can go wrong in a schedule, and how it ends: each fault lasts for a while and is over with the others. */
import { CHANNELS, type Cast, type Stage } from './cast';
import type { Page } from './page';

type Fault = () => void;

export class Faults {
  readonly #stage: Stage;
  readonly #cast: Cast;
  readonly #note: (what: string) => void;
  readonly #relays: boolean;
  #over = false;
  #hosts = 0;

  /** `relays`: whether there are any whose death matters. */
  constructor(stage: Stage, cast: Cast, relays: boolean, note: (what: string) => void) {
    this.#stage = stage;
    this.#cast = cast;
    this.#relays = relays;
    this.#note = note;
  }

  between(least: number, most: number): number {
    return least + this.#stage.clock.random() * (most - least);
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#stage.clock.random() * from.length)]!;
  }

  /** One of them, at random. */
  strike(): void {
    const page = this.pick(this.#cast.pages);
    const faults: readonly Fault[] = [
      ...this.#ofPaths(page),
      ...this.#ofGateways(page),
      ...this.#ofPeople(page),
    ];
    this.pick(faults)();
  }

  /** Everything works again. */
  end(): void {
    this.#over = true;
    this.#stage.server.delivery = () => [10];
    this.#stage.network.healAll();
    for (const { gateway, world, inputs, clock } of this.#cast.pages) {
      clock.thaw();
      if (!gateway.working) gateway.lose();
      gateway.comeBack();
      world.hidden = false;
      if (inputs.answer === 'wait') inputs.decide('give');
    }
  }

  #ofPaths(page: Page): Fault[] {
    return [
      () => this.#blockPath(page),
      () => this.#blockPath(page),
      () => this.#changeAddress(page),
      () => this.#deafen(page),
      () => this.#silence(page),
      () => this.#killRelay(page),
    ];
  }

  #ofGateways(page: Page): Fault[] {
    return [
      () => this.#loseGateway(page),
      () => this.#loseGateway(page),
      () => this.#hangGateway(page),
      () => this.#restartServer(),
    ];
  }

  #ofPeople(page: Page): Fault[] {
    return [
      () => this.#rejoin(page),
      () => this.#goElsewhere(page),
      () => this.#takeOver(page),
      () => this.#crash(page),
      () => this.#kick(page),
      () => this.#hide(page),
      () => this.#freeze(page),
    ];
  }

  /** Does it after a while, unless all is over by then. */
  #later(least: number, most: number, what: () => void): void {
    this.#stage.clock.after(this.between(least, most), () => {
      if (!this.#over) what();
    });
  }

  #blockPath(one: Page): void {
    const { network, clock } = this.#stage;
    const other = this.pick(this.#cast.pages);
    const only = clock.random() < 0.3;
    this.#note(`${only ? 'no direct path' : 'no path'} ${one.host} ${other.host}`);
    const mark = (on: boolean) => {
      if (only) network.onlyRelay(one.host, other.host, on);
      else network.block(one.host, other.host, on);
    };
    mark(true);
    this.#later(500, 12_000, () => mark(false));
  }

  #changeAddress({ host, world }: Page): void {
    this.#note(`new address ${host}`);
    this.#stage.network.changeAddress(host);
    if (this.#stage.clock.random() < 0.5) world.wake('online');
  }

  #deafen({ host }: Page): void {
    this.#note(`nothing reaches ${host}`);
    this.#stage.network.deafen(host);
  }

  #silence(from: Page): void {
    const { network } = this.#stage;
    const to = this.pick(this.#cast.pages);
    this.#note(`no sound from ${from.host} to ${to.host}`);
    network.silence(from.host, to.host, true);
    this.#later(1_000, 12_000, () => network.silence(from.host, to.host, false));
  }

  #killRelay(page: Page): void {
    const { network } = this.#stage;
    if (!this.#relays) return this.#deafen(page);
    this.#note('relay killed');
    network.relay = 'silent';
    network.update();
    this.#later(500, 10_000, () => {
      network.relay = 'up';
      network.update();
    });
  }

  #loseGateway({ host, gateway }: Page): void {
    this.#note(`gateway lost ${host}`);
    gateway.lose();
    const most = this.#stage.clock.random() < 0.2 ? 25_000 : 8_000;
    this.#later(200, most, () => gateway.comeBack());
  }

  #hangGateway({ host, gateway }: Page): void {
    this.#note(`gateway hangs ${host}`);
    gateway.hang();
    this.#later(1_000, 10_000, () => {
      if (!gateway.answers) gateway.lose();
      gateway.comeBack();
    });
  }

  #restartServer(): void {
    this.#note('server restarted');
    this.#stage.server.restart(this.#cast.pages.map((page) => page.gateway));
    for (const { gateway } of this.#cast.pages) this.#later(300, 6_000, () => gateway.comeBack());
  }

  #rejoin(page: Page): void {
    this.#note(`leaves ${page.host}`);
    this.#cast.leave(page);
    this.#later(100, 3_000, () => this.#join(page));
  }

  #join(page: Page): void {
    if (!this.#cast.pages.includes(page)) return;
    const channelId = this.#channel();
    this.#note(`joins ${page.host} ${channelId}`);
    this.#cast.join(page, channelId);
  }

  #channel(): string {
    return CHANNELS[this.#stage.clock.random() < 0.8 ? 0 : 1];
  }

  #goElsewhere(page: Page): void {
    const channelId = this.#channel();
    this.#note(`goes ${page.host} ${channelId}`);
    this.#cast.join(page, channelId);
  }

  /** From another page of the same user; and perhaps back again. */
  #takeOver(page: Page): void {
    const { user } = page;
    const other = this.#cast.pagesOf(user).find((one) => one !== page) ?? this.#openAnother(user);
    this.#note(`opens ${other.host}`);
    this.#cast.join(other, CHANNELS[0]);
    this.#later(500, 3_000, () => this.#moveHere(other));
    this.#later(3_000, 8_000, () => this.#moveHere(page));
  }

  #openAnother(user: string): Page {
    return this.#cast.open(user, `${user}.${++this.#hosts}`);
  }

  #moveHere(page: Page): void {
    if (!this.#cast.pages.includes(page) || !page.voice.view.canMoveHere) return;
    this.#note(`moves to ${page.host}`);
    this.#cast.moveHere(page);
  }

  #crash(page: Page): void {
    this.#note(`crashes ${page.host}`);
    this.#cast.crash(page);
    const again = this.#openAnother(page.user);
    this.#later(500, 5_000, () => this.#join(again));
  }

  #kick(page: Page): void {
    this.#note(`kicked ${page.host}`);
    this.#cast.kick(page);
    this.#later(1_000, 4_000, () => this.#join(page));
  }

  #freeze({ host, clock }: Page): void {
    this.#note(`frozen ${host}`);
    clock.freeze();
    this.#later(500, 15_000, () => clock.thaw());
  }

  #hide({ host, world }: Page): void {
    this.#note(`hidden ${host}`);
    world.hidden = true;
    this.#later(1_000, 10_000, () => {
      world.hidden = false;
      world.wake('visible');
    });
  }
}
