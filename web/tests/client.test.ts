/** The client put together: gateway, state, histories and outbox against a server that speaks the protocol. */
import { beforeEach, expect, test } from 'vitest';
import { Api } from '../src/core/api';
import { Client } from '../src/core/client';
import { memberIds } from '../src/core/members';
import type { Dispatch, Message } from '../src/core/protocol.generated';
import { FakeBrowser, FakeClock, FakeServer, ann, ben, channel, message, posted, settle } from './fakes';

interface Exchange {
  path: string;
  body: unknown;
  answer(status: number, body: unknown): Promise<void>;
}

let clock: FakeClock;
let server: FakeServer;
let exchanges: Exchange[];
let client: Client;
let browser: FakeBrowser;

beforeEach(() => {
  clock = new FakeClock();
  server = new FakeServer();
  exchanges = [];
  const api = new Api(
    (path, init) =>
      new Promise((resolve) => {
        exchanges.push({
          path: path.replace('/api/v1', ''),
          body: typeof init.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined,
          answer(status, body) {
            resolve(new Response(status === 204 ? null : JSON.stringify(body), { status }));
            return settle();
          },
        });
      }),
  );
  browser = new FakeBrowser();
  client = new Client({
    ...server.environment(clock),
    api,
    requestFrame: () => () => undefined,
    unsent: browser.store,
    tabs: browser.tab(),
  });
});

const snapshot = { channels: [channel('general')], users: [ann, ben], presence: [ann.id] };

async function goLive(): Promise<void> {
  client.start();
  server.last.hello();
  server.last.ready({ 'channel:general': 10 }, 'c0', snapshot);
  await clock.advance(100);
}

/** The newest request to a path; throws when there is none. */
function request(path: string): Exchange {
  const found = exchanges.findLast((exchange) => exchange.path.startsWith(path));
  if (!found) throw new Error(`nobody asked for ${path}`);
  return found;
}

async function openGeneral(messages: Message[] = [message(10)]): Promise<void> {
  client.openChannel('general');
  await request('/channels/general/messages').answer(200, {
    messages,
    users: [ben],
    has_before: false,
    has_after: false,
    seq: 10,
  });
  await request('/channels/general/members').answer(200, { users: [ann, ben], seq: 10, next: null });
}

function texts(): string[] {
  return client.histories.find('general')?.view.messages.map(({ text }) => text) ?? [];
}

test('many events make one commit', async () => {
  let commits = 0;
  await goLive();
  client.store.subscribe(() => (commits += 1));
  for (let count = 0; count < 500; count += 1) {
    const online: Dispatch = {
      op: 'dispatch',
      t: 'presence.changed',
      d: { online: [`u${count}`], offline: [] },
    };
    server.last.say(online);
  }
  expect(commits).toBe(0);
  await clock.advance(100);
  expect(commits).toBe(1);
  expect(client.store.state.online.size).toBe(501);
});

test('an opened channel has its history and its members, and live messages go on', async () => {
  await goLive();
  await openGeneral();
  server.last.say(posted(message(11)));
  expect(texts()).toEqual(['text 10', 'text 11']);
  expect(client.store.state.members.get('general')?.complete).toBe(true);
});

test('a sent message is pending, then there once, however the event and the answer come', async () => {
  await goLive();
  await openGeneral();
  client.send('general', 'hello');
  await settle();
  const post = request('/channels/general/messages');
  const { nonce } = post.body as { nonce: string };
  const sent = message(11, { nonce, text: 'hello', author_id: ann.id });
  server.last.say(posted(sent));
  expect(client.outbox.pendingIn('general')).toEqual([]);
  await post.answer(201, { message: sent });
  expect(texts()).toEqual(['text 10', 'hello']);
});

test('a nonce of somebody else settles nothing of mine', async () => {
  await goLive();
  await openGeneral();
  client.send('general', 'hello');
  await settle();
  const { nonce } = request('/channels/general/messages').body as { nonce: string };
  server.last.say(posted(message(11, { nonce })));
  expect(client.outbox.pendingIn('general')).toHaveLength(1);
});

test('a refused message fails with the reason of the server and can be taken back into the composer', async () => {
  await goLive();
  await openGeneral();
  client.send('general', 'hello');
  await settle();
  client.drafts.set('general', 'and');
  const problem = { code: 'invalid_text', detail: 'Not like that.', status: 400 };
  await request('/channels/general/messages').answer(400, problem);
  const [failed] = client.outbox.pendingIn('general');
  expect(failed).toMatchObject({
    text: 'hello',
    state: 'failed',
    error: { code: 'invalid_text', message: 'Not like that.' },
  });
  client.rewrite('general', failed!.nonce);
  expect(client.outbox.pendingIn('general')).toEqual([]);
  expect(client.drafts.get('general')).toBe('and\nhello');
});

test('sending a message ends its draft', async () => {
  await goLive();
  await openGeneral();
  client.drafts.set('general', 'hello');
  client.send('general', 'hello');
  expect(client.drafts.get('general')).toBe('');
});

