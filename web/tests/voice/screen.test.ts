/** The screen of a phone: on for as long as a call runs, and no longer. */
import { expect, test } from 'vitest';
import { ScreenLock } from '../../src/voice/screen_lock';
import { FakeScreen, FakeWorld, type Page } from './fakes/page';
import { FakeClock } from './fakes/clock';
import { Scene } from './fakes/scene';

test('the screen is kept on from the click to the end of the call', async () => {
  const scene = new Scene();
  const [ann] = (await scene.call('ann')) as [Page];
  expect(ann.world.screens.map(({ released }) => released)).toEqual([false]);
  ann.voice.disconnect();
  await scene.seconds(1);
  expect(ann.world.screens.map(({ released }) => released)).toEqual([true]);
});

test('a call that is over lets it go, and so does a page that is thrown away', async () => {
  const scene = new Scene();
  const [ann, ben] = (await scene.call('ann', 'ben')) as [Page, Page];
  scene.server.kick(ann.voice.view.participantId!);
  ben.voice.dispose();
  await scene.seconds(1);
  for (const { world } of [ann, ben]) expect(world.screens.at(-1)?.released).toBe(true);
});

test('the browser takes it back from a hidden page; it is asked for again when the page is seen', async () => {
  const scene = new Scene();
  const [ann] = (await scene.call('ann')) as [Page];
  ann.world.wake('visible');
  await scene.seconds(1);
  expect(ann.world.screens).toHaveLength(1);
  ann.world.screens[0]!.released = true;
  ann.world.wake('online');
  await scene.seconds(1);
  expect(ann.world.screens).toHaveLength(1);
  ann.world.wake('visible');
  await scene.seconds(1);
  expect(ann.world.screens.map(({ released }) => released)).toEqual([true, false]);
});

function lockWith(holdScreen: ConstructorParameters<typeof ScreenLock>[0]['holdScreen']) {
  const world = new FakeWorld();
  return {
    world,
    lock: new ScreenLock({ environment: world, holdScreen }),
    settle: () => new FakeClock().settle(),
  };
}

test('a page that is hidden when the call begins asks when it is seen', async () => {
  let asked = 0;
  const { world, lock, settle } = lockWith(() => Promise.resolve((asked++, new FakeScreen())));
  world.hidden = true;
  lock.follow(true);
  await settle();
  expect(asked).toBe(0);
  world.hidden = false;
  world.wake('visible');
  await settle();
  expect(asked).toBe(1);
});

test('an answer that comes after the call is over is given back', async () => {
  const screen = new FakeScreen();
  let answer: (screen: FakeScreen) => void = () => undefined;
  const { lock, settle } = lockWith(() => new Promise((resolve) => (answer = resolve)));
  lock.follow(true);
  lock.follow(false);
  answer(screen);
  await settle();
  expect(screen.released).toBe(true);
});

test('a refusal, for want of battery, is no matter, and the next time it is asked for again', async () => {
  let refused = 0;
  const { world, lock, settle } = lockWith(() => Promise.reject(new Error(`no ${++refused}`)));
  lock.follow(true);
  await settle();
  world.wake('visible');
  await settle();
  expect(refused).toBe(2);
  lock.close();
  world.wake('visible');
  await settle();
  expect(refused).toBe(2);
});

test('where there is none to be had nothing is asked for', async () => {
  const { world, lock, settle } = lockWith(null);
  lock.follow(true);
  world.wake('visible');
  await settle();
  expect(() => lock.close()).not.toThrow();
});
