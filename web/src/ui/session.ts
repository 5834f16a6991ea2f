/** Who is at this page: decides between the log-in page and the channels, and keeps the way back. */
import { createContext } from 'svelte';
import type { StateChange } from '../core/gateway';
import type { Client } from '../core/client';
import type { InstanceInfo } from '../core/api';
import type { Tabs } from '../core/tabs';
import type { Router } from './router.svelte';

const PUBLIC = new Set(['login', 'setup', 'enter', 'invite', 'register', 'reset']);

/** What of the shared model the session needs. */
export interface SessionModel {
  readonly client: Client;
  readonly router: Pick<Router, 'route' | 'path' | 'navigate'>;
  readonly voice: { end(): void };
  readonly places: Map<string, unknown>;
  instance: InstanceInfo | null;
}

export class Session {
  readonly #model: SessionModel;
  readonly #tabs: Pick<Tabs, 'tell' | 'listen'>;
  /** Why the login was lost, as the name of a close code; empty when nobody has lost one. */
  endedBecause = '';
  #next = '/';
  #met: Promise<void> = Promise.resolve();

  constructor(model: SessionModel, tabs: Pick<Tabs, 'tell' | 'listen'>) {
    this.#model = model;
    this.#tabs = tabs;
    model.client.gateway.events.on('state', (change) => this.#follow(change));
    model.client.events.on('userChanged', () => this.#makeWay());
    tabs.listen('login', () => this.#askAgain());
  }

  /** The public facts of the instance have come; or they could not be had, and it goes without. */
  get met(): Promise<void> {
    return this.#met;
  }

  /** Opens the gateway, or the page one sees without it. */
  begin(): void {
    this.#met = this.#meetInstance();
    const { router, client } = this.#model;
    if (!PUBLIC.has(router.route.name)) client.start();
    else if (router.route.name === 'login') void this.#skipLogin();
  }

  /** Somebody has logged in on this page, and with it in every tab of this browser. */
  entered(): void {
    this.#enter();
    this.#tabs.tell('login');
  }

  #enter(): void {
    this.#model.client.forget();
    this.#model.places.clear();
    this.#model.client.start();
    this.#model.router.navigate(this.#next, { replace: true });
    this.#next = '/';
    this.endedBecause = '';
  }

  /** Leaves the call, ends the login session and forgets what was loaded. Rejects with an ApiError. */
  async logOut(): Promise<void> {
    this.#model.voice.end();
    await this.#model.client.logOut();
    this.#tabs.tell('login');
    this.#leave('/');
  }

  /** Another tab has changed who is logged in. */
  #askAgain(): void {
    if (this.#model.client.store.state.user) void this.#model.client.checkLogin();
  }

  /** Another user has logged in in this browser: nothing of the one who was here is left to them. */
  #makeWay(): void {
    this.#model.voice.end();
    this.#model.places.clear();
    this.#model.router.navigate('/', { replace: true });
  }

  #follow({ state, reason }: StateChange): void {
    if (state !== 'stopped' || reason === 'unsupported_protocol') return;
    this.#model.voice.end();
    this.#model.client.forget();
    this.endedBecause = reason;
    this.#leave(this.#model.router.path);
  }

  #leave(next: string): void {
    this.#next = next;
    this.#met = this.#meetInstance();
    this.#model.router.navigate('/login', { replace: true });
  }

  async #skipLogin(): Promise<void> {
    try {
      await this.#model.client.api.me();
      this.#enter();
    } catch {
      // Not logged in: that is what the page is for.
    }
  }

  async #meetInstance(): Promise<void> {
    try {
      this.#model.instance = await this.#model.client.api.instance();
    } catch {
      // Only the name is missing.
    }
  }
}

export const [getSession, setSession] = createContext<Session>();