test('a history that could not be had while the line was cut is asked for when it is back', async () => {
  await goLive();
  client.openChannel('general');
  await request('/channels/general/messages').answer(503, { code: 'unavailable', detail: 'gone' });
  expect(client.histories.find('general')!.view.status).toBe('failed');
  server.last.close(1006);
  await clock.advance(400);
  server.last.hello();
  server.last.resumed();
  const page = { messages: [message(10)], users: [ben], has_before: false, has_after: false, seq: 10 };
  await request('/channels/general/messages').answer(200, page);
  expect(client.histories.find('general')!.view.status).toBe('loaded');
});

test('what waited goes out by itself when the connection is back', async () => {
  await goLive();
  await openGeneral();
  server.last.close(1006);
  client.send('general', 'hello');
  await settle();
  await request('/channels/general/messages').answer(503, { code: 'unavailable' });
  expect(client.outbox.pendingIn('general')).toMatchObject([{ state: 'waiting' }]);
  const before = exchanges.length;
  await clock.advance(400);
  server.last.hello();
  server.last.resumed();
  await settle();
  const again = exchanges.slice(before).filter(({ body }) => body !== undefined);
  expect(again.map(({ body }) => body)).toMatchObject([{ text: 'hello' }]);
});

test('what was unsent in a channel goes with the membership', async () => {
  await goLive();
  await openGeneral();
  client.drafts.set('general', 'half a sentence');
  client.send('general', 'hello');
  client.drafts.set('general', 'half a sentence');
  await settle();
  const d = { channel_id: 'general' };
  server.last.say({ op: 'dispatch', t: 'membership.removed', d, id: 'e1', feed: `user:${ann.id}`, seq: 1 });
  expect(client.outbox.isEmpty).toBe(true);
  expect(client.drafts.get('general')).toBe('');
});

test('what was unsent in a channel lost meanwhile is dropped at the next start', async () => {
  await browser.store.putDraft(ann.id, 'gone', 'half a sentence');
  await browser.store.putDraft(ann.id, 'general', 'more');
  await goLive();
  expect([client.drafts.get('gone'), client.drafts.get('general')]).toEqual(['', 'more']);
});

test('logging out removes what was unsent, a lost login session does not', async () => {
  await goLive();
  client.drafts.set('general', 'half a sentence');
  server.last.close(4005);
  client.forget();
  expect(client.drafts.size).toBe(0);
  await goLive();
  expect(client.drafts.get('general')).toBe('half a sentence');
  const done = client.logOut();
  await request('/logout').answer(204, null);
  await done;
  expect(await browser.store.drafts(ann.id)).toEqual(new Map());
});

test('closing the page is questioned only if something would be lost', async () => {
  await goLive();
  client.drafts.set('general', 'half a sentence');
  expect(client.wouldLose).toBe(false);
  browser.store.durable = false;
  expect(client.wouldLose).toBe(true);
  client.drafts.set('general', '');
  expect(client.wouldLose).toBe(false);
  client.edits.begin(message(5));
  client.edits.type('general', 'better');
  expect(client.wouldLose).toBe(true);
});

test('a fresh start drops what was loaded and loads the open channel again', async () => {
  await goLive();
  await openGeneral();
  client.histories.open('general');
  server.last.close(1006);
  await clock.advance(400);
  server.last.hello();
  server.last.ready({ 'channel:general': 12 }, 'c9', snapshot);
  await openGeneral([message(11), message(12)]);
  expect(texts()).toEqual(['text 11', 'text 12']);
});

test('a resume loads nothing anew: what was missed comes by itself', async () => {
  await goLive();
  await openGeneral();
  const asked = exchanges.length;
  server.last.close(1006);
  await clock.advance(400);
  server.last.hello();
  server.last.resumed();
  server.last.say(posted(message(11)));
  expect(texts()).toEqual(['text 10', 'text 11']);
  expect(exchanges).toHaveLength(asked);
});

test('a page with a message whose sending was never answered settles it', async () => {
  await goLive();
  await openGeneral();
  client.send('general', 'hello');
  await settle();
  const { nonce } = request('/channels/general/messages').body as { nonce: string };
  await request('/channels/general/messages').answer(503, { code: 'unavailable' });
  expect(client.outbox.pendingIn('general')).toMatchObject([{ nonce, state: 'waiting' }]);
  server.last.close(1006);
  await clock.advance(400);
  server.last.hello();
  server.last.ready({ 'channel:general': 12 }, 'c9', snapshot);
  await openGeneral([message(11, { nonce, author_id: ann.id }), message(12, { nonce: 'other' })]);
  expect(texts()).toEqual(['text 11', 'text 12']);
  expect(client.outbox.pendingIn('general')).toEqual([]);
});

test('the first connection renews the cookie, a later one does not', async () => {
  await goLive();
  await request('/me').answer(200, { user: ann, email: null });
  server.last.close(1006);
  await clock.advance(400);
  server.last.hello();
  server.last.resumed();
  expect(exchanges.filter(({ path }) => path === '/me')).toHaveLength(1);
});

