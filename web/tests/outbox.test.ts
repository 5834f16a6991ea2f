/** The outbox: shown at once, in order, never twice, never without its text. */
import { beforeEach, expect, test } from 'vitest';
import { ApiError } from '../src/core/api';
import { Outbox } from '../src/core/outbox';
import type { Message } from '../src/core/protocol.generated';
import { message, settle } from './fakes';

interface Post {
  nonce: string;
  text: string;
  succeed(): Promise<void>;
  fail(): Promise<void>;
}

let posts: Post[];
let delivered: Message[];
let outbox: Outbox;

beforeEach(() => {
  posts = [];
  delivered = [];
  outbox = new Outbox({
    post: (channelId, nonce, text) =>
      new Promise((resolve, reject) => {
        posts.push({
          nonce,
          text,
          succeed() {
            resolve(message(posts.length, { nonce, text, channel_id: channelId }));
            return settle();
          },
          fail() {
            reject(new ApiError('network', 'The server cannot be reached.'));
            return settle();
          },
        });
      }),
    delivered: (sent) => delivered.push(sent),
    changed: () => undefined,
    wallNow: () => 1_700_000_000_000,
  });
});

function states(): [string, string][] {
  return outbox.pendingIn('general').map(({ text, state }) => [text, state]);
}

test('a message is pending at once and gone when acknowledged', async () => {
  void outbox.send('general', 'hello');
  expect(states()).toEqual([['hello', 'sending']]);
  expect(outbox.pendingIn('elsewhere')).toEqual([]);
  await settle();
  await posts[0]!.succeed();
  expect(states()).toEqual([]);
  expect(delivered.map(({ text }) => text)).toEqual(['hello']);
});

test('messages of one channel are posted one after the other', async () => {
  void outbox.send('general', 'one');
  void outbox.send('general', 'two');
  void outbox.send('other', 'elsewhere');
  await settle();
  expect(posts.map(({ text }) => text)).toEqual(['one', 'elsewhere']);
  await posts[0]!.succeed();
  expect(posts.map(({ text }) => text)).toEqual(['one', 'elsewhere', 'two']);
});

test('a failed message keeps its text, and a retry its nonce', async () => {
  void outbox.send('general', 'hello');
  await settle();
  await posts[0]!.fail();
  expect(states()).toEqual([['hello', 'failed']]);
  expect(outbox.pendingIn('general')[0]?.error?.code).toBe('network');
  const { nonce } = posts[0]!;
  void outbox.retry(nonce);
  expect(states()).toEqual([['hello', 'sending']]);
  void outbox.retry(nonce);
  await settle();
  expect(posts.map((post) => post.nonce)).toEqual([nonce, nonce]);
  await posts[1]!.succeed();
  expect(states()).toEqual([]);
});

test('a failure does not hold up what was written after it', async () => {
  void outbox.send('general', 'one');
  void outbox.send('general', 'two');
  await settle();
  await posts[0]!.fail();
  await posts[1]!.succeed();
  expect(states()).toEqual([['one', 'failed']]);
});

test('discarding a failed message forgets it', async () => {
  void outbox.send('general', 'oops');
  await settle();
  await posts[0]!.fail();
  outbox.discard(posts[0]!.nonce);
  expect(states()).toEqual([]);
  void outbox.retry(posts[0]!.nonce);
  await settle();
  expect(posts).toHaveLength(1);
});

test('seen in the log it is sent, even if the answer never came', async () => {
  void outbox.send('general', 'hello');
  await settle();
  outbox.settle(posts[0]!.nonce);
  expect(states()).toEqual([]);
  await posts[0]!.fail();
  expect(states()).toEqual([]);
});

test('every message has a nonce of its own', async () => {
  for (let count = 0; count < 20; count += 1) void outbox.send(`c${count}`, 'same');
  await settle();
  expect(new Set(posts.map(({ nonce }) => nonce)).size).toBe(20);
  expect(posts[0]?.nonce).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
