/** ICE servers: given by the server, renewed in time, applied without harm, never known to the client itself. */
import { expect, test } from 'vitest';
import { IceServers, isForeignRelay } from '../../src/voice/ice_servers';
import type { IceServersReply } from '../../src/voice/wire';
import { FakeClock } from './fakes/clock';
import { FakeNetwork } from './fakes/network';
import { Scene } from './fakes/scene';

const RELAY = { urls: ['turn:relay.example:3478'], username: 'user', credential: 'secret' };

function reply(life: number | null, change: Partial<IceServersReply> = {}): IceServersReply {
  return { ice_servers: [RELAY], expires_in_seconds: life, ice_transport_policy: 'all', ...change };
}

function asking(answers: () => Promise<IceServersReply>) {
  const clock = new FakeClock();
  const seen = { asked: 0, renewed: 0 };
  const ask = () => (seen.asked++, answers());
  const outlivedAt: number[] = [];
  const outlived = () => void outlivedAt.push(Math.round(clock.now() / 1_000));
  const ports = {
    clock,
    ask,
    relayOnly: () => false,
    outlived,
    renewed: () => seen.renewed++,
    note: () => undefined,
  };
  return { clock, servers: new IceServers(ports, []), seen, outlivedAt };
}

test('they are renewed at 60 % of their life, again and again', async () => {
  const { clock, servers, seen } = asking(() => Promise.resolve(reply(1_000)));
  servers.take(reply(1_000));
  await clock.advance(599_000);
  expect(seen).toEqual({ asked: 0, renewed: 0 });
  await clock.advance(2_000);
  expect(seen).toEqual({ asked: 1, renewed: 1 });
  await clock.advance(600_000);
  expect(seen.asked).toBe(2);
  servers.close();
  await clock.advance(5_000_000);
  expect(seen.asked).toBe(2);
});

test('a failed renewal is tried again every 30 s, and the old ones stay', async () => {
  let works = false;
  const { clock, servers, seen } = asking(() =>
    works ? Promise.resolve(reply(1_000)) : Promise.reject(new Error('no')),
  );
  servers.take(reply(1_000));
  await clock.advance(600_000 + 61_000);
  expect(seen).toEqual({ asked: 3, renewed: 0 });
  expect(servers.servers).toEqual([RELAY]);
  works = true;
  await clock.advance(30_000);
  expect(seen).toEqual({ asked: 4, renewed: 1 });
});

test('a life of a minute is renewed before it is over, though the first try fails', async () => {
  let works = false;
  const { clock, servers, seen } = asking(() =>
    works ? Promise.resolve(reply(60)) : Promise.reject(new Error('no')),
  );
  servers.take(reply(60));
  await clock.advance(37_000);
  expect(seen).toEqual({ asked: 1, renewed: 0 });
  works = true;
  await clock.advance(6_000);
  expect(seen).toEqual({ asked: 2, renewed: 1 });
  await clock.advance(37_000);
  expect(seen).toEqual({ asked: 3, renewed: 2 });
});

test('servers that are as good as expired do not make the page ask without end', async () => {
  const { clock, servers, seen } = asking(() => Promise.resolve(reply(0)));
  servers.take(reply(0));
  await clock.advance(60_500);
  expect(seen.asked).toBe(12);
});

test('a life longer than a timer can wait does not ask at once, and asks in time', async () => {
  const day = 86_400;
  const { clock, servers, seen } = asking(() => Promise.resolve(reply(90 * day)));
  servers.take(reply(90 * day));
  await clock.advance(24 * day * 1_000);
  expect(seen.asked).toBe(0);
  await clock.advance(30 * day * 1_000);
  expect(seen.asked).toBeGreaterThan(0);
});

test('those that do not expire are left alone', async () => {
  const { clock, servers, seen } = asking(() => Promise.resolve(reply(null)));
  servers.take(reply(null));
  await clock.advance(100 * 3_600_000);
  expect([seen.asked, servers.shortLived]).toEqual([0, false]);
});

test('their life counts by the running of our clock, whatever its date', () => {
  const { clock, servers } = asking(() => Promise.reject(new Error('no')));
  servers.take(reply(700));
  clock.sleep(-1e9);
  expect(servers.shortLived).toBe(false);
  servers.take(reply(599));
  expect(servers.shortLived).toBe(true);
});

test('those who ask at the same time share one request', async () => {
  const { servers, seen } = asking(() => Promise.resolve(reply(1_000)));
  await Promise.all([servers.refresh(), servers.refresh(), servers.refresh()]);
  expect(seen.asked).toBe(1);
});

