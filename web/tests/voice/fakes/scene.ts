/** The clock, network and instance that the pages of one test share. */
import { FakeClock } from './clock';
import { FakeNetwork } from './network';
import { openPage, type FakeWorld, type Page } from './page';
import { FakeServer } from './server';

export class Scene {
  readonly clock = new FakeClock();
  readonly network = new FakeNetwork(this.clock);
  readonly server = new FakeServer(this.clock);

  page(user: string, options: { host?: string; world?: FakeWorld } = {}): Page {
    return openPage(this, user, options);
  }

  /** Opens a page for each user and lets them all into the lounge, well connected. */
  async call(...users: string[]): Promise<Page[]> {
    const pages: Page[] = [];
    for (const user of users) {
      const page = this.page(user);
      pages.push(page);
      void page.voice.join('lounge');
      await this.clock.advance(500);
    }
    await this.clock.advance(2_000);
    return pages;
  }

  /** Lets so many seconds pass. */
  seconds(seconds: number): Promise<void> {
    return this.clock.advance(seconds * 1_000);
  }

  /** What was said to the server under that name. */
  said(t: string, user?: string): unknown[] {
    return this.server.commands
      .filter((command) => command.t === t && (user === undefined || command.user === user))
      .map(({ d }) => d);
  }
}

export const statesOf = (pages: readonly Page[]) => pages.map((page) => page.voice.view.state);
export const peersOf = (page: Page) =>
  [...page.voice.view.peers.values()].map((peer) => `${peer.userId} ${peer.state}`).sort();
