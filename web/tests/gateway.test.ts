/** The gateway's promises on a fake clock: it comes back by itself, resumes, misses nothing, doubles nothing. */
import { beforeEach, expect, test } from 'vitest';
import { CommandError } from '../src/core/commands';
import { Gateway, type StateChange } from '../src/core/gateway';
import type { Dispatch } from '../src/core/protocol.generated';
import { FakeClock, FakeServer, ann, message, posted, settle } from './fakes';

let clock: FakeClock;
let server: FakeServer;
let gateway: Gateway;
let changes: StateChange[];
let applied: Dispatch[];

beforeEach(() => {
  clock = new FakeClock();
  server = new FakeServer();
  gateway = new Gateway(server.environment(clock));
  changes = [];
  applied = [];
  gateway.events.on('state', (change) => changes.push(change));
  gateway.events.on('dispatch', (dispatch) => applied.push(dispatch));
});

function goLive(feeds: Record<string, number> = { instance: 1, 'channel:general': 10 }): void {
  gateway.start();
  server.last.hello();
  server.last.ready(feeds);
}

function appliedSeqs(): (number | undefined)[] {
  return applied.map(({ seq }) => seq);
}

test('says who it is after hello, and is live after ready', () => {
  gateway.start();
  expect(gateway.state).toBe('connecting');
  expect(server.last.received).toEqual([]);
  server.last.hello();
  expect(server.last.received).toEqual([
    { op: 'identify', client: { kind: 'browser', device: 'Test', version: '0' } },
  ]);
  server.last.ready();
  expect(gateway.state).toBe('live');
  expect(changes.map(({ state }) => state)).toEqual(['connecting', 'identifying', 'live']);
});

test('comes back after a lost connection and resumes with the id of the last event applied, saying whose it is', async () => {
  goLive();
  server.last.say(posted(message(11)));
  server.last.close(1006);
  expect(gateway.state).toBe('waiting');
  await clock.advance(400);
  expect(server.connections).toHaveLength(2);
  server.last.hello();
  expect(server.last.received[0]).toMatchObject({ op: 'identify', cursor: 'e-m11', user_id: ann.id });
  server.last.resumed();
  server.last.say(posted(message(12)));
  expect(appliedSeqs()).toEqual([11, 12]);
});

test('backs off more and more, and starts anew after a stable connection', async () => {
  gateway.start();
  const waits: number[] = [];
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const before = server.connections.length;
    server.last.close(1006);
    const startedAt = clock.now();
    while (server.connections.length === before) await clock.advance(50);
    waits.push(clock.now() - startedAt);
  }
  expect(waits[0]).toBeLessThanOrEqual(350);
  expect(waits[3]).toBeGreaterThan(waits[0]!);
  expect(waits.at(-1)).toBeGreaterThan(14_000);
  expect(waits.at(-1)).toBeLessThanOrEqual(15_050);
  server.last.hello();
  server.last.ready();
  await clock.advance(10_000);
  server.last.close(1006);
  const before = server.connections.length;
  await clock.advance(350);
  expect(server.connections).toHaveLength(before + 1);
});

test('chance takes something off a delay, so that clients do not come back in step', async () => {
  clock.random = () => 0.999;
  gateway.start();
  server.last.close(1006);
  await clock.advance(160);
  expect(server.connections).toHaveLength(2);
});

test('gives up a socket that says nothing, and one that is not identified', async () => {
  gateway.start();
  await clock.advance(10_000);
  expect(changes.at(-1)).toMatchObject({ state: 'waiting', reason: 'connect_timeout' });
  expect(server.last.closedByClient).toBe(true);
  await clock.advance(400);
  server.last.hello();
  await clock.advance(10_000);
  expect(changes.at(-1)).toMatchObject({ state: 'waiting', reason: 'identify_timeout' });
});

