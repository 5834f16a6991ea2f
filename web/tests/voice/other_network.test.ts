/** Our own network is another one, or gone: sound and gateway stop together, and nobody waits for either of them alone. */
import { expect, test } from 'vitest';
import { Scene, peersOf, statesOf } from './fakes/scene';

test('when everybody falls silent the gateway is asked, and its silence starts the repair', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  scene.network.changeAddress('ann');
  ann!.gateway.answers = false;
  await scene.clock.advance(1_260);
  expect(ann!.gateway.reopened).toBe(1);
  expect(ann!.voice.view.state).toBe('reconnecting');
  ann!.gateway.lose();
  ann!.gateway.comeBack();
  await scene.clock.advance(600);
  expect(peersOf(ann!)).toEqual(['ben ok']);
});

test('one of several who falls silent is no reason to ask', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben', 'eve');
  const before = ann!.gateway.probed;
  scene.network.block('ann', 'eve', true);
  await scene.clock.advance(1_400);
  expect(ann!.gateway.probed).toBe(before);
});

test('sound that comes back before the answer is due keeps the socket', async () => {
  const scene = new Scene();
  const pages = await scene.call('ann', 'ben');
  const [ann] = pages;
  scene.network.block('ann', 'ben', true);
  ann!.gateway.answers = false;
  await scene.clock.advance(800);
  expect(ann!.gateway.probed).toBe(1);
  scene.network.block('ann', 'ben', false);
  ann!.gateway.answers = true;
  await scene.clock.advance(5_000);
  expect([ann!.gateway.reopened, ...statesOf(pages)]).toEqual([0, 'connected', 'connected']);
});

test('the gateway is asked as soon as the network is said to be another one', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  scene.network.changeAddress('ann');
  ann!.gateway.answers = false;
  ann!.world.wake('online');
  await scene.clock.advance(520);
  expect(ann!.gateway.reopened).toBe(1);
});

test('who hears nobody tries every two seconds to reach the gateway, and who hears does not', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  ann!.gateway.lose();
  await scene.seconds(8);
  expect(ann!.gateway.hurried).toBe(0);
  scene.network.block('ann', 'ben', true);
  await scene.seconds(8);
  expect(ann!.gateway.hurried).toBe(4);
  ann!.gateway.comeBack();
  await scene.seconds(8);
  expect(ann!.gateway.hurried).toBe(4);
});
