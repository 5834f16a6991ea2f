/** The outbox: shown at once, in order, never twice, never without its text, whichever tab sends and however often the page is loaded. */
import { beforeEach, expect, test, vi } from 'vitest';
import { Api, ApiError } from '../src/core/api';
import { Outbox } from '../src/core/outbox';
import type { Message } from '../src/core/protocol.generated';
import { FakeBrowser, FakeClock, ann, ben, message, settle } from './fakes';

interface Post {
  nonce: string;
  text: string;
  succeed(): Promise<void>;
  fail(code?: string, status?: number): Promise<void>;
}

let posts: Post[];
let delivered: Message[];
let clock: FakeClock;
let browser: FakeBrowser;
let outbox: Outbox;

function post(channelId: string, nonce: string, text: string): Promise<Message> {
  return new Promise((resolve, reject) => {
    posts.push({
      nonce,
      text,
      succeed() {
        resolve(message(posts.length, { nonce, text, channel_id: channelId }));
        return settle();
      },
      fail(code = 'network', status = 0) {
        reject(new ApiError(code, 'No.', status));
        return settle();
      },
    });
  });
}

function openTab(): Outbox {
  return new Outbox({
    post,
    delivered: (sent) => delivered.push(sent),
    changed: () => undefined,
    clock,
    store: browser.store,
    tabs: browser.tab(),
  });
}

beforeEach(async () => {
  posts = [];
  delivered = [];
  clock = new FakeClock();
  browser = new FakeBrowser();
  outbox = openTab();
  await outbox.open(ann.id);
});

function states(tab = outbox): [string, string][] {
  return tab.pendingIn('general').map(({ text, state }) => [text, state]);
}

function sent(): string[] {
  return posts.map(({ text }) => text);
}

async function write(...texts: string[]): Promise<void> {
  for (const text of texts) outbox.send('general', text);
  await settle();
}

test('a message is pending at once and gone when acknowledged', async () => {
  outbox.send('general', 'hello');
  expect(states()).toEqual([['hello', 'sending']]);
  expect(outbox.pendingIn('elsewhere')).toEqual([]);
  await posts[0]!.succeed();
  expect(states()).toEqual([]);
  expect(delivered.map(({ text }) => text)).toEqual(['hello']);
  expect(await browser.store.messages(ann.id)).toEqual([]);
});

test('messages of one channel are posted one after the other', async () => {
  await write('one', 'two');
  outbox.send('other', 'elsewhere');
  expect(sent()).toEqual(['one', 'elsewhere']);
  await posts[0]!.succeed();
  expect(sent()).toEqual(['one', 'elsewhere', 'two']);
});

test.each([
  ['network', 0],
  ['timeout', 0],
  ['rate_limited', 429],
  ['unavailable', 503],
] as const)('after "%s" nothing overtakes, and all go out in order by themselves', async (code, status) => {
  await write('one', 'two');
  await posts[0]!.fail(code, status);
  expect(states()).toEqual([
    ['one', 'waiting'],
    ['two', 'waiting'],
  ]);
  expect(outbox.pendingIn('general')[0]?.error).toEqual({ code, message: 'No.', status });
  expect(sent()).toEqual(['one']);
  await clock.advance(2_000);
  await posts[1]!.succeed();
  await posts[2]!.succeed();
  expect(sent()).toEqual(['one', 'one', 'two']);
  expect(posts[1]!.nonce).toBe(posts[0]!.nonce);
  expect(states()).toEqual([]);
});

test('the pauses between attempts grow, until the connection is back', async () => {
  await write('one');
  for (const pause of [2_000, 4_000, 8_000]) {
    await posts.at(-1)!.fail();
    const before = posts.length;
    await clock.advance(pause - 1);
    expect(posts).toHaveLength(before);
    await clock.advance(1);
    expect(posts).toHaveLength(before + 1);
  }
  await posts.at(-1)!.fail();
  outbox.hurry();
  expect(posts).toHaveLength(5);
});

test('a message refused for good keeps its text, holds up nothing, and a retry keeps its nonce', async () => {
  await write('one', 'two');
  await posts[0]!.fail('forbidden', 403);
  await posts[1]!.succeed();
  expect(states()).toEqual([['one', 'failed']]);
  await clock.advance(600_000);
  outbox.hurry();
  expect(posts).toHaveLength(2);
  const { nonce } = posts[0]!;
  outbox.retry(nonce);
  outbox.retry(nonce);
  expect(states()).toEqual([['one', 'sending']]);
  expect(posts.map((each) => each.nonce)).toEqual([nonce, posts[1]!.nonce, nonce]);
  await posts[2]!.succeed();
  expect(states()).toEqual([]);
});

test('all that failed can be sent again at once, in the order of writing', async () => {
  await write('one', 'two', 'three');
  await posts[0]!.fail('forbidden', 403);
  await posts[1]!.fail('not_found', 404);
  await posts[2]!.fail();
  outbox.retryAll('general');
  for (const index of [3, 4, 5]) await posts[index]!.succeed();
  expect(sent().slice(3)).toEqual(['one', 'two', 'three']);
  expect(states()).toEqual([]);
});

