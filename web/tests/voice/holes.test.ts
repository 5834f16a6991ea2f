/** Holes in the count of a room's changes, and answers that come too late to mend them. */
import { expect, test } from 'vitest';
import { peersOf, Scene } from './fakes/scene';

test('a snapshot that is older than the next change is asked for again', async () => {
  const scene = new Scene();
  const [ann, ben] = await scene.call('ann', 'ben');
  scene.server.delivery = () => []; // nobody hears of eve, nor from her
  const eve = scene.page('eve');
  void eve.voice.join('lounge');
  await scene.seconds(1);
  scene.server.delivery = (t) => (t === 'voice.signal' ? [] : [0]);
  const { participantId } = ben!.voice.view;
  scene.server.mark(participantId!, 'reconnecting');
  expect(await scene.clock.until(() => scene.said('voice.room', 'ann').length === 1, 100, 1)).toBe(true);
  scene.server.mark(participantId!, 'connected'); // overtakes the answer that is on its way
  await scene.clock.advance(100);
  expect(peersOf(ann!)).toEqual(['ben ok', 'eve connecting']);
  expect(scene.said('voice.room', 'ann')).toHaveLength(2);
});
