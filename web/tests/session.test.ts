/** Who is at the page: the log-in page when nobody is, and back to where one was. */
import { beforeEach, expect, test } from 'vitest';
import { Api } from '../src/core/api';
import { Client } from '../src/core/client';
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
let calls: number;
let model: SessionModel;
let session: Session;

beforeEach(() => {
  server = new FakeServer();
  loggedIn = true;
  calls = 0;
});

function openAt(path: string): void {
  const browser = new FakeBrowser();
  const api = new Api((input) => {
    const answer = input.endsWith('/instance') ? { name: 'Test' } : { user: ann };
    return Promise.resolve(
      Response.json(answer, { status: loggedIn || input.endsWith('/instance') ? 200 : 401 }),
    );
  });
  const client = new Client({
    ...server.environment(new FakeClock()),
    api,
    requestFrame: () => () => undefined,
    unsent: browser.store,
    tabs: browser.tab(),
  });
  const voice = { end: (): unknown => (calls += 1) };
  model = { client, router: new FakeRouter(path), voice, places: new Map(), instance: null };
  session = new Session(model);
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
