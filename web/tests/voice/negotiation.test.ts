/** Perfect negotiation over signals that are lost, doubled and reordered: the two ends of one link. */
import { expect, test } from 'vitest';
import { LinkRig, type Letter } from './fakes/link_rig';

const isOffer = ({ signal }: Letter) => signal.kind === 'description' && signal.data.type === 'offer';
const isAnswer = ({ signal }: Letter) => signal.kind === 'description' && signal.data.type === 'answer';
const isCandidates = ({ signal }: Letter) => signal.kind === 'candidates';

test('the later comer offers at once, the other answers, and sound flows over one m-line', async () => {
  const rig = new LinkRig();
  await rig.connect();
  expect([...new Set(rig.large.kinds())]).toEqual(['offer', 'candidates']);
  expect([...new Set(rig.small.kinds())]).toEqual(['answer', 'candidates']);
  expect([rig.small.link.state, rig.large.link.state]).toEqual(['ok', 'ok']);
  expect(rig.network.faults).toEqual([]);
});

test('the earlier one offers only after three seconds of nothing', async () => {
  const rig = new LinkRig();
  rig.small.link.start();
  await rig.clock.advance(2_900);
  expect(rig.small.sent).toEqual([]);
  await rig.clock.advance(200);
  expect([...new Set(rig.small.kinds())]).toEqual(['offer', 'candidates']);
});

test('its own wish for a negotiation obeys the same rule', async () => {
  const rig = new LinkRig();
  rig.small.link.start();
  rig.small.link.pair.restart();
  await rig.clock.advance(1_000);
  expect(rig.small.sent).toEqual([]);
});

test('candidates that come before their description wait for it', async () => {
  const rig = new LinkRig();
  rig.policy = (letter) => (isOffer(letter) ? 'hold' : 'deliver');
  rig.start();
  await rig.clock.advance(500);
  expect([...new Set(rig.large.kinds())]).toEqual(['offer', 'candidates']);
  const before = rig.held[0]!.signal.data as { sdp: string };
  before.sdp = before.sdp.replace(/^a=candidate.*$/gm, ''); // only the early ones can help now
  rig.policy = (letter) => (isCandidates(letter) ? 'lose' : 'deliver');
  rig.held.forEach((letter) => rig.deliver(letter));
  await rig.clock.advance(1_000);
  expect(rig.small.link.state).toBe('ok');
});

test('candidates that come before the answer wait for it', async () => {
  const rig = new LinkRig();
  rig.policy = (letter) =>
    isAnswer(letter) ? 'hold' : letter.to === rig.small && isCandidates(letter) ? 'lose' : 'deliver';
  rig.start();
  await rig.clock.advance(500);
  const [answer] = rig.held.splice(0);
  const data = answer!.signal.data as { sdp: string };
  data.sdp = data.sdp.replace(/^a=candidate.*$/gm, '');
  rig.policy = (letter) => (isCandidates(letter) ? 'lose' : 'deliver');
  rig.deliver(answer!);
  await rig.clock.advance(1_000);
  expect(rig.large.link.state).toBe('ok');
});

test('candidates of a negotiation long past are dropped silently', async () => {
  const rig = new LinkRig();
  await rig.connect();
  const old = rig.large.sent.find((signal) => signal.kind === 'candidates')!;
  rig.small.link.pair.restart();
  await rig.clock.advance(1_000);
  rig.small.link.signal({ ...old, channel_id: 'lounge', from: 'b', to: 'a' });
  await rig.clock.advance(500);
  expect(rig.small.link.state).toBe('ok');
  expect(rig.small.kinds()).not.toContain('stale');
});

test('a pending offer is sent again every five seconds, with the candidates found meanwhile', async () => {
  const rig = new LinkRig();
  rig.stopTicking();
  rig.policy = () => 'lose';
  rig.large.link.start();
  await rig.clock.advance(10_500);
  const offers = rig.large.sent.filter((signal) => signal.kind === 'description');
  expect(offers).toHaveLength(3);
  expect(new Set(offers.map((offer) => offer.negotiation_id)).size).toBe(1);
  expect(offers[0]!.data.sdp).not.toContain('candidate');
  expect(offers[2]!.data.sdp).toContain('candidate');
});

test('a pending offer is sent again when the signalling returns', async () => {
  const rig = new LinkRig();
  rig.policy = () => 'lose';
  rig.large.link.start();
  await rig.clock.advance(1_000);
  rig.policy = () => 'deliver';
  rig.large.link.pair.resend();
  await rig.clock.advance(1_000);
  expect(rig.large.link.state).toBe('ok');
});

test('candidates are sent again when the signalling returns, while there is no connection', async () => {
  const rig = new LinkRig();
  rig.policy = (letter) => (isCandidates(letter) ? 'lose' : 'deliver');
  rig.start();
  await rig.clock.advance(1_000);
  expect(rig.large.link.state).toBe('connecting');
  rig.policy = () => 'deliver';
  rig.small.link.pair.resend();
  await rig.clock.advance(1_000);
  expect(rig.large.link.state).toBe('ok');
});

test('a doubled offer is answered again: the answer may be what was lost', async () => {
  const rig = new LinkRig();
  rig.policy = (letter) => (isAnswer(letter) ? 'lose' : 'deliver');
  rig.start();
  await rig.clock.advance(1_000);
  rig.policy = () => 'deliver';
  await rig.clock.advance(5_000);
  expect(rig.small.kinds().filter((kind) => kind === 'answer')).toHaveLength(2);
  expect(rig.large.link.state).toBe('ok');
  expect(rig.large.link.pair.generation).toBe(1);
});

