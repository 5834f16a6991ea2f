/** The settings that follow their user: in force at once, sent when that can be, never lost, the newest choice of each thing. */
import { beforeEach, expect, test } from 'vitest';
import { ApiError } from '../src/core/api';
import type { Choices } from '../src/core/choices';
import { OwnSettings } from '../src/core/own_settings';
import type { UserSettings } from '../src/core/protocol.generated';
import { BrowserSettingsCache } from '../src/core/settings_cache';
import { emptyState } from '../src/core/state';
import { Store } from '../src/core/store';
import { FakeBrowser, FakeClock, ann, ben, settle } from './fakes';

/** A browser's storage, as far as it is used. */
class FakeStorage {
  readonly items = new Map<string, string>();
  full = false;

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, text: string): void {
    if (this.full) throw new DOMException('full', 'QuotaExceededError');
    this.items.set(key, text);
  }

  removeItem(key: string): void {
    this.items.delete(key);
  }
}

/** One page: what it asked for, and what it is answered. */
class Page {
  readonly store: Store;
  readonly settings: OwnSettings;
  #draw: (() => void) | null = null;
  readonly sent: Choices[] = [];
  readonly seen: Choices[] = [];
  answer: (change: Choices) => Promise<UserSettings>;

  constructor(browser: FakeBrowser, storage: FakeStorage) {
    this.store = new Store(clock, (draw) => ((this.#draw = draw), () => undefined));
    this.answer = (change) => Promise.resolve(server.change(change));
    this.settings = new OwnSettings({
      save: (change) => {
        this.sent.push(change);
        return this.answer(change);
      },
      cache: new BrowserSettingsCache(() => storage as unknown as Storage),
      store: this.store,
      clock,
      tabs: browser.tab(),
    });
    this.settings.onChange(() => this.seen.push(this.settings.current));
  }

  /** A fresh start of the gateway. */
  ready(user = ann): void {
    this.store.change(() => ({ ...emptyState, user, settings: server.settings }));
    this.frame();
  }

  leave(): void {
    this.store.change(() => emptyState);
    this.frame();
  }

  /** News of a change, wherever it was made. */
  hear(settings = server.settings): void {
    this.store.push({ op: 'dispatch', t: 'user_settings.updated', d: { settings } });
    this.frame();
  }

  /** What has come is shown. */
  frame(): void {
    const draw = this.#draw;
    this.#draw = null;
    draw?.();
  }
}

class Server {
  settings: UserSettings = { rev: 0 };

  change(change: Choices): UserSettings {
    this.settings = { ...this.settings, ...change, rev: this.settings.rev + 1 };
    return this.settings;
  }
}

const offline = () => Promise.reject(new ApiError('network', 'nobody there'));
const VOICE = {
  mode: 'voice_activity',
  talkKey: { kind: 'key', code: 'KeyT' },
  latching: true,
  thresholdDbfs: -50,
  inputDeviceId: 'headset',
  outputDeviceId: null,
  processing: { echoCancellation: false, noiseSuppression: true, autoGainControl: true },
};

let clock: FakeClock;
let storage: FakeStorage;
let browser: FakeBrowser;
let server: Server;
let page: Page;

beforeEach(() => {
  clock = new FakeClock();
  storage = new FakeStorage();
  browser = new FakeBrowser();
  server = new Server();
  page = new Page(browser, storage);
});

function another(): Page {
  return new Page(browser, storage);
}

test('a choice is in force at once, is sent, and is the only thing sent', async () => {
  server.change({ talk_latching: true });
  page.ready();
  page.settings.choose({ theme: 'light' });
  expect(page.settings.current).toEqual({ talk_latching: true, theme: 'light' });
  await clock.advance(1_000);
  expect(page.sent).toEqual([{ theme: 'light' }]);
  expect(server.settings).toMatchObject({ talk_latching: true, theme: 'light' });
  await clock.advance(60_000);
  expect(page.sent).toHaveLength(1);
});

test('what is in force already is neither told nor sent', async () => {
  server.change({ theme: 'dark' });
  page.ready();
  const told = page.seen.length;
  page.settings.choose({ theme: 'dark' });
  page.hear({ ...server.settings, rev: 9 });
  await clock.advance(60_000);
  expect([page.sent, page.seen.length]).toEqual([[], told]);
});

test('a slider that is dragged is sent once a second, and ends where it was left', async () => {
  page.ready();
  for (let dbfs = -60; dbfs <= -20; dbfs += 1) {
    page.settings.choose({ voice_threshold_dbfs: dbfs });
    await clock.advance(50);
  }
  await clock.advance(5_000);
  expect(page.sent.length).toBeLessThanOrEqual(4);
  expect(server.settings.voice_threshold_dbfs).toBe(-20);
});

test('what is chosen on another device is in force here as soon as it is heard of', () => {
  page.ready();
  server.change({ theme: 'light' });
  page.hear();
  expect(page.settings.current).toEqual({ theme: 'light' });
  expect(page.seen).toEqual([{ theme: 'light' }]);
});

test('a choice not sent yet stays in force, whatever else is heard meanwhile', async () => {
  page.ready();
  page.answer = offline;
  page.settings.choose({ theme: 'light' });
  server.change({ theme: 'dark', talk_latching: true });
  page.hear();
  expect(page.settings.current).toEqual({ theme: 'light', talk_latching: true });
  page.answer = (change) => Promise.resolve(server.change(change));
  await clock.advance(60_000);
  expect(server.settings).toMatchObject({ theme: 'light', talk_latching: true });
});

test('an answer that is older than the news changes nothing back', async () => {
  page.ready();
  let answer: (settings: UserSettings) => void = () => undefined;
  page.answer = () => new Promise((resolve) => (answer = resolve));
  page.settings.choose({ theme: 'light' });
  await clock.advance(1_000);
  const late = server.change({ theme: 'light' });
  server.change({ theme: 'dark' }); // elsewhere, just afterwards
  page.hear();
  answer(late);
  await settle();
  expect(page.settings.current).toEqual({ theme: 'dark' });
});

test('between the answer and its event nothing flickers', async () => {
  server.change({ theme: 'dark' });
  page.ready();
  page.settings.choose({ theme: 'light' });
  await clock.advance(1_000);
  page.hear();
  expect(page.seen).toEqual([{ theme: 'dark' }, { theme: 'light' }]);
});

test.each([
  ['nobody answers', new ApiError('network', '')],
  ['it comes too late', new ApiError('timeout', '')],
  ['it is too much', new ApiError('rate_limited', '', 429)],
  ['the server has troubles', new ApiError('internal_error', '', 500)],
])('while %s it is tried again, until it is done', async (_, error) => {
  page.ready();
  page.answer = () => Promise.reject(error);
  page.settings.choose({ theme: 'light' });
  await clock.advance(120_000);
  const tried = page.sent.length;
  expect(tried).toBeGreaterThan(2);
  expect(page.settings.current.theme).toBe('light');
  page.answer = (change) => Promise.resolve(server.change(change));
  page.settings.hurry();
  await settle();
  expect([page.sent.length, server.settings.theme]).toEqual([tried + 1, 'light']);
});

test('the newest choice of each thing is what goes out after a time offline', async () => {
  page.ready();
  page.answer = offline;
  page.settings.choose({ theme: 'light', talk_latching: true });
  await clock.advance(2_000);
  page.settings.choose({ theme: 'dark' });
  await clock.advance(2_000);
  page.answer = (change) => Promise.resolve(server.change(change));
  page.settings.hurry();
  await settle();
  expect(page.sent.at(-1)).toEqual({ theme: 'dark', talk_latching: true });
  expect(server.settings).toMatchObject({ theme: 'dark', talk_latching: true });
});

test('what is chosen while a request is under way goes with the next', async () => {
  page.ready();
  let arrive: () => void = () => undefined;
  page.answer = (change) => new Promise((resolve) => (arrive = (): void => resolve(server.change(change))));
  page.settings.choose({ theme: 'light' });
  await clock.advance(1_000);
  page.settings.choose({ theme: 'dark' });
  arrive();
  await settle();
  expect(page.settings.current.theme).toBe('dark');
  await clock.advance(2_000);
  arrive();
  await settle();
  expect([page.sent, server.settings.theme]).toEqual([[{ theme: 'light' }, { theme: 'dark' }], 'dark']);
});

test('what was chosen offline survives the page, and waits for its own user', async () => {
  page.ready();
  page.answer = offline;
  page.settings.choose({ theme: 'light' });
  await clock.advance(3_000);
  page.leave();
  const later = another();
  expect(later.settings.current).toEqual({ theme: 'light' }); // the first paint
  later.ready(ben);
  await clock.advance(60_000);
  expect([later.sent, later.settings.current]).toEqual([[], {}]);
  later.leave();
  later.ready(ann);
  await clock.advance(1_000);
  expect(later.sent).toEqual([{ theme: 'light' }]);
});

test('after a log-out the page looks as it did', () => {
  server.change({ theme: 'light' });
  page.ready();
  page.leave();
  expect(page.settings.current.theme).toBe('light');
  expect(another().settings.current.theme).toBe('light');
});

test('an open tab follows one that cannot reach the server', () => {
  const other = another();
  page.ready();
  other.ready();
  page.answer = offline;
  page.settings.choose({ theme: 'light' });
  expect(other.settings.current.theme).toBe('light');
});

test('of several choices only the one the server refuses is given up', async () => {
  page.ready();
  page.answer = (change) =>
    change.talk_mode === undefined
      ? Promise.resolve(server.change(change))
      : Promise.reject(new ApiError('invalid_input', '', 400));
  page.settings.choose({ theme: 'light', talk_mode: 'voice_activity', talk_latching: true });
  await clock.advance(10_000);
  expect(server.settings).toMatchObject({ theme: 'light', talk_latching: true });
  expect(page.settings.current).toEqual({ theme: 'light', talk_latching: true });
  const tried = page.sent.length;
  page.settings.choose({ theme: 'dark', talk_latching: false });
  await clock.advance(10_000);
  expect(page.sent.slice(tried)).toEqual([{ theme: 'dark', talk_latching: false }]);
});

test('nothing is sent for somebody who is not logged in any more', async () => {
  page.ready();
  page.answer = () => Promise.reject(new ApiError('not_authenticated', '', 401));
  page.settings.choose({ theme: 'light' });
  await clock.advance(60_000);
  expect(page.sent).toHaveLength(1);
  page.leave();
  page.settings.hurry();
  await clock.advance(60_000);
  expect(page.sent).toHaveLength(1);
});

test('what was chosen before settings followed is taken along once, devices aside', async () => {
  storage.setItem('cromulent.theme', 'light');
  storage.setItem('cromulent.voice', JSON.stringify(VOICE));
  page = another();
  expect(page.settings.current.theme).toBe('light'); // before anybody is here
  page.ready();
  await clock.advance(1_000);
  expect(server.settings).toEqual({
    rev: 1,
    theme: 'light',
    talk_mode: 'voice_activity',
    talk_key: 'key:KeyT',
    talk_latching: true,
    voice_threshold_dbfs: -50,
    echo_cancellation: false,
    noise_suppression: 'browser',
    auto_gain_control: true,
  });
  expect(storage.getItem('cromulent.theme')).toBeNull();
  expect(JSON.parse(storage.getItem('cromulent.voice')!)).toEqual({
    inputDeviceId: 'headset',
    outputDeviceId: null,
  });
  server.settings = { rev: 0 };
  page.leave();
  page.ready(ben);
  await clock.advance(60_000);
  expect([page.sent.length, page.settings.current]).toEqual([1, {}]);
});

test('who has chosen on another device already is not overruled by what an old page left', async () => {
  storage.setItem('cromulent.theme', 'light');
  server.change({ theme: 'dark' });
  page = another();
  page.ready();
  await clock.advance(60_000);
  expect([page.sent, page.settings.current.theme]).toEqual([[], 'dark']);
  expect(storage.getItem('cromulent.theme')).toBeNull();
});

test('what is taken along is not lost when the server cannot be reached just then', async () => {
  storage.setItem('cromulent.theme', 'light');
  page = another();
  page.answer = offline;
  page.ready();
  await clock.advance(1_000);
  const later = another();
  later.ready();
  await clock.advance(1_000);
  expect(server.settings.theme).toBe('light');
});

test.each(['null', '3', '"x"', '[]', '{', '{"theme": "purple", "voice_threshold_dbfs": -40.5, "font": 1}'])(
  'what somebody else wrote into the storage (%s) is nothing',
  async (text) => {
    for (const key of ['settings', 'unsent_settings.u-ann', 'voice', 'theme'])
      storage.setItem(`cromulent.${key}`, text);
    page = another();
    page.ready();
    await clock.advance(10_000);
    expect([page.settings.current, page.sent]).toEqual([{}, []]);
  },
);

test('a storage that takes nothing is no reason to send nothing', async () => {
  storage.full = true;
  page.ready();
  page.settings.choose({ theme: 'light' });
  expect(page.settings.current.theme).toBe('light');
  await clock.advance(1_000);
  expect(server.settings.theme).toBe('light');
});