test.each([
  [4004, 'not_authenticated'],
  [4005, 'login_session_ended'],
  [4010, 'unsupported_protocol'],
  [4012, 'user_disabled'],
])('close code %i is final: %s', async (code, name) => {
  goLive();
  server.last.close(code);
  expect(changes.at(-1)).toMatchObject({ state: 'stopped', reason: name });
  await clock.advance(60_000);
  expect(server.connections).toHaveLength(1);
  gateway.start();
  server.last.hello();
  expect(server.last.received[0]).not.toHaveProperty('cursor');
});

test.each([4000, 4001, 4002, 4003, 4006, 4007, 4008, 4009, 4011, 1001, 1006])(
  'close code %i means: come back and resume',
  async (code) => {
    goLive();
    server.last.close(code);
    await clock.advance(400);
    server.last.hello();
    expect(server.last.received[0]).toMatchObject({ cursor: 'c0' });
  },
);

test('an unknown protocol is refused by the client itself', () => {
  gateway.start();
  server.last.hello(2);
  expect(changes.at(-1)).toMatchObject({ state: 'stopped', reason: 'unsupported_protocol' });
});

test('drops what it has, and what belongs to channels it does not hold', () => {
  goLive();
  server.last.say(posted(message(11)));
  server.last.say(posted(message(11)));
  server.last.say(posted(message(10)));
  server.last.say(posted(message(5, { channel_id: 'elsewhere' })));
  server.last.say(posted(message(12)));
  expect(appliedSeqs()).toEqual([11, 12]);
});

test('a double does not take the cursor back', async () => {
  goLive();
  server.last.say(posted(message(11)));
  server.last.say(posted(message(12)));
  server.last.say(posted(message(11)));
  server.last.close(1006);
  await clock.advance(400);
  server.last.hello();
  expect(server.last.received[0]).toMatchObject({ cursor: 'e-m12' });
});

test('a gap in a feed is not applied: it reconnects with the last good cursor', async () => {
  goLive();
  server.last.say(posted(message(11)));
  server.last.say(posted(message(13)));
  expect(changes.at(-1)).toMatchObject({ state: 'waiting', reason: 'gap_in_feed' });
  expect(server.last.closedByClient).toBe(true);
  await clock.advance(400);
  server.last.hello();
  expect(server.last.received[0]).toMatchObject({ cursor: 'e-m11' });
  server.last.resumed();
  server.last.say(posted(message(12)));
  server.last.say(posted(message(13)));
  expect(appliedSeqs()).toEqual([11, 12, 13]);
});

test('a gap that does not go away ends in a fresh start', async () => {
  goLive();
  for (let resumes = 0; resumes < 3; resumes += 1) {
    server.last.say(posted(message(13)));
    await clock.advance(2_000);
    server.last.hello();
    server.last.resumed();
  }
  const cursors = server.connections.slice(1).map(({ received }) => 'cursor' in received[0]!);
  expect(cursors).toEqual([true, true, false]);
});

test('a frame that is no JSON ends the connection, which then resumes', async () => {
  goLive();
  server.last.sayText('{"op":');
  expect(changes.at(-1)).toMatchObject({ state: 'waiting', reason: 'malformed_frame' });
  await clock.advance(400);
  expect(server.connections).toHaveLength(2);
});

test('joining a channel counts on from the head it brings, leaving stops counting', () => {
  goLive({ 'user:u-ann': 3, 'channel:general': 10 });
  const membership = { op: 'dispatch', feed: 'user:u-ann' } as const;
  const added = { channel: { id: 'secret' }, seq: 40 };
  server.last.say({ ...membership, t: 'membership.added', id: 'x4', seq: 4, d: added });
  server.last.say(posted(message(41, { channel_id: 'secret' })));
  server.last.say({ ...membership, t: 'membership.removed', id: 'x5', seq: 5, d: { channel_id: 'secret' } });
  server.last.say(posted(message(42, { channel_id: 'secret' })));
  expect(appliedSeqs()).toEqual([4, 41, 5]);
  expect(gateway.state).toBe('live');
});

