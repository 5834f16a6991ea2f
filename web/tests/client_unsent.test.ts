/** What somebody wrote and has not sent: kept before its draft goes, and never sent as another user than its author. */
import { beforeEach, expect, test } from 'vitest';
import { Api } from '../src/core/api';
import { Client } from '../src/core/client';
import { FakeBrowser, FakeClock, FakeServer, ann, ben, channel, settle } from './fakes';

interface Post {
  text: string;
  /** For whom the page says that it speaks. */
  user: string | null;
  refuse(status: number, code: string): Promise<void>;
}

let clock: FakeClock;
let server: FakeServer;
let posts: Post[];
let client: Client;
let browser: FakeBrowser;

/** Posts wait for their answer; nothing else gets one. */
function ask(init: RequestInit): Promise<Response> {
  return new Promise((resolve) => {
    if (typeof init.body !== 'string') return;
    posts.push({
      text: (JSON.parse(init.body) as { text: string }).text,
      user: new Headers(init.headers).get('Cromulent-User'),
      refuse(status, code) {
        resolve(Response.json({ code }, { status }));
        return settle();
      },
    });
  });
}

beforeEach(() => {
  clock = new FakeClock();
  server = new FakeServer();
  posts = [];
  browser = new FakeBrowser();
  client = new Client({
    ...server.environment(clock),
    api: new Api((_, init) => ask(init)),
    requestFrame: () => () => undefined,
    unsent: browser.store,
    tabs: browser.tab(),
  });
});

/** The server takes the client for this user. */
async function welcome(user = ann): Promise<void> {
  const snapshot = { channels: [channel('general')], users: [ann, ben] };
  server.last.ready({ 'channel:general': 10 }, 'c0', snapshot, user);
  await clock.advance(100);
}

async function goLive(user = ann): Promise<void> {
  client.start();
  server.last.hello();
  await welcome(user);
}

function said(): unknown[] {
  return posts.map(({ text, user }) => [text, user]);
}

test('a message is kept before its draft goes', async () => {
  await goLive();
  client.drafts.set('general', 'hello');
  await settle();
  const kept: string[] = [];
  const { store } = browser;
  const [putMessages, putDraft] = [store.putMessages.bind(store), store.putDraft.bind(store)];
  store.putMessages = (messages) => {
    kept.push('message');
    return putMessages(messages);
  };
  store.putDraft = (...draft) => {
    kept.push('draft');
    return putDraft(...draft);
  };
  client.send('general', 'hello');
  expect(kept).toEqual(['message', 'draft']);
});

test('the draft of what the outbox does not take stays', async () => {
  await goLive();
  client.outbox.close();
  client.drafts.set('general', 'hello');
  expect(() => client.send('general', 'hello')).toThrow();
  expect(client.drafts.get('general')).toBe('hello');
});

test('what waited does not go out when the connection comes back to another user: the page starts anew', async () => {
  let changes = 0;
  client.events.on('userChanged', () => (changes += 1));
  await goLive();
  client.openChannel('general');
  server.last.close(1006);
  client.send('general', 'by ann');
  await settle();
  await posts[0]!.refuse(503, 'unavailable');
  client.drafts.set('general', 'half a sentence');
  await clock.advance(400);
  server.last.hello();
  expect(server.last.received[0]).toMatchObject({ cursor: 'c0', user_id: ann.id });
  await welcome(ben);
  expect([changes, client.store.state.user, client.gateway.state]).toEqual([1, null, 'connecting']);
  server.last.hello();
  expect(server.last.received[0]).not.toHaveProperty('cursor');
  await welcome(ben);
  await clock.advance(60_000);
  expect(client.store.state.user).toEqual(ben);
  expect([client.outbox.isEmpty, client.drafts.size, client.histories.find('general')]).toEqual([
    true,
    0,
    undefined,
  ]);
  expect(said()).toEqual([['by ann', ann.id]]);
  client.forget();
  await goLive();
  expect(said().slice(1)).toEqual([['by ann', ann.id]]);
  expect(client.drafts.get('general')).toBe('half a sentence');
});

test('a post refused because another user has logged in starts the page anew, and waits for its author', async () => {
  await goLive();
  client.send('general', 'by ann');
  await settle();
  await posts[0]!.refuse(401, 'other_user');
  expect([client.store.state.user, client.gateway.state]).toEqual([null, 'connecting']);
  server.last.hello();
  await welcome(ben);
  await clock.advance(60_000);
  expect(client.outbox.isEmpty).toBe(true);
  client.send('general', 'by ben');
  await settle();
  expect(said()).toEqual([
    ['by ann', ann.id],
    ['by ben', ben.id],
  ]);
  expect(await browser.store.messages(ann.id)).toMatchObject([{ text: 'by ann', state: 'sending' }]);
});