test('the policy of the instance and of a rebuild', () => {
  const { servers } = asking(() => Promise.reject(new Error('no')));
  servers.take(reply(null));
  expect(servers.configuration(false).iceTransportPolicy).toBe('all');
  expect(servers.configuration(true).iceTransportPolicy).toBe('relay');
  servers.take(reply(null, { ice_servers: [{ urls: ['stun:stun.example'] }] }));
  expect([servers.relayConfigured, servers.configuration(true).iceTransportPolicy]).toEqual([false, 'all']);
  servers.take(reply(null, { ice_transport_policy: 'relay' }));
  expect(servers.configuration(false).iceTransportPolicy).toBe('relay');
});

test('what would make the browser throw is left out', () => {
  const { servers } = asking(() => Promise.reject(new Error('no')));
  const bad = [
    { urls: ['http://example', 'stun:stun.example'] },
    { urls: ['turn:nameless.example'] },
    { urls: ['turn: x'] },
  ];
  servers.take(reply(null, { ice_servers: [...bad, RELAY] }));
  expect(servers.servers).toEqual([{ urls: ['stun:stun.example'] }, RELAY]);
});

test("a relay on another host is somebody else's", () => {
  expect(isForeignRelay('turn:relay.example:3478?transport=udp', 'chat.example')).toBe(true);
  expect(isForeignRelay('turn:Chat.example:3478', 'chat.example')).toBe(false);
  expect(isForeignRelay('turns:[2001:db8::1]:443', '[2001:db8::1]')).toBe(false);
});

test('the client begins with what it was given, none of its own', async () => {
  const scene = new Scene();
  const seen: RTCConfiguration[] = [];
  const factory = FakeNetwork.prototype.factory.bind(scene.network);
  scene.network.factory = (host) => (configuration, events) => {
    seen.push(configuration);
    return factory(host)(configuration, events);
  };
  scene.server.iceServers.ice_servers = [];
  await scene.call('ann', 'ben');
  expect(seen.map((one) => one.iceServers)).toEqual([[], []]);
});

test('a renewal reaches the connections, and restarts only those over a relay of strangers', async () => {
  const scene = new Scene();
  scene.server.iceServers = { ice_servers: [RELAY], life: 1_000 };
  scene.server.policy = 'relay';
  scene.network.onlyRelay('ann', 'ben', true);
  const [ann] = await scene.call('ann', 'ben');
  const restarts = () =>
    scene.said('voice.signal').filter((d) => (d as { data: { type?: string } }).data.type === 'offer').length;
  await scene.seconds(60);
  const before = restarts();
  await scene.seconds(560);
  expect(restarts()).toBeGreaterThan(before);
  expect(ann!.voice.view.state).toBe('connected');
});

test('fresh ones for a link in repair do not put off when the others leave those before', async () => {
  const { clock, servers, outlivedAt } = asking(() => Promise.resolve(reply(1_000)));
  servers.take(reply(1_000));
  await clock.advance(500_000);
  await servers.refresh();
  expect(outlivedAt).toEqual([]);
  await clock.advance(700_500);
  expect(outlivedAt).toEqual([600, 1_200]);
});

test('the repair of one link leaves the others alone, though they run over a relay of strangers', async () => {
  const scene = new Scene();
  scene.server.iceServers = { ice_servers: [RELAY], life: null };
  scene.network.onlyRelay('ann', 'ben', true);
  const [ann] = await scene.call('ann', 'ben', 'cleo');
  const ids = new Map(scene.server.participants('lounge').map((one) => [one.user_id, one.id]));
  const between = (from: string, to: string) =>
    scene.said('voice.signal', from).filter((d) => (d as { to: string }).to === ids.get(to)).length;
  await scene.seconds(1);
  const before = between('ann', 'ben') + between('ben', 'ann');
  scene.network.block('ann', 'cleo', true);
  await scene.seconds(9);
  expect(scene.said('voice.ice_servers', 'ann').length).toBeGreaterThan(0);
  expect(between('ann', 'ben') + between('ben', 'ann')).toBe(before);
  expect(ann!.voice.view.peers.get(ids.get('ben')!)).toMatchObject({ state: 'ok', path: 'relay' });
});

test('a healthy direct link is not restarted by a renewal', async () => {
  const scene = new Scene();
  scene.server.iceServers = { ice_servers: [RELAY], life: 1_000 };
  await scene.call('ann', 'ben');
  const before = scene.said('voice.signal').length;
  await scene.seconds(605);
  expect(scene.said('voice.ice_servers').length).toBeGreaterThanOrEqual(2);
  expect(scene.said('voice.signal')).toHaveLength(before);
});