test('discarding a failed message forgets it', async () => {
  await write('oops');
  await posts[0]!.fail('forbidden', 403);
  outbox.discard(posts[0]!.nonce);
  expect(states()).toEqual([]);
  outbox.retry(posts[0]!.nonce);
  expect(posts).toHaveLength(1);
  expect(await browser.store.messages(ann.id)).toEqual([]);
});

test('seen in the log it is sent, even if the answer never came', async () => {
  await write('hello');
  outbox.settle(posts[0]!.nonce);
  expect(states()).toEqual([]);
  await posts[0]!.fail();
  expect(states()).toEqual([]);
});

test('every message has a nonce of its own', () => {
  for (let count = 0; count < 20; count += 1) outbox.send(`c${count}`, 'same');
  expect(new Set(posts.map(({ nonce }) => nonce)).size).toBe(20);
  expect(posts[0]?.nonce).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('after a reload all goes out once and in order: what was under way, what waited; and what failed is still there', async () => {
  await write('refused', 'under way', 'queued');
  await posts[0]!.fail('forbidden', 403);
  outbox.close(); // the page is gone
  outbox = openTab();
  await outbox.open(ann.id);
  expect(states()).toEqual([
    ['refused', 'failed'],
    ['under way', 'sending'],
    ['queued', 'sending'],
  ]);
  await posts[2]!.succeed();
  await posts[3]!.succeed();
  expect(sent().slice(2)).toEqual(['under way', 'queued']);
  expect(posts[2]!.nonce).toBe(posts[1]!.nonce);
  expect(states()).toEqual([['refused', 'failed']]);
});

test('one tab sends, the others show what it sends, and one of them follows it', async () => {
  const other = openTab();
  await other.open(ann.id);
  other.send('general', 'from the other');
  expect(states(other)).toEqual([['from the other', 'sending']]);
  await settle();
  expect(sent()).toEqual(['from the other']);
  await posts[0]!.fail();
  expect(states(other)).toEqual([['from the other', 'waiting']]);
  outbox.close();
  await settle();
  expect(sent()).toEqual(['from the other', 'from the other']);
  expect(posts[1]!.nonce).toBe(posts[0]!.nonce);
  await posts[1]!.succeed();
  expect(states(other)).toEqual([]);
});

test('a retry and a discard in a tab that does not send reach the one that does', async () => {
  const other = openTab();
  await other.open(ann.id);
  await write('one', 'two');
  await posts[0]!.fail();
  expect(states(other).map(([, state]) => state)).toEqual(['waiting', 'waiting']);
  other.discard(posts[0]!.nonce);
  other.retry(other.pendingIn('general')[0]!.nonce);
  await settle();
  expect(sent()).toEqual(['one', 'two']);
});

test('two tabs that both must send do not wake each other up for ever', async () => {
  browser.store.durable = false; // then nobody can rely on another tab
  const other = openTab();
  await other.open(ann.id);
  await write('one');
  const attempts = posts.length;
  for (const each of posts) await each.fail();
  expect(posts.length).toBeLessThanOrEqual(attempts + 1);
});

test('what one user did not send is neither shown nor sent for another', async () => {
  await write('mine');
  await outbox.open(ben.id);
  expect(outbox.isEmpty).toBe(true);
  await outbox.open(ann.id);
  expect(states()).toEqual([['mine', 'sending']]);
});

test('a login session that has ended fails nothing: its author may come back', async () => {
  await write('one');
  await posts[0]!.fail('not_authenticated', 401);
  expect(states()).toEqual([['one', 'sending']]);
});

test('an answer that is none keeps the order, and all is sent once', async () => {
  const asked: string[] = [];
  const taken = new Map<string, string>();
  const api = new Api((_, { body }) => {
    const { nonce, text } = JSON.parse(body as string) as { nonce: string; text: string };
    asked.push(text);
    if (asked.length === 1) return Promise.resolve(new Response('<h1>Pay for the network here</h1>'));
    taken.set(nonce, text);
    return Promise.resolve(Response.json({ message: message(taken.size, { nonce, text }) }));
  });
  outbox = new Outbox({
    post: async (channelId, nonce, text) => (await api.postMessage(channelId, nonce, text)).message,
    delivered: (sent) => delivered.push(sent),
    changed: () => undefined,
    clock,
    store: browser.store,
    tabs: new FakeBrowser().tab(),
  });
  await outbox.open(ann.id);
  outbox.send('general', 'one');
  outbox.send('general', 'two');
  await vi.waitFor(() => expect(states().map(([, state]) => state)).toEqual(['waiting', 'waiting']));
  await clock.advance(2_000);
  await vi.waitFor(() => expect(states()).toEqual([]));
  expect(asked).toEqual(['one', 'one', 'two']);
  expect([...taken.values()]).toEqual(['one', 'two']);
  expect(delivered.map(({ text }) => text)).toEqual(['one', 'two']);
});
