/** Who speaks: the rings, the names, and an order of the list that follows the conversation without jumping. */
import { expect, test } from 'vitest';
import { asList, inOrder, othersTalking } from '../../src/ui/voice/speakers';
import { SpeakingWatch } from '../../src/voice/speaking';
import { RECENT_MS, RISES_AFTER_MS, SpeakingOrder } from '../../src/voice/speaking_order';
import { FakeClock } from './fakes/clock';
import type { Page } from './fakes/page';
import { Scene } from './fakes/scene';

const ROSTER = ['ann', 'ben', 'cleo', 'dan'].map((id) => ({ id }));

/** A room of four who speak when they are told to; `list` is who stands where. */
function room() {
  const clock = new FakeClock();
  const talking = new Set<string>();
  let changes = 0;
  const watch = new SpeakingWatch(
    clock,
    () => ROSTER.map(({ id }) => ({ id, level: () => (talking.has(id) ? 0.1 : 0) })),
    () => changes++,
  );
  watch.start();
  const speak = async (id: string, milliseconds: number) => {
    talking.add(id);
    await clock.advance(milliseconds);
    talking.delete(id);
    await clock.advance(500);
  };
  const list = () => inOrder(ROSTER, watch.order.risen).map(({ id }) => id);
  return { clock, watch, talking, speak, list, changes: () => changes };
}

test('whoever speaks for a second rises above the silent ones; a word moves nobody', async () => {
  const { speak, list } = room();
  await speak('cleo', 600);
  expect(list()).toEqual(['ann', 'ben', 'cleo', 'dan']);
  await speak('cleo', 1_300);
  expect(list()).toEqual(['cleo', 'ann', 'ben', 'dan']);
});

test('words with long pauses between them do not add up', async () => {
  const { clock, speak, list } = room();
  for (let word = 0; word < 5; word++) {
    await speak('dan', 300);
    await clock.advance(2_000);
  }
  expect(list()).toEqual(['ann', 'ben', 'cleo', 'dan']);
});

test('people who talk in turns keep their places, and the next one stands below them', async () => {
  const { speak, list } = room();
  await speak('cleo', 1_500);
  await speak('dan', 1_500);
  expect(list()).toEqual(['cleo', 'dan', 'ann', 'ben']);
  for (const id of ['dan', 'cleo', 'dan', 'cleo']) {
    await speak(id, 3_000);
    expect(list()).toEqual(['cleo', 'dan', 'ann', 'ben']);
  }
  await speak('ben', 1_500);
  expect(list()).toEqual(['cleo', 'dan', 'ben', 'ann']);
});

test('nobody sinks by being silent; only who speaks later rises above them', async () => {
  const { clock, speak, list } = room();
  await speak('cleo', 1_500);
  await speak('dan', 1_500);
  await clock.advance(RECENT_MS);
  expect(list()).toEqual(['cleo', 'dan', 'ann', 'ben']);
  await speak('dan', 1_500);
  expect(list()).toEqual(['dan', 'cleo', 'ann', 'ben']);
  await speak('ann', 1_500);
  expect(list()).toEqual(['dan', 'ann', 'cleo', 'ben']);
});

test('nobody moves while somebody is at the list; who goes on speaking rises when it is let go', async () => {
  const { clock, watch, talking, speak, list } = room();
  watch.order.held = true;
  await speak('dan', 5_000);
  talking.add('cleo');
  await clock.advance(5_000);
  expect(list()).toEqual(['ann', 'ben', 'cleo', 'dan']);
  watch.order.held = false;
  await clock.advance(200);
  expect(list()).toEqual(['cleo', 'ann', 'ben', 'dan']);
});

test('the interface is told when somebody has moved, though nobody began or ceased to speak', async () => {
  const { clock, watch, talking, changes } = room();
  talking.add('dan');
  await clock.advance(200);
  const before = changes();
  await clock.advance(RISES_AFTER_MS);
  expect([changes() - before, watch.order.risen]).toEqual([1, ['dan']]);
});

test('in any conversation a move is seldom, and only ever upwards to the first who is silent', () => {
  const clock = new FakeClock(7);
  const order = new SpeakingOrder();
  let moves = 0;
  for (let now = 0; now < 600_000; now += 100) {
    const before = [...order.risen];
    const talker = ROSTER[Math.floor(clock.random() * 40) % 4]!.id; // a babble: another one each tenth of a second
    if (order.look(new Set(now % 20_000 < 10_000 ? [talker] : ['ben']), now)) moves += 1;
    const kept = before.filter((id) => order.risen.includes(id));
    expect(kept.length).toBe(before.length);
  }
  expect(moves).toBeLessThan(20);
});

test('a name is written for a second and a half after the last sound, whoever began first in front', async () => {
  const { clock, watch, talking } = room();
  talking.add('dan');
  await clock.advance(300);
  talking.add('ann');
  await clock.advance(300);
  expect([...watch.named]).toEqual(['dan', 'ann']);
  talking.clear();
  await clock.advance(1_300);
  expect([[...watch.named], watch.has('dan')]).toEqual([['dan', 'ann'], false]);
  await clock.advance(500);
  expect([...watch.named]).toEqual([]);
});

test('names as a list', () => {
  expect([
    asList([]),
    asList(['Ben']),
    asList(['Ben', 'Cleo']),
    asList(['Ben', 'Cleo', 'Dan', 'Eve']),
  ]).toEqual(['', 'Ben', 'Ben, Cleo', 'Ben, Cleo +2']);
});

test('the view of a call says who speaks and who has risen, oneself included, and forgets it with the call', async () => {
  const scene = new Scene();
  const [ann] = (await scene.call('ann', 'ben')) as [Page];
  await scene.seconds(2);
  const [ben] = [...ann.voice.view.peers.keys()];
  expect(ann.voice.view).toMatchObject({ talking: [ben], risen: [ben] });
  expect(othersTalking(ann.voice.view)).toEqual(['ben']);
  ann.voice.pressTalk();
  ann.world.speaking?.(true);
  await scene.seconds(2);
  const self = ann.voice.view.participantId;
  expect(ann.voice.view).toMatchObject({ talking: [ben, self], risen: [ben, self] });
  expect(othersTalking(ann.voice.view)).toEqual(['ben']);
  ann.voice.disconnect();
  await scene.seconds(1);
  expect(ann.voice.view).toMatchObject({ talking: [], risen: [] });
});
