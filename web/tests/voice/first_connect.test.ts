/** The first ladder: a link that has never carried sound is restarted, rebuilt and finally named. */
import { expect, test } from 'vitest';
import { LinkRig } from './fakes/link_rig';

test('5 s restart with fresh credentials, 10 s rebuild, 15 s failed, and again every 30 s', async () => {
  const rig = new LinkRig({ relays: true, lifeSeconds: 3_600 });
  rig.network.block('a', 'b', true);
  await rig.connect();
  expect(rig.small.link.state).toBe('connecting');
  await rig.clock.advance(3_500);
  expect(rig.small.rungs).toEqual([]);
  await rig.clock.advance(1_500);
  expect(rig.small.rungs).toEqual(['restart_fresh']);
  expect(rig.small.asked).toBe(1);
  await rig.clock.advance(5_000);
  expect(rig.small.rungs).toEqual(['restart_fresh', 'rebuild_relay']);
  expect(rig.small.link.pair.newest).toMatchObject({ generation: 2, relayOnly: true });
  await rig.clock.advance(5_000);
  expect(rig.small.link.state).toBe('failed');
  expect(rig.small.link.reason).not.toBeNull();
  await rig.clock.advance(34_000);
  expect(rig.small.rungs.slice(2)).toEqual(['fail', 'rebuild']);
  await rig.clock.advance(34_000);
  expect(rig.small.rungs.slice(2)).toEqual(['fail', 'rebuild', 'rebuild']);
});

test('the impolite side leads, the polite asks', async () => {
  const rig = new LinkRig();
  rig.network.block('a', 'b', true);
  await rig.connect();
  await rig.clock.advance(10_000);
  expect(rig.large.kinds()).toContain('repair_request');
  expect(rig.large.link.pair.generation).toBe(rig.small.link.pair.generation);
  expect(rig.small.kinds().filter((kind) => kind === 'offer').length).toBeGreaterThan(0);
});

test('without a relay the second step rebuilds with all paths', async () => {
  const rig = new LinkRig();
  rig.network.block('a', 'b', true);
  await rig.connect();
  await rig.clock.advance(10_000);
  expect(rig.small.link.pair.newest).toMatchObject({ generation: 2, relayOnly: false });
});

test('where only relays connect them, the path is a relay', async () => {
  const rig = new LinkRig({ relays: true });
  rig.network.onlyRelay('a', 'b', true);
  await rig.connect();
  expect(rig.small.link.pair.current?.watch.last.path).toBe('relay');
  expect(rig.small.link.state).toBe('ok');
});

test('a failed link that is retried with success is well, and has no reason any more', async () => {
  const rig = new LinkRig();
  rig.network.block('a', 'b', true);
  await rig.connect();
  await rig.clock.advance(16_000);
  expect(rig.small.link.state).toBe('failed');
  rig.network.healAll();
  await rig.clock.advance(35_000);
  expect(rig.small.link).toMatchObject({ state: 'ok', reason: null });
});

const REASONS = [
  ['nat_no_relay', {}, () => undefined],
  ['relay_unreachable', { relays: true }, (rig: LinkRig) => (rig.network.relay = 'silent')],
  ['relay_auth', { relays: true }, (rig: LinkRig) => (rig.network.relay = 'refuses')],
] as const;

for (const [code, options, arrange] of REASONS) {
  test(`no path: after 15 s the reason is ${code}`, async () => {
    const rig = new LinkRig(options);
    arrange(rig);
    rig.network.block('a', 'b', true);
    await rig.connect();
    await rig.clock.advance(15_000);
    expect(rig.small.link).toMatchObject({ state: 'failed', reason: { code } });
    expect(rig.large.link).toMatchObject({ state: 'failed', reason: { code } });
  });
}

test('UDP that leads nowhere is named udp_blocked', async () => {
  const rig = new LinkRig();
  rig.network.stun = 'silent';
  rig.network.block('a', 'b', true);
  await rig.connect();
  await rig.clock.advance(15_000);
  expect(rig.small.link.reason?.code).toBe('udp_blocked');
});

test('whoever alone does not reach the relay is the one to say so', async () => {
  const rig = new LinkRig({ relays: true });
  rig.network.onlyRelay('a', 'b', true);
  rig.network.hideRelay('b');
  await rig.connect();
  await rig.clock.advance(25_000);
  expect(rig.small.link).toMatchObject({ state: 'failed', reason: { code: 'no_path' } });
  expect(rig.large.link).toMatchObject({ state: 'failed', reason: { code: 'relay_unreachable' } });
});

test('a relay that answers both and passes nothing on is called unreachable by neither', async () => {
  const rig = new LinkRig({ relays: true });
  rig.network.block('a', 'b', true);
  await rig.connect();
  await rig.clock.advance(25_000);
  expect([rig.small.link.reason?.code, rig.large.link.reason?.code]).toEqual(['no_path', 'no_path']);
});

const BY_TCP = 'turn:relay.example?transport=tcp';
for (const [code, relays] of [
  ['udp_blocked', ['turn:relay.example']],
  ['relay_unreachable', ['turn:relay.example', BY_TCP]],
] as const) {
  test(`where no UDP passes and the relays are ${relays.join(' and ')}, the reason is ${code}, and stays so`, async () => {
    const rig = new LinkRig({ relays });
    rig.network.stun = 'silent';
    rig.network.relay = 'silent';
    rig.network.block('a', 'b', true);
    await rig.connect();
    for (const wait of [15_000, 10_000]) {
      await rig.clock.advance(wait);
      expect([rig.small.link.reason?.code, rig.large.link.reason?.code]).toEqual([code, code]);
    }
  });
}

test('a peer that never sends a signal is named no_answer', async () => {
  const rig = new LinkRig();
  rig.policy = () => 'lose';
  await rig.connect();
  await rig.clock.advance(15_000);
  expect(rig.small.link).toMatchObject({ state: 'failed', reason: { code: 'no_answer' } });
});

test('relay-only with refused credentials is named within three seconds, long before the ladder ends', async () => {
  const rig = new LinkRig({ relays: true, policy: 'relay' });
  rig.network.relay = 'refuses';
  rig.start();
  await rig.clock.advance(3_000);
  expect(rig.large.link.reason?.code).toBe('relay_auth');
  expect(rig.large.link.shownState).toBe('connecting');
});

test('relay-only with a silent relay is named within fifteen seconds', async () => {
  const rig = new LinkRig({ relays: true, policy: 'relay' });
  rig.network.relay = 'silent';
  rig.start();
  await rig.clock.advance(15_000);
  expect(rig.large.link.reason?.code).toBe('relay_unreachable');
  expect(rig.small.link.reason?.code).toBe('relay_unreachable');
});

test('while direct paths are allowed, a refusing relay is no reason before the direct path has failed', async () => {
  const rig = new LinkRig({ relays: true });
  rig.network.relay = 'refuses';
  rig.network.block('a', 'b', true);
  await rig.connect();
  await rig.clock.advance(8_000);
  expect(rig.small.link.reason).toBeNull();
});

test('the ladder stands still while the gateway does not answer', async () => {
  const rig = new LinkRig();
  rig.network.block('a', 'b', true);
  rig.small.mayRepair = false;
  await rig.connect();
  await rig.clock.advance(60_000);
  expect(rig.small.rungs).toEqual([]);
  rig.small.mayRepair = true;
  await rig.clock.advance(5_500);
  expect(rig.small.rungs).toEqual(['restart_fresh']);
});
