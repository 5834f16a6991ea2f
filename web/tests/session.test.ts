/** Who is at the page: the log-in page when nobody is, and back to where one was. */
import { beforeEach, expect, test } from 'vitest';
import { Api } from '../src/core/api';
import { Client } from '../src/core/client';
import type { User } from '../src/core/protocol.generated';
import type { Tabs } from '../src/core/tabs';
import { parseRoute, type Route } from '../src/ui/router.svelte';
import { Session, type SessionModel } from '../src/ui/session';
import { FakeBrowser, FakeClock, FakeServer, ann, ben, channel, settle } from './fakes';

class FakeRouter {
  path: string;

  constructor(path: string) {
    this.path = path;
  }

  get route(): Route {
    return parseRoute(this.path);
  }

  navigate(path: string): void {
    this.path = path;
  }
}

let server: FakeServer;
let loggedIn: boolean;
/** Whose cookie the browser has. */
let cookieOf: User;
let browser: FakeBrowser;
let calls: number;
let tab: Tabs;
let model: SessionModel;
let session: Session;

beforeEach(() => {
  server = new FakeServer();
  loggedIn = true;
  cookieOf = ann;
  browser = new FakeBrowser();
  calls = 0;
});

function openAt(path: string): void {
  const api = new Api((input, { headers }) => {
    if (input.endsWith('/instance')) return Promise.resolve(Response.json({ name: 'Test' }));
    const stated = new Headers(headers).get('Cromulent-User') ?? cookieOf.id;
    const code = !loggedIn ? 'not_authenticated' : stated === cookieOf.id ? null : 'other_user';
    return Promise.resolve(Response.json(code ? { code } : { user: cookieOf }, { status: code ? 401 : 200 }));
  });
  const client = new Client({
    ...server.environment(new FakeClock()),
    api,
    requestFrame: () => () => undefined,
    unsent: browser.store,
    tabs: browser.tab(),
  });
  tab = browser.tab();
  const voice = { end: (): unknown => (calls += 1) };
  model = { client, router: new FakeRouter(path), voice, places: new Map(), instance: null };
  session = new Session(model, tab);
  session.begin();
}

function ready(user = ann): void {
  server.last.hello();
  const instance = { name: 'Home', registration_mode: 'invite' as const, voice_enabled: true };
  const snapshot = {
    instance,
    settings: { rev: 0 },
    read_states: [],
    channels: [channel('a')],
    users: [],
    feeds: {},
    presence: [],
    rooms: [],
  };
  server.last.say({ op: 'ready', user, snapshot, cursor: 'c' });
}

test('a page of the instance opens the gateway at once', async () => {
  openAt('/channels/a');
  expect(server.connections).toHaveLength(1);
  await settle();
  expect(model.instance?.name).toBe('Test');
});

test('nobody logged in: the log-in page, and from there back to where one wanted to go', () => {
  openAt('/channels/a');
  server.last.close(4004);
  expect(model.router.path).toBe('/login');
  session.entered();
  expect(model.router.path).toBe('/channels/a');
  expect(server.connections).toHaveLength(2);
});

test.each(['/login', '/setup', '/enter'])('%s asks for no gateway', async (path) => {
  loggedIn = false;
  openAt(path);
  await settle();
  expect(server.connections).toHaveLength(0);
  expect(model.router.path).toBe(path);
});

test('who is logged in already need not do it again', async () => {
  openAt('/login');
  await settle();
  expect(model.router.path).toBe('/');
  expect(server.connections).toHaveLength(1);
});

test('a login session ended elsewhere ends the call and keeps what was being written', async () => {
  openAt('/channels/a');
  ready();
  model.client.drafts.set('a', 'half a sentence');
  server.last.close(4005);
  expect([model.router.path, calls]).toEqual(['/login', 1]);
  session.entered();
  ready();
  await settle();
  expect(model.client.drafts.get('a')).toBe('half a sentence');
});

test('why the login was lost is known until somebody logs in', () => {
  openAt('/channels/a');
  ready();
  server.last.close(4012);
  expect([model.router.path, session.endedBecause]).toEqual(['/login', 'user_disabled']);
  session.entered();
  expect(session.endedBecause).toBe('');
});

test('another token is fetched by coming back, without a word to anybody', () => {
  openAt('/channels/a');
  ready();
  server.last.close(4013);
  expect([model.router.path, calls, model.client.gateway.state]).toEqual(['/channels/a', 0, 'waiting']);
});

test('what somebody was writing is not shown to who logs in after them', async () => {
  openAt('/channels/a');
  ready();
  model.client.drafts.set('a', 'half a sentence');
  server.last.close(4005);
  session.entered();
  ready(ben);
  await settle();
  expect(model.client.drafts.size).toBe(0);
});

test('somebody else logs in in another tab: this one starts anew for them', async () => {
  openAt('/channels/a');
  ready();
  model.places.set('a', 'where ann was');
  cookieOf = ben;
  browser.tab().tell('login');
  await settle();
  expect([calls, model.places.size, model.router.path]).toEqual([1, 0, '/']);
  expect(model.client.store.state.user).toBeNull();
  expect(server.connections).toHaveLength(2);
  ready(ben);
  expect(model.client.store.state.user).toEqual(ben);
});

test('the same user logs in in another tab: nothing happens here', async () => {
  openAt('/channels/a');
  ready();
  browser.tab().tell('login');
  await settle();
  expect([calls, server.connections.length, model.router.path]).toEqual([0, 1, '/channels/a']);
});

test('somebody logs out in another tab: nobody is here any more', async () => {
  openAt('/channels/a');
  ready();
  loggedIn = false;
  browser.tab().tell('login');
  await settle();
  expect([calls, model.router.path, model.client.gateway.state]).toEqual([1, '/login', 'idle']);
});

test('the other tabs are told of a log-in and a log-out, and of nothing when one was logged in already', async () => {
  let told = 0;
  browser.tab().listen('login', () => (told += 1));
  openAt('/login');
  await settle();
  expect([model.router.path, told]).toEqual(['/', 0]);
  ready();
  await session.logOut();
  expect(told).toBe(1);
  session.entered();
  expect(told).toBe(2);
});

test('logging out leaves the call and leads to the log-in page', async () => {
  openAt('/channels/a');
  ready();
  await session.logOut();
  expect([model.router.path, calls, model.client.gateway.state]).toEqual(['/login', 1, 'idle']);
});

test('an outdated page stays where it is: it says so itself', () => {
  openAt('/channels/a');
  server.last.hello(2);
  expect(model.router.path).toBe('/channels/a');
  expect(model.client.gateway.state).toBe('stopped');
});