test('ephemeral dispatches pass without counting', () => {
  goLive();
  const typing: Dispatch = {
    op: 'dispatch',
    t: 'typing.started',
    d: { channel_id: 'general', user_id: 'u' },
  };
  server.last.say(typing);
  server.last.say(typing);
  expect(applied).toHaveLength(2);
});

test('an announced restart says how long to wait', async () => {
  goLive();
  server.last.say({ op: 'reconnect', after_ms: 2_000, reason: 'restarting' });
  server.last.close(4008);
  await clock.advance(1_900);
  expect(server.connections).toHaveLength(1);
  await clock.advance(500);
  expect(server.connections).toHaveLength(2);
});

test('commands are answered by ref, in whatever order', async () => {
  goLive();
  const first = gateway.command<{ n: number }>('voice.room', {});
  const second = gateway.command('voice.leave', {});
  server.last.say({
    op: 'reply',
    ref: server.last.command('voice.leave').ref,
    error: { code: 'gone', message: 'No.' },
  });
  server.last.say({ op: 'reply', ref: server.last.command('voice.room').ref, d: { n: 1 } });
  await expect(first).resolves.toEqual({ n: 1 });
  await expect(second).rejects.toMatchObject({ code: 'gone', message: 'No.' });
});

test('a command without an answer ends: by its time-out, with the connection, or at once when there is none', async () => {
  await expect(gateway.command('ping', {})).rejects.toMatchObject({ code: 'not_connected' });
  goLive();
  const unanswered = gateway.command('ping', {}).catch((error: unknown) => error);
  await clock.advance(10_000);
  expect(await unanswered).toBeInstanceOf(CommandError);
  expect(await unanswered).toMatchObject({ code: 'timeout' });
  const cut = gateway.command('ping', {});
  server.last.close(1006);
  await expect(cut).rejects.toMatchObject({ code: 'connection_lost' });
});

test('a probe believes any answer, and nothing else', async () => {
  goLive();
  const answered = gateway.probe(500);
  server.last.say({
    op: 'reply',
    ref: server.last.command('ping').ref,
    error: { code: 'rate_limited', message: '' },
  });
  await expect(answered).resolves.toBe(true);
  const silent = gateway.probe(500);
  await clock.advance(500);
  await expect(silent).resolves.toBe(false);
});

test('reopen leaves the old socket at once, and nothing it still says counts', async () => {
  goLive();
  const old = server.last;
  gateway.reopen();
  expect(gateway.state).toBe('connecting');
  expect(old.closedByClient).toBe(true);
  old.say(posted(message(11)));
  old.close(4004);
  expect(applied).toEqual([]);
  expect(gateway.state).toBe('connecting');
  server.last.hello();
  expect(server.last.received[0]).toMatchObject({ cursor: 'c0' });
  server.last.resumed();
  await settle();
  expect(gateway.state).toBe('live');
});

test('silence of two heartbeats is asked about: an answer keeps the connection, none ends it', async () => {
  goLive();
  await clock.advance(30_000);
  const ping = server.last.command('ping');
  server.last.say({ op: 'reply', ref: ping.ref, d: {} });
  await clock.advance(5_000);
  expect(gateway.state).toBe('live');
  await clock.advance(40_000);
  expect(changes.some(({ state, reason }) => state === 'waiting' && reason === 'heartbeat_lost')).toBe(true);
  expect(server.connections.length).toBeGreaterThan(1);
});

test('a nudge ends the waiting, and makes a live connection prove itself', async () => {
  goLive();
  gateway.nudge();
  expect(server.last.command('ping')).toBeDefined();
  server.last.close(1006);
  gateway.nudge();
  expect(server.connections).toHaveLength(2);
  await clock.advance(1_000);
  expect(server.connections).toHaveLength(2);
});

test('stopping hangs up and forgets the cursor', async () => {
  goLive();
  gateway.stop();
  expect(gateway.state).toBe('idle');
  expect(server.last.closedByClient).toBe(true);
  await clock.advance(60_000);
  expect(server.connections).toHaveLength(1);
  gateway.start();
  server.last.hello();
  expect(server.last.received[0]).not.toHaveProperty('cursor');
});
