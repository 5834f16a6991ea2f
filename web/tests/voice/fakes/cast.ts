/** The people of a schedule: their pages, what they have clicked, and therefore what may become of their calls. */
import type { VoiceView } from '../../../src/voice/view';
import type { FakeClock } from './clock';
import type { FakeNetwork } from './network';
import { openPage, type Page } from './page';
import type { FakeServer } from './server';

export const CHANNELS = ['lounge', 'kitchen'] as const;

/** Whoever clicked gives the click so long before clicking again. */
const PATIENCE_MS = 3_000;

export interface Stage {
  readonly clock: FakeClock;
  readonly network: FakeNetwork;
  readonly server: FakeServer;
}

/** What a person has done on one page. */
interface Clicks {
  channelId: string;
  /** When the person last asked to be in a call here. */
  askedAt: number;
  /** Whether the page has been in the call it is shown for. */
  admitted: boolean;
}

export class Cast {
  readonly #stage: Stage;
  readonly #clicks = new Map<Page, Clicks>();
  readonly #kicked = new Set<string>();
  readonly #moves = new Map<string, number>();
  /** Calls that ended although nobody asked for it. */
  readonly surprises: string[] = [];
  readonly graveyard: Page[] = [];

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Pages that are open. */
  get pages(): Page[] {
    return [...this.#clicks.keys()];
  }

  get users(): string[] {
    return [...new Set(this.pages.map((page) => page.user))];
  }

  pagesOf(user: string): Page[] {
    return this.pages.filter((page) => page.user === user);
  }

  /** The open page that is that participant. */
  pageOf(participantId: string): Page | undefined {
    return this.pages.find((page) => page.voice.view.participantId === participantId);
  }

  open(user: string, host = user): Page {
    const page = openPage(this.#stage, user, { host });
    this.#clicks.set(page, { channelId: CHANNELS[0], askedAt: -Infinity, admitted: false });
    page.voice.subscribe((view) => this.#seen(page, view));
    page.gateway.onReopen = () => {
      page.gateway.lose();
      this.#stage.clock.after(300, () => this.#clicks.has(page) && page.gateway.comeBack());
    };
    return page;
  }

  join(page: Page, channelId: string): void {
    this.#ask(page, channelId);
    void page.voice.join(channelId);
  }

  /** The person presses "Move here". */
  moveHere(page: Page): void {
    this.#ask(page, this.#clicks.get(page)!.channelId);
    this.#moves.set(page.user, this.movesOf(page.user) + 1);
    void page.voice.moveHere();
  }

  movesOf(user: string): number {
    return this.#moves.get(user) ?? 0;
  }

  leave(page: Page): void {
    this.#clicks.get(page)!.admitted = false;
    page.voice.disconnect();
  }

  kick(page: Page): void {
    const { participantId } = page.voice.view;
    if (participantId === null) return;
    this.#kicked.add(participantId);
    this.#stage.server.kick(participantId);
  }

  /** The browser is gone, without a goodbye. */
  crash(page: Page): void {
    page.world.reachable = false;
    page.gateway.lose();
    this.#clicks.delete(page);
    this.graveyard.push(page);
    page.voice.dispose();
  }

  /** Whoever has no call presses what the bar of the last page offers. */
  askAgain(): void {
    const { clock } = this.#stage;
    for (const user of this.users) {
      const pages = this.pagesOf(user);
      const last = pages.reduce((one, other) => (this.#askedAt(one) > this.#askedAt(other) ? one : other));
      if (pages.some((page) => isRunning(page.voice.view)) || clock.now() - this.#askedAt(last) < PATIENCE_MS)
        continue;
      if (last.voice.view.canMoveHere) this.moveHere(last);
      else this.join(last, this.#clicks.get(last)!.channelId);
    }
  }

  #askedAt(page: Page): number {
    return this.#clicks.get(page)!.askedAt;
  }

  #ask(page: Page, channelId: string): void {
    const clicks = this.#clicks.get(page)!;
    clicks.channelId = channelId;
    clicks.askedAt = this.#stage.clock.now();
  }

  #seen(page: Page, { state, reason, participantId }: VoiceView): void {
    const clicks = this.#clicks.get(page);
    if (!clicks) return;
    const over = state === 'disconnected' || state === 'superseded';
    if (over && clicks.admitted && !this.#mayEnd(page, reason?.code, participantId)) {
      this.surprises.push(`${page.host} was thrown out: ${state} ${reason?.code ?? ''}`);
    }
    clicks.admitted = !over && participantId !== null;
  }

  /** Another page of the same user has asked for the call, or an administrator has put this one out. */
  #mayEnd(page: Page, code: string | undefined, participantId: string | null): boolean {
    if (code === 'kicked') return participantId !== null && this.#kicked.has(participantId);
    const elsewhere = code === 'superseded' || code === 'already_in_channel' || code === 'ended_elsewhere';
    const before = this.graveyard.some((other) => other.user === page.user);
    const others = this.pagesOf(page.user).some((other) => other !== page && this.#askedAt(other) >= 0);
    return elsewhere && (before || others);
  }
}

export function isRunning({ state }: VoiceView): boolean {
  return state === 'joining' || state === 'connected' || state === 'reconnecting';
}
