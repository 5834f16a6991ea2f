/** The button on the page and the key, held together: what one finger lets go of, the other still holds. */
import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/voice/settings';
import { Scene } from './fakes/scene';

async function inCall() {
  const scene = new Scene();
  const page = scene.page('ann');
  void page.voice.join('lounge');
  await scene.seconds(1);
  const sends = async () => {
    await scene.clock.advance(DEFAULT_SETTINGS.releaseMs + 10);
    return page.inputs.tracks.at(-1)!.enabled;
  };
  return { scene, page, world: page.world, sends };
}

test('the key let go while the button is held goes on talking, and the other way round', async () => {
  const { page, world, sends } = await inCall();
  page.voice.pressTalk();
  world.press('Space');
  world.letGo('Space');
  expect(await sends()).toBe(true);
  page.voice.releaseTalk();
  expect(await sends()).toBe(false);
  world.press('Space');
  page.voice.pressTalk();
  page.voice.releaseTalk();
  expect(await sends()).toBe(true);
  world.letGo('Space');
  expect(await sends()).toBe(false);
});

test('the space bar on the button in focus does not let go of what the pointer holds', async () => {
  const { page, sends } = await inCall();
  page.voice.pressTalk('pointer');
  page.voice.pressTalk('keyboard');
  page.voice.releaseTalk('keyboard');
  expect([await sends(), page.voice.view.talkPressed]).toEqual([true, true]);
  page.voice.releaseTalk('pointer');
  expect([await sends(), page.voice.view.talkPressed]).toEqual([false, false]);
});

test('the window that loses the focus lets go of both', async () => {
  const { page, world, sends } = await inCall();
  page.voice.pressTalk();
  world.press('Space');
  world.talk!.away();
  expect([await sends(), page.voice.view.talkPressed]).toEqual([false, false]);
});

test('a key that repeats while it is held, and both at once, latch once', async () => {
  const { page, world, sends } = await inCall();
  page.voice.configure({ talkKey: { kind: 'key', code: 'Space' }, latching: true });
  page.voice.pressTalk();
  world.press('Space');
  world.press('Space');
  world.letGo('Space');
  page.voice.releaseTalk();
  expect(await sends()).toBe(true);
  world.press('Space');
  world.letGo('Space');
  expect(await sends()).toBe(false);
});

test('held while the call ends is not held in the next one', async () => {
  const { scene, page, world, sends } = await inCall();
  page.voice.pressTalk();
  world.press('Space');
  page.voice.disconnect();
  expect([page.inputs.running, page.inputs.tracks[0]!.enabled]).toEqual([[], false]);
  void page.voice.join('lounge');
  await scene.seconds(1);
  expect([page.inputs.running.length, await sends(), page.voice.view.talkPressed]).toEqual([1, false, false]);
});

test('held while going in talks as soon as one is in', async () => {
  const scene = new Scene();
  const page = scene.page('ann');
  void page.voice.join('lounge');
  await scene.clock.advance(7);
  page.voice.pressTalk();
  await scene.seconds(1);
  expect(page.inputs.tracks[0]!.enabled).toBe(true);
});

test.each([
  ['latched', true],
  ['held', false],
])('what is %s stays behind when one goes, or is moved, to another channel', async (_name, latching) => {
  const { scene, page, world, sends } = await inCall();
  page.voice.configure({ latching });
  const moves = [
    () => page.voice.join('den'),
    () => {
      const d = { channel_id: 'den', participant_id: page.voice.view.participantId };
      page.gateway.deliver('voice.sent_on', { ...d, to_channel_id: 'lounge' });
    },
  ];
  for (const move of moves) {
    world.press('Space');
    expect(await sends()).toBe(true);
    void move();
    await scene.seconds(1);
    expect([await sends(), page.voice.view.talkPressed]).toEqual([false, false]);
    world.letGo('Space');
  }
});

test('no key talks while one is recorded, least of all the one that is pressed', async () => {
  const { page, world, sends } = await inCall();
  page.voice.configure({ latching: true });
  page.voice.recordKey(true);
  expect(world.talk).toBeNull();
  page.voice.configure({ talkKey: { kind: 'key', code: 'KeyT' } });
  expect(world.talk).toBeNull();
  page.voice.recordKey(false);
  world.press('KeyT');
  expect(await sends()).toBe(true);
  page.voice.disconnect();
  page.voice.recordKey(true);
  page.voice.recordKey(false);
  expect(world.talk).toBeNull();
});
