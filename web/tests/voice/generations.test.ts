/** Generations: how the two sides of a link go on together after one of them has begun anew. */
import { expect, test } from 'vitest';
import { LinkRig, participantOf } from './fakes/link_rig';

const bothOk = (rig: LinkRig) => rig.small.link.state === 'ok' && rig.large.link.state === 'ok';
const generations = (rig: LinkRig) => [rig.small.link.pair.generation, rig.large.link.pair.generation];

test('a higher generation rebuilds at it', async () => {
  const rig = new LinkRig();
  await rig.connect();
  rig.small.link.pair.rebuild(false);
  await rig.clock.advance(1_000);
  expect(generations(rig)).toEqual([2, 2]);
  expect(bothOk(rig)).toBe(true);
  expect([rig.network.open('a'), rig.network.open('b')]).toEqual([1, 1]);
});

test('the old connection stays, and sounds, until the peer has accepted the new one', async () => {
  const rig = new LinkRig();
  await rig.connect();
  rig.policy = () => 'hold';
  rig.small.link.pair.rebuild(false);
  await rig.clock.advance(3_000);
  expect(rig.network.open('a')).toBe(2);
  expect(rig.small.link.pair.current?.generation).toBe(1);
  expect(bothOk(rig)).toBe(true);
  rig.policy = () => 'deliver';
  rig.held.splice(0).forEach((letter) => rig.deliver(letter));
  await rig.clock.advance(1_000);
  expect(rig.small.link.pair.current?.generation).toBe(2);
  expect([rig.network.open('a'), rig.network.open('b')]).toEqual([1, 1]);
  expect(bothOk(rig)).toBe(true);
});

test('rebuilding again while nobody has accepted replaces the successor: never three connections', async () => {
  const rig = new LinkRig();
  await rig.connect();
  rig.policy = () => 'lose';
  rig.small.link.pair.rebuild(false);
  rig.small.link.pair.rebuild(false);
  rig.small.link.pair.rebuild(true);
  await rig.clock.advance(100);
  expect(rig.network.open('a')).toBe(2);
  expect(rig.small.link.pair.generation).toBe(4);
});

test('an offer of a lower generation is answered stale, and its sender goes on at ours + 1', async () => {
  const rig = new LinkRig();
  await rig.connect();
  rig.policy = ({ to }) => (to === rig.large ? 'lose' : 'deliver');
  rig.small.link.pair.rebuild(false); // the large one never hears of generation 2
  await rig.clock.advance(1_000);
  rig.policy = ({ signal }) =>
    signal.kind === 'description' && signal.generation === 2 ? 'lose' : 'deliver';
  rig.large.link.pair.restart();
  await rig.clock.advance(2_000);
  expect(rig.small.kinds()).toContain('stale');
  expect(rig.small.sent.find((signal) => signal.kind === 'stale')).toMatchObject({ generation: 2 });
  expect(generations(rig)).toEqual([3, 3]);
  expect(bothOk(rig)).toBe(true);
});

test('a stale that is old news changes nothing', async () => {
  const rig = new LinkRig();
  await rig.connect();
  const envelope = { channel_id: 'lounge', from: 'a', to: 'b', negotiation_id: 1 };
  rig.large.link.signal({ ...envelope, kind: 'stale', data: {}, generation: 1 });
  await rig.clock.advance(500);
  expect(generations(rig)).toEqual([1, 1]);
});

test('candidates and answers of a lower generation are dropped without a word', async () => {
  const rig = new LinkRig();
  await rig.connect();
  const [offer, candidates] = [rig.small.sent[0]!, rig.large.sent.find((one) => one.kind === 'candidates')!];
  rig.large.link.pair.rebuild(false);
  await rig.clock.advance(1_000);
  const sent = rig.small.sent.length + rig.large.sent.length;
  rig.small.link.signal({ ...candidates, channel_id: 'lounge', from: 'b', to: 'a' });
  rig.large.link.signal({ ...offer, channel_id: 'lounge', from: 'a', to: 'b' });
  await rig.clock.advance(500);
  expect(rig.small.sent.length + rig.large.sent.length).toBe(sent);
  expect(bothOk(rig)).toBe(true);
});

test('both rebuild at once: they meet in one generation, with one connection each', async () => {
  const rig = new LinkRig();
  await rig.connect();
  rig.policy = () => 'hold';
  rig.small.link.pair.rebuild(false);
  rig.large.link.pair.rebuild(false);
  await rig.clock.advance(200);
  rig.policy = () => 'deliver';
  rig.held.splice(0).forEach((letter) => rig.deliver(letter));
  await rig.clock.advance(1_500);
  expect(generations(rig)).toEqual([2, 2]);
  expect([rig.network.open('a'), rig.network.open('b'), rig.network.faults.length]).toEqual([1, 1, 0]);
  expect(bothOk(rig)).toBe(true);
});

test('candidates that overtake the offer of a new generation are kept for it', async () => {
  const rig = new LinkRig();
  await rig.connect();
  rig.policy = ({ signal }) => (signal.kind === 'description' ? 'hold' : 'deliver');
  rig.small.link.pair.rebuild(false);
  await rig.clock.advance(500);
  const offer = rig.held.splice(0)[0]!;
  const data = offer.signal.data as { sdp: string };
  data.sdp = data.sdp.replace(/^a=candidate.*$/gm, '');
  rig.policy = ({ signal, to }) => (signal.kind === 'candidates' && to === rig.small ? 'lose' : 'deliver');
  rig.deliver(offer);
  await rig.clock.advance(1_000);
  expect(bothOk(rig)).toBe(true);
});

test('a side that has lost the link altogether is brought back by a new generation', async () => {
  const rig = new LinkRig();
  await rig.connect();
  rig.large.link.pair.rebuild(false);
  await rig.clock.advance(1_000);
  const renegotiation = rig.large.sent.find((signal) => signal.kind === 'description')!;
  const other = new LinkRig();
  other.small.link.signal({
    ...renegotiation,
    negotiation_id: 5, // continues what this side has never seen
    channel_id: 'lounge',
    from: 'b',
    to: 'a',
  });
  await other.clock.advance(500);
  expect(other.small.link.pair.generation).toBe(renegotiation.generation + 1);
  expect(other.small.kinds()).toContain('offer');
});

test('the microphone comes to every connection by replaceTrack, also to those that are there already', async () => {
  const rig = new LinkRig();
  rig.small.link.pair.replaceTrack(null);
  rig.large.link.pair.replaceTrack(null);
  const listening = { sends_audio: false };
  rig.small.link.update(participantOf('b', listening));
  rig.large.link.update(participantOf('a', listening));
  await rig.connect();
  expect(bothOk(rig)).toBe(true); // connected while the permission prompt is open
  expect(rig.large.link.received).toBe(0);
  const track = { id: 'late', enabled: true, stop: () => undefined, addEventListener: () => undefined };
  rig.small.link.pair.replaceTrack(track);
  rig.large.link.update(participantOf('a'));
  await rig.clock.advance(1_000);
  expect(rig.large.link.received).toBeGreaterThan(20);
  expect([...rig.small.kinds(), ...rig.large.kinds()].filter((kind) => kind === 'offer')).toHaveLength(1);
});

test('signals after the end make no connection', async () => {
  const rig = new LinkRig();
  await rig.connect();
  rig.small.link.close();
  rig.large.link.pair.rebuild(false);
  await rig.clock.advance(1_000);
  expect(rig.network.open('a')).toBe(0);
});
