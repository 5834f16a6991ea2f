/** The repair ladder of a link that was heard and is no more, and what starts and ends it. */
import { expect, test } from 'vitest';
import { LadderRun, REPAIR, RepairSlots, REPAIRS_AT_ONCE } from '../../src/voice/repair';
import { LinkRig, participantOf } from './fakes/link_rig';
import { FakeTrack } from './fakes/page';

async function connected(options = {}): Promise<LinkRig> {
  const rig = new LinkRig(options);
  await rig.connect();
  await rig.clock.advance(1_000);
  return rig;
}

test('a stall of 1.5 s starts the ladder; the impolite restarts, the polite asks', async () => {
  const rig = await connected();
  rig.network.block('a', 'b', true);
  await rig.clock.advance(1_400);
  expect(rig.small.link.state).toBe('ok');
  await rig.clock.advance(1_000);
  expect(rig.small.link.state).toBe('repairing');
  expect(rig.small.troubles).toBe(1);
  expect(rig.small.rungs).toEqual(['restart']);
  expect(rig.small.kinds().at(-1)).not.toBe('repair_request');
  expect(rig.large.kinds()).toContain('repair_request');
});

test('the steps come at 0, 4, 10 and 20 s, then failed with a reason, then every 30 s', async () => {
  const rig = await connected({ relays: true, lifeSeconds: 3_600 });
  rig.network.block('a', 'b', true);
  await rig.clock.advance(2_000);
  expect([rig.small.rungs, rig.small.asked]).toEqual([['restart'], 0]);
  await rig.clock.advance(4_500);
  expect([rig.small.rungs.at(-1), rig.small.asked]).toEqual(['restart_fresh', 1]);
  await rig.clock.advance(6_000);
  expect(rig.small.rungs.at(-1)).toBe('rebuild');
  expect(rig.small.link.pair.newest).toMatchObject({ generation: 2, relayOnly: false });
  await rig.clock.advance(10_000);
  expect(rig.small.rungs.at(-1)).toBe('rebuild_relay');
  expect(rig.small.link.pair.newest?.relayOnly).toBe(true);
  await rig.clock.advance(5_000);
  expect(rig.small.link).toMatchObject({ state: 'failed' });
  expect(rig.small.link.reason).not.toBeNull();
  const before = rig.small.rungs.length;
  await rig.clock.advance(70_000);
  expect(rig.small.rungs.slice(before)).toEqual(['rebuild', 'rebuild']);
});

test('credentials with less than ten minutes left are renewed before the first restart', async () => {
  const rig = await connected({ relays: true, lifeSeconds: 500 });
  const before = rig.small.asked;
  rig.network.changeAddress('a');
  await rig.clock.advance(2_500);
  expect(rig.small.asked).toBe(before + 1);
});

test('a new network is repaired by the first restart', async () => {
  const rig = await connected();
  rig.network.changeAddress('b');
  await rig.clock.advance(2_600);
  expect([rig.small.link.state, rig.large.link.state]).toEqual(['ok', 'ok']);
  expect(rig.small.link.pair.generation).toBe(1);
});

test('success is packets: a connected state without sound does not end the repair', async () => {
  const rig = await connected();
  rig.network.deafen('a');
  await rig.clock.advance(2_200);
  expect(rig.small.rungs[0]).toBe('restart');
  await rig.clock.advance(1_000);
  expect(rig.small.link.state).toBe('ok');
  expect(rig.small.link.reason).toBeNull();
});

test('the polite side that alone hears nothing is helped by the other, one rung a request', async () => {
  const rig = await connected();
  rig.policy = ({ signal }) => (signal.kind === 'description' ? 'lose' : 'deliver');
  rig.network.deafen('b');
  await rig.clock.advance(3_500);
  expect(rig.large.link.state).toBe('repairing');
  expect(rig.small.link.state).toBe('ok');
  expect(rig.small.kinds().filter((kind) => kind === 'offer')).toHaveLength(1); // the restart it was asked for
  await rig.clock.advance(12_000);
  expect(rig.small.link.pair.generation).toBe(2); // restart, restart, rebuild
  rig.policy = () => 'deliver';
  await rig.clock.advance(6_000);
  expect([rig.small.link.state, rig.large.link.state]).toEqual(['ok', 'ok']);
});

