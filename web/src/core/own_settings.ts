/** The settings of who is here: in force at once where they are chosen, sent as soon as that can be, the same on every page and device. */
import { ApiError } from './api';
import { areSame, choicesIn, differing, firstOf, isEmpty, type Choices } from './choices';
import type { Clock } from './clock';
import { backoffDelay, isPassing, OUTBOX_BACKOFF, SETTINGS_EVERY_MS } from './policy';
import type { UserSettings } from './protocol.generated';
import type { SettingsCache } from './settings_cache';
import { putSettings } from './state';
import type { Store } from './store';
import type { Tabs } from './tabs';

export interface OwnSettingsPorts {
  /** Sends a change; rejects with an ApiError. */
  save(change: Choices): Promise<UserSettings>;
  cache: SettingsCache;
  store: Store;
  clock: Clock;
  tabs: Tabs;
}

export class OwnSettings {
  readonly #ports: OwnSettingsPorts;
  readonly #listeners = new Set<() => void>();
  #userId: string | null;
  #current: Choices;
  /** What the server has said last. */
  #said: UserSettings | null = null;
  #sending = false;
  /** One choice of several was refused: they go one by one, so that only that one is given up. */
  #oneByOne = false;
  #attempt = 0;
  #cancelSending: (() => void) | null = null;

  constructor(ports: OwnSettingsPorts) {
    this.#ports = ports;
    const { userId, choices } = ports.cache.shown();
    this.#userId = userId;
    this.#current = choices;
    ports.store.subscribe(() => this.#meet());
    ports.tabs.listen('settings', () => this.#show());
  }

  /** Replaced, never changed. Before anybody is here: as it was for whoever was here last. */
  get current(): Choices {
    return this.#current;
  }

  /** Calls back when something has become another; the answer stops that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Chooses; the last choice of each thing wins, wherever it was made. */
  choose(change: Choices): void {
    const chosen = differing(change, this.#current);
    if (this.#userId === null || isEmpty(chosen)) return;
    this.#keepUnsent({ ...this.#unsent(), ...chosen });
    this.#sendAfter(SETTINGS_EVERY_MS);
  }

  /** The connection is back: what waited goes out. */
  hurry(): void {
    this.#attempt = 0;
    this.#stopWaiting();
    void this.#send();
  }

  /** The server has said something new; after a log-out, nothing: what was in force stays in force. */
  #meet(): void {
    const { user, settings } = this.#ports.store.state;
    if (settings === this.#said) return;
    this.#said = settings;
    if (!user || !settings) return;
    this.#userId = user.id;
    this.#carryOver(settings);
    this.#show();
    this.#sendAfter(0);
  }

  /** What was chosen here before settings followed their user is taken along once, by who has chosen nothing elsewhere. */
  #carryOver(settings: UserSettings): void {
    const { cache } = this.#ports;
    const earlier = cache.earlier();
    if (isEmpty(earlier)) return;
    if (settings.rev === 0) this.#keepUnsent({ ...earlier, ...this.#unsent() });
    cache.forgetEarlier();
  }

  #unsent(): Choices {
    return this.#userId === null ? {} : this.#ports.cache.unsent(this.#userId);
  }

  #keepUnsent(choices: Choices): void {
    if (this.#userId === null) return;
    this.#ports.cache.keepUnsent(this.#userId, choices);
    this.#show();
    this.#ports.tabs.tell('settings');
  }

  #show(): void {
    const base = this.#said ? choicesIn(this.#said) : this.#ports.cache.shown().choices;
    const next = { ...base, ...this.#unsent() };
    if (areSame(next, this.#current)) return;
    this.#current = next;
    this.#ports.cache.keepShown({ userId: this.#userId, choices: next });
    for (const listener of [...this.#listeners]) listener();
  }

  #sendAfter(milliseconds: number): void {
    this.#cancelSending ??= this.#ports.clock.after(milliseconds, () => {
      this.#stopWaiting();
      void this.#send();
    });
  }

  #stopWaiting(): void {
    this.#cancelSending?.();
    this.#cancelSending = null;
  }

  /** One request at a time; what is chosen meanwhile goes with the next. */
  async #send(): Promise<void> {
    const userId = this.#ports.store.state.user?.id;
    const unsent = this.#unsent();
    if (this.#sending || userId === undefined || userId !== this.#userId || isEmpty(unsent)) return;
    const change = this.#oneByOne ? firstOf(unsent) : unsent;
    this.#sending = true;
    const wait = await this.#attemptToSave(userId, change);
    this.#sending = false;
    if (wait !== null) this.#sendAfter(wait);
  }

  /** How long to wait before the next request; null when it must wait for the connection. */
  async #attemptToSave(userId: string, change: Choices): Promise<number | null> {
    try {
      const settings = await this.#ports.save(change);
      this.#attempt = 0;
      this.#take(userId, settings);
      this.#settle(userId, change);
      return SETTINGS_EVERY_MS;
    } catch (error) {
      return this.#fail(userId, change, error);
    }
  }

  #fail(userId: string, change: Choices, error: unknown): number | null {
    const problem = error instanceof ApiError ? error : new ApiError('unexpected', String(error));
    if (problem.status === 401) return null; // the gateway will say that nobody is here any more
    const { clock } = this.#ports;
    if (isPassing(problem)) return backoffDelay(OUTBOX_BACKOFF, this.#attempt++, clock.random());
    if (isEmpty(differing(change, firstOf(change)))) this.#settle(userId, change);
    else this.#oneByOne = true;
    return SETTINGS_EVERY_MS;
  }

  /** An answer may be older than an event that has come already. */
  #take(userId: string, settings: UserSettings): void {
    const { store } = this.#ports;
    if (store.state.user?.id !== userId) return;
    store.change((state) => putSettings(state, settings));
    this.#said = store.state.settings;
  }

  /** Nothing is to be sent any more of what was sent, unless it was chosen anew meanwhile. */
  #settle(userId: string, sent: Choices): void {
    const { cache } = this.#ports;
    const rest = differing(cache.unsent(userId), sent);
    if (isEmpty(rest)) this.#oneByOne = false;
    if (userId === this.#userId) this.#keepUnsent(rest);
    else cache.keepUnsent(userId, rest);
  }
}