test('a doubled answer is dropped', async () => {
  const rig = new LinkRig();
  await rig.connect();
  const answer = rig.small.sent.find((signal) => signal.kind === 'description')!;
  rig.large.link.signal({ ...answer, channel_id: 'lounge', from: 'a', to: 'b' });
  await rig.clock.advance(500);
  expect(rig.large.notes.filter((note) => note.includes('broken'))).toEqual([]);
  expect(rig.large.link.state).toBe('ok');
});

test('an old offer of the same generation is dropped silently', async () => {
  const rig = new LinkRig();
  await rig.connect();
  const offer = rig.large.sent.find((signal) => signal.kind === 'description')!;
  rig.small.link.pair.restart();
  await rig.clock.advance(1_000);
  const sentBefore = rig.small.sent.length;
  rig.small.link.signal({ ...offer, channel_id: 'lounge', from: 'b', to: 'a' });
  await rig.clock.advance(1_000);
  expect(rig.small.sent).toHaveLength(sentBefore);
  expect(rig.small.link.state).toBe('ok');
});

test('glare at the first offer: the polite side gives its connection up, the impolite keeps its own', async () => {
  const rig = new LinkRig();
  rig.policy = () => 'hold';
  rig.start();
  await rig.clock.advance(3_500);
  expect([rig.large.kinds()[0], rig.small.kinds()[0]]).toEqual(['offer', 'offer']);
  rig.policy = () => 'deliver';
  rig.held.splice(0).forEach((letter) => rig.deliver(letter));
  await rig.clock.advance(1_000);
  expect(rig.small.kinds()).not.toContain('answer');
  expect(rig.large.kinds()).toContain('answer');
  expect([rig.small.link.state, rig.large.link.state]).toEqual(['ok', 'ok']);
  expect([rig.network.open('a'), rig.network.open('b'), rig.network.faults.length]).toEqual([1, 1, 0]);
});

for (const [first, second] of [['small', 'large'] as const, ['large', 'small'] as const]) {
  test(`the offer of the ${first} one that comes before our own has left makes no second m-line`, async () => {
    const rig = new LinkRig();
    rig.policy = () => 'hold';
    rig[first].link.pair.open();
    await rig.clock.advance(100);
    rig.policy = () => 'deliver';
    rig[second].link.pair.open(); // its wish to negotiate is told to us in a moment
    rig.held.splice(0).forEach((letter) => rig.deliver(letter));
    await rig.clock.advance(2_000);
    rig.small.link.pair.restart();
    await rig.clock.advance(2_000);
    expect(rig.network.faults).toEqual([]);
    expect([rig.small.link.state, rig.large.link.state]).toEqual(['ok', 'ok']);
  });
}

test('glare at a restart: the polite side rolls back and goes on with the same connection', async () => {
  const rig = new LinkRig();
  await rig.connect();
  rig.small.link.pair.restart();
  rig.large.link.pair.restart();
  await rig.clock.advance(2_000);
  expect([rig.small.link.state, rig.large.link.state]).toEqual(['ok', 'ok']);
  expect([rig.small.link.pair.generation, rig.large.link.pair.generation]).toEqual([1, 1]);
  expect(rig.large.notes.filter((note) => note.includes('broken'))).toEqual([]);
});

test('an offer right behind an answer is no collision', async () => {
  const rig = new LinkRig();
  await rig.connect();
  rig.network.operationMs = () => 50;
  rig.policy = (letter) => (letter.to === rig.small ? 'hold' : 'deliver');
  rig.small.link.pair.restart();
  await rig.clock.advance(500);
  rig.large.link.pair.restart();
  await rig.clock.advance(500);
  const arrivals = rig.held.splice(0);
  expect(arrivals.filter(isAnswer)).toHaveLength(1);
  expect(arrivals.filter(isOffer)).toHaveLength(1);
  rig.policy = () => 'deliver';
  arrivals.forEach((letter) => rig.deliver(letter));
  await rig.clock.advance(1_000);
  expect(rig.small.kinds().filter((kind) => kind === 'answer')).toHaveLength(2);
});

test('an offer of another connection with our number makes a new generation', async () => {
  const rig = new LinkRig();
  await rig.connect();
  const offer = rig.large.sent.find((signal) => signal.kind === 'description')!;
  const sdp = (offer.data as { sdp: string }).sdp.replace(/^o=- \S+/m, 'o=- another');
  const foreign = { ...offer, kind: 'description' as const, data: { type: 'offer' as const, sdp } };
  rig.small.link.signal({ ...foreign, channel_id: 'lounge', from: 'b', to: 'a' });
  await rig.clock.advance(1_500);
  expect([rig.small.link.pair.generation, rig.large.link.pair.generation]).toEqual([2, 2]);
  expect([rig.small.link.state, rig.large.link.state]).toEqual(['ok', 'ok']);
});

test('a description the browser refuses leads to a fresh connection, once', async () => {
  const rig = new LinkRig();
  await rig.connect();
  const garbage = { type: 'answer' as const, sdp: 'o=- nonsense' };
  rig.large.link.pair.restart();
  rig.policy = (letter) => (isOffer(letter) ? 'hold' : 'deliver');
  await rig.clock.advance(100);
  const { generation, negotiation_id } = rig.held[0]!.signal;
  const envelope = { generation, negotiation_id, channel_id: 'lounge', from: 'a', to: 'b' };
  rig.large.link.signal({ ...envelope, kind: 'description', data: garbage });
  rig.policy = () => 'deliver';
  await rig.clock.advance(2_000);
  expect(rig.large.link.pair.generation).toBe(2);
  expect(rig.large.link.state).toBe('ok');
});