test('a doubled request climbs no further', async () => {
  const rig = await connected();
  const ask = { kind: 'repair_request' as const, data: {}, generation: 1, negotiation_id: 0 };
  for (let times = 0; times < 5; times++)
    rig.small.link.signal({ ...ask, channel_id: 'lounge', from: 'b', to: 'a' });
  await rig.clock.advance(1_000);
  expect(rig.small.link.pair.generation).toBe(1);
  expect(rig.small.kinds().filter((kind) => kind === 'offer')).toHaveLength(1);
});

test('a request of a generation that is past is answered by the pending offer', async () => {
  const rig = await connected();
  rig.policy = () => 'lose';
  rig.small.link.pair.rebuild(false);
  await rig.clock.advance(200);
  const before = rig.small.kinds().filter((kind) => kind === 'offer').length;
  const ask = { kind: 'repair_request' as const, data: {}, generation: 1, negotiation_id: 0 };
  rig.small.link.signal({ ...ask, channel_id: 'lounge', from: 'b', to: 'a' });
  expect(rig.small.kinds().filter((kind) => kind === 'offer')).toHaveLength(before + 1);
});

test('the connection state disconnected starts the ladder only when nothing is heard', async () => {
  const rig = await connected();
  rig.network.deafen('a'); // the other end still hears, though its state says disconnected after a while
  rig.small.mayRepair = false;
  rig.large.mayRepair = false;
  await rig.clock.advance(6_000);
  expect(rig.small.link.state).toBe('unstable');
  expect(rig.large.link.state).toBe('ok');
});

test('the ladder stands still while the gateway does not answer', async () => {
  const rig = await connected();
  rig.small.mayRepair = false;
  rig.network.block('a', 'b', true);
  await rig.clock.advance(60_000);
  expect(rig.small.rungs).toEqual([]);
  expect(rig.small.link.state).toBe('unstable');
});

test('the ladder stands still while the peer is not there, and starts afresh when it returns', async () => {
  const rig = await connected();
  rig.small.link.present = false;
  rig.network.block('a', 'b', true);
  await rig.clock.advance(30_000);
  expect(rig.small.rungs).toEqual([]);
  rig.small.link.present = true;
  await rig.clock.advance(600);
  expect(rig.small.rungs).toEqual(['restart']);
});

test('a peer that is not there leaves its turn at repair to others', async () => {
  const rig = await connected();
  rig.network.block('a', 'b', true);
  await rig.clock.advance(2_200);
  expect(rig.small.link.state).toBe('repairing');
  const { slots, link } = rig.small;
  const others = Array.from({ length: REPAIRS_AT_ONCE }, () => ({}));
  expect(others.map((other) => slots.acquire(other)).filter(Boolean)).toHaveLength(REPAIRS_AT_ONCE - 1);
  link.present = false;
  expect(slots.acquire(others.at(-1)!)).toBe(true);
  const before = rig.small.rungs.length;
  link.present = true;
  await rig.clock.advance(5_000);
  expect(rig.small.rungs).toHaveLength(before); // its turn is to come
  slots.release(others[0]!);
  await rig.clock.advance(600);
  expect(rig.small.rungs.at(-1)).toBe('restart');
});

test('sound missing over a path that stands is no_media, not a case for the ladder', async () => {
  const rig = await connected();
  rig.large.link.pair.replaceTrack(null);
  await rig.clock.advance(6_000);
  expect(rig.small.link).toMatchObject({ state: 'unstable', reason: { code: 'no_media' } });
  const rungs = rig.small.rungs.length;
  await rig.clock.advance(30_000);
  expect(rig.small.rungs).toHaveLength(rungs);
  rig.large.link.pair.replaceTrack(new FakeTrack());
  await rig.clock.advance(1_000);
  expect(rig.small.link).toMatchObject({ state: 'ok', reason: null });
});

test('when the silent path is lost as well, the ladder starts', async () => {
  const rig = await connected();
  rig.large.link.pair.replaceTrack(null);
  await rig.clock.advance(6_000);
  const rungs = rig.small.rungs.length;
  rig.network.block('a', 'b', true);
  await rig.clock.advance(8_000);
  expect(rig.small.rungs.length).toBeGreaterThan(rungs);
});