test('a member who comes while the list is under way is in it', async () => {
  await goLive();
  client.openChannel('general');
  const added = { t: 'channel.member_added', d: { user_id: 'u-cleo' } } as const;
  server.last.say({ op: 'dispatch', ...added, id: 'e11', feed: 'channel:general', seq: 11 });
  await request('/channels/general/members').answer(200, { users: [ann, ben], seq: 10, next: null });
  const members = client.store.state.members.get('general');
  expect(members && memberIds(members).toSorted()).toEqual([ann.id, ben.id, 'u-cleo']);
});

test('who was looked up and is lost with a fresh start is looked up again', async () => {
  await goLive();
  await openGeneral();
  for (const seq of [11, 12]) {
    server.last.say(posted(message(seq, { author_id: 'u-cleo' })));
    await request('/users/u-cleo').answer(200, { user: { ...ben, id: 'u-cleo', display_name: 'Cleo' } });
    expect(client.store.state.users.get('u-cleo')?.display_name).toBe('Cleo');
    server.last.close(1006);
    await clock.advance(1_000);
    server.last.hello();
    server.last.ready({ 'channel:general': seq }, `c${seq}`, snapshot);
    await clock.advance(100);
  }
  expect(exchanges.filter(({ path }) => path === '/users/u-cleo')).toHaveLength(2);
});

test('an unknown author is looked up once', async () => {
  await goLive();
  await openGeneral();
  server.last.say(posted(message(11, { author_id: 'u-cleo' })));
  server.last.say(posted(message(12, { author_id: 'u-cleo' })));
  await request('/users/u-cleo').answer(200, { user: { ...ben, id: 'u-cleo', display_name: 'Cleo' } });
  expect(exchanges.filter(({ path }) => path === '/users/u-cleo')).toHaveLength(1);
  expect(client.store.state.users.get('u-cleo')?.display_name).toBe('Cleo');
});

test('a roster that jumped is asked for, once', async () => {
  await goLive();
  const person = { id: 'p1', user_id: ben.id, device: '', muted: false, deafened: false, sends_audio: true };
  const joined = (rev: number): Dispatch => ({
    op: 'dispatch',
    t: 'voice.participant_joined',
    d: { channel_id: 'lounge', rev, participant: { ...person, connection: 'connected' } },
  });
  server.last.say(joined(1));
  server.last.say(joined(4));
  await clock.advance(300);
  const asked = server.last.received.filter((frame) => frame.op === 'command' && frame.t === 'voice.room');
  expect(asked).toHaveLength(1);
  const room = { channel_id: 'lounge', rev: 5, settled: true, participants: [] };
  server.last.say({ op: 'reply', ref: server.last.command('voice.room').ref, d: room });
  await clock.advance(100);
  expect(client.store.state.rooms.get('lounge')).toEqual(room);
});

test('added to a voice channel while live: who is in it is asked for, and their names', async () => {
  await goLive();
  const den = channel('den', { kind: 'voice' });
  const at = { id: 'e1', feed: `user:${ann.id}`, seq: 1 };
  server.last.say({ op: 'dispatch', t: 'membership.added', d: { channel: den, seq: 1 }, ...at });
  await clock.advance(100);
  const { ref, d } = server.last.command('voice.room');
  expect(d).toEqual({ channel_id: 'den' });
  const flags = { muted: false, deafened: false, sends_audio: true, connection: 'connected' } as const;
  const participants = [{ id: 'p1', user_id: 'u-cleo', device: 'Test', ...flags }];
  server.last.say({ op: 'reply', ref, d: { channel_id: 'den', rev: 3, settled: true, participants } });
  await clock.advance(100);
  expect(client.store.state.rooms.get('den')?.participants).toEqual(participants);
  expect(exchanges.map(({ path }) => path)).toContain('/users/u-cleo');
});

test('who is refused the socket itself and is not logged in is told so', async () => {
  client.start();
  server.last.close(1006);
  await request('/me').answer(401, { code: 'not_authenticated' });
  expect(client.gateway.state).toBe('stopped');
});

test('typing is said at most every three seconds, and anew after sending', async () => {
  await goLive();
  await openGeneral();
  const said = (): number =>
    server.last.received.filter((frame) => frame.op === 'command' && frame.t === 'typing.start').length;
  client.typing.typed('general');
  client.typing.typed('general');
  expect(said()).toBe(1);
  await clock.advance(3_000);
  client.typing.typed('general');
  expect(said()).toBe(2);
  client.send('general', 'hello');
  client.typing.typed('general');
  expect(said()).toBe(3);
});

test('those who fall silent stop typing on the screen by themselves', async () => {
  await goLive();
  server.last.say({ op: 'dispatch', t: 'typing.started', d: { channel_id: 'general', user_id: ben.id } });
  await clock.advance(4_900);
  expect(client.store.state.typing.get('general')?.has(ben.id)).toBe(true);
  await clock.advance(300);
  expect(client.store.state.typing.get('general')?.has(ben.id) ?? false).toBe(false);
});

test('logging out forgets everything', async () => {
  await goLive();
  await openGeneral();
  const done = client.logOut();
  await request('/logout').answer(204, null);
  await done;
  expect(client.gateway.state).toBe('idle');
  expect(client.store.state.user).toBeNull();
  expect(client.histories.find('general')).toBeUndefined();
});
