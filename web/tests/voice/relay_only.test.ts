/** Through a relay only: which candidates are told and heard, the way that goes, and what is said where there is none. */
import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/voice/settings';
import { relayedOnly } from '../../src/voice/relayed_only';
import type { Signal } from '../../src/voice/wire';
import { FakeWorld, type Page } from './fakes/page';
import { peersOf, Scene } from './fakes/scene';

const RELAY = { urls: ['turn:relay.example:3478'], username: 'u', credential: 'c' };
const HIDDEN = { ...DEFAULT_SETTINGS, relayOnly: true };

function sceneWith({ relay = true } = {}) {
  const scene = new Scene();
  if (relay) scene.server.iceServers.ice_servers = [RELAY];
  const kinds: string[] = [];
  scene.server.watching.signal = (signal) => {
    const { data } = signal as unknown as Signal;
    for (const { candidate } of 'candidates' in data ? data.candidates : [])
      kinds.push(`${/ typ (\w+)/.exec(candidate ?? '')?.[1]}`);
  };
  return { scene, kinds };
}

async function hiddenAndOpen(options = {}) {
  const { scene, kinds } = sceneWith(options);
  const world = new FakeWorld();
  world.settings = HIDDEN;
  const ann = scene.page('ann', { world });
  const ben = scene.page('ben');
  void ann.voice.join('lounge');
  await scene.seconds(1);
  void ben.voice.join('lounge');
  await scene.seconds(3);
  return { scene, ann, ben, kinds };
}

const pathOf = (page: Page) => [...page.voice.view.peers.values()].map((peer) => peer.path);
const reasonOf = (page: Page) => page.voice.view.reason?.code ?? null;

function candidates(...kinds: string[]): Signal {
  const lines = kinds.map((kind) => ({ candidate: kind && `candidate:1 1 udp 1 192.0.2.1 9 typ ${kind}` }));
  return { kind: 'candidates', data: { candidates: lines }, generation: 1, negotiation_id: 1 };
}

test('of candidates only those of relays pass, and the word that there are no more', () => {
  expect(relayedOnly(candidates('host', 'relay', 'srflx', 'prflx', ''))).toEqual(candidates('relay', ''));
  expect(relayedOnly(candidates('host', 'srflx'))).toBeNull();
  expect(relayedOnly(candidates('host typ relay'))).toBeNull();
  const request: Signal = { kind: 'repair_request', data: {}, generation: 1, negotiation_id: 0 };
  expect(relayedOnly(request)).toBe(request);
});

test('a call with one who hides goes through the relay, and nothing but relayed candidates leaves them', async () => {
  const { ann, ben, scene } = await hiddenAndOpen();
  expect([pathOf(ann), pathOf(ben)]).toEqual([['relay'], ['relay']]);
  expect([peersOf(ann), peersOf(ben)]).toEqual([['ben ok'], ['ann ok']]);
  const told = scene.said('voice.signal', 'ann').map((d) => JSON.stringify(d));
  expect(told.some((d) => d.includes('typ relay'))).toBe(true);
  expect(told.filter((d) => /typ (host|srflx|prflx)/.test(d))).toEqual([]);
  await scene.seconds(120); // nobody goes back to a direct path by and by
  expect([pathOf(ann), pathOf(ben)]).toEqual([['relay'], ['relay']]);
});

test('chosen in a call, the direct way goes at once and the sound goes on; taken back, it comes back', async () => {
  const { scene, kinds } = sceneWith();
  const [ann, ben] = await scene.call('ann', 'ben');
  expect(pathOf(ann!)).toEqual(['direct']);
  kinds.length = 0;
  ann!.voice.configure({ relayOnly: true });
  await scene.seconds(2);
  expect([pathOf(ann!), pathOf(ben!)]).toEqual([['relay'], ['relay']]);
  expect([peersOf(ann!), ann!.voice.view.state]).toEqual([['ben ok'], 'connected']);
  expect(scene.network.connections.size).toBe(2); // the old pair is closed
  const before = scene.said('voice.signal', 'ann').length;
  ann!.voice.configure({ relayOnly: false });
  await scene.seconds(6);
  expect([pathOf(ann!), pathOf(ben!)]).toEqual([['direct'], ['direct']]);
  const told = scene
    .said('voice.signal', 'ann')
    .slice(before)
    .map((d) => JSON.stringify(d));
  expect(told.some((d) => d.includes('typ host'))).toBe(true);
});

test('chosen on another device it holds here as well', async () => {
  const { scene } = sceneWith();
  const [ann] = await scene.call('ann', 'ben');
  ann!.world.choose({ relayOnly: true });
  await scene.seconds(2);
  expect(pathOf(ann!)).toEqual(['relay']);
});

test('where there is no relay it is said at once whose choice that is, and taking it back mends it', async () => {
  const { scene, ann, ben } = await hiddenAndOpen({ relay: false });
  expect(reasonOf(ann)).toBe('relay_only');
  expect(ann.voice.view.reason?.side).toBe('you');
  await scene.seconds(20);
  expect([peersOf(ann), reasonOf(ben)]).toEqual([['ben failed'], 'nat_no_relay']);
  const [report] = scene.said('voice.report', 'ann').slice(-1) as { peers: { reason: string }[] }[];
  expect(report?.peers[0]?.reason).toBe('nat_no_relay'); // the server is not told why
  ann.voice.configure({ relayOnly: false });
  await scene.seconds(6);
  expect([peersOf(ann), peersOf(ben), reasonOf(ann)]).toEqual([['ben ok'], ['ann ok'], null]);
});

test('chosen in a call of an instance without a relay, the direct way goes all the same, and that is said', async () => {
  const { scene } = sceneWith({ relay: false });
  const [ann] = await scene.call('ann', 'ben');
  ann!.voice.configure({ relayOnly: true });
  await scene.seconds(6);
  expect(pathOf(ann!)).not.toEqual(['direct']);
  expect([ann!.voice.view.state, reasonOf(ann!)]).toEqual(['reconnecting', 'relay_only']);
});

test('a relay that is down is named as it is for everybody', async () => {
  const { scene } = sceneWith();
  scene.network.relay = 'silent';
  const world = new FakeWorld();
  world.settings = HIDDEN;
  const ann = scene.page('ann', { world });
  void ann.voice.join('lounge');
  void scene.page('ben').voice.join('lounge');
  await scene.seconds(20);
  expect(reasonOf(ann)).toBe('relay_unreachable');
});