test('a peer that only listens is well by fresh consent, and repaired when that lapses', async () => {
  const rig = await connected();
  rig.small.link.update(participantOf('b', { sends_audio: false }));
  rig.large.link.pair.replaceTrack(null);
  await rig.clock.advance(20_000);
  expect(rig.small.link.state).toBe('ok');
  rig.network.block('a', 'b', true);
  await rig.clock.advance(4_000);
  expect(rig.small.link.state).toBe('ok');
  await rig.clock.advance(4_000);
  expect(rig.small.link.state).toBe('repairing');
});

test('a tick that comes late resets the baseline: a frozen page is no stall', async () => {
  const rig = await connected();
  rig.stopTicking();
  await rig.clock.advance(600);
  await rig.clock.freeze(10_000);
  rig.small.link.resetBaseline();
  rig.small.link.advance(0);
  expect(rig.small.link.state).toBe('ok');
});

test('a suspicion from outside starts the ladder again from its first rung', async () => {
  const rig = await connected();
  rig.network.block('a', 'b', true);
  await rig.clock.advance(8_000);
  expect(rig.small.rungs).toEqual(['restart', 'restart_fresh']);
  rig.small.link.suspect('online');
  rig.small.link.advance(0);
  expect(rig.small.rungs).toEqual(['restart', 'restart_fresh', 'restart']);
});

test('a link over a relay tries once, after 30 s, to get back to the direct path', async () => {
  const rig = new LinkRig({ relays: true });
  rig.network.onlyRelay('a', 'b', true);
  await rig.connect();
  rig.network.onlyRelay('a', 'b', false);
  await rig.clock.advance(28_000);
  expect(rig.small.link.pair.current?.watch.last.path).toBe('relay');
  await rig.clock.advance(4_000);
  expect(rig.small.link.pair.current?.watch.last.path).toBe('direct');
  expect(rig.small.kinds().filter((kind) => kind === 'offer')).toHaveLength(1);
});

test('a polite side that got no answer and took the relay by itself lets the other lead it back', async () => {
  const rig = new LinkRig({ relays: true });
  rig.small.mayRepair = false;
  rig.policy = ({ to }) => (to === rig.large && !rig.large.link.pair.newest?.relayOnly ? 'lose' : 'deliver');
  await rig.connect();
  await rig.clock.advance(11_000);
  rig.policy = () => 'deliver';
  rig.small.mayRepair = true;
  expect([rig.large.link.state, rig.small.link.state]).toEqual(['ok', 'ok']);
  expect(rig.large.link.pair.current?.watch.last.path).toBe('relay');
  await rig.clock.advance(34_000);
  const paths = [rig.small, rig.large].map(({ link }) => link.pair.current?.watch.last.path);
  expect(paths).toEqual(['direct', 'direct']);
});

test('where the instance wants relays, nobody tries the direct path', async () => {
  const rig = new LinkRig({ relays: true, policy: 'relay' });
  await rig.connect();
  await rig.clock.advance(60_000);
  expect(rig.small.link.pair.current?.watch.last.path).toBe('relay');
  expect(rig.small.kinds()).not.toContain('offer');
});

test('at most six links are repaired at once', () => {
  const slots = new RepairSlots();
  const links = Array.from({ length: REPAIRS_AT_ONCE + 1 }, () => ({}));
  expect(links.map((link) => slots.acquire(link))).toEqual([true, true, true, true, true, true, false]);
  slots.release(links[0]!);
  expect(slots.acquire(links.at(-1)!)).toBe(true);
});

test('retries and later rungs are spread by chance, the first rung is not', () => {
  const times = [0, 0.5, 0.99].map((chance) => {
    const run = new LadderRun(REPAIR, () => chance);
    const due: number[] = [];
    for (let at = 0; at < 62_000; at += 10) if (run.advance(at === 0 ? 0 : 10)) due.push(at);
    return due;
  });
  expect(times.map((due) => due[0])).toEqual([0, 0, 0]);
  expect(new Set(times.map((due) => due[1])).size).toBe(3);
  expect(times.map((due) => due[5]! - due[4]!)).toEqual([30_000, 31_500, 32_970]);
});
