/** One voice on several pages: what stays muted on the way, and what the bars of the other pages say. */
import { expect, test } from 'vitest';
import type { Muting } from '../../src/voice/mute_flags';
import type { Participant } from '../../src/voice/wire';
import { FakeWorld, type Page } from './fakes/page';
import { Scene } from './fakes/scene';

/** A page whose microphone opens by itself as soon as somebody speaks. */
function openPage(scene: Scene, { host = 'ann', world = new FakeWorld() } = {}): Page {
  world.settings = { ...world.settings, mode: 'voice_activity' };
  return scene.page('ann', { host, world });
}

async function inCall() {
  const scene = new Scene();
  const first = openPage(scene);
  void first.voice.join('lounge');
  await scene.seconds(2);
  return { scene, first };
}

const flagsOf = ({ muted, deafened }: Muting) => [muted, deafened];

/** How everybody else was shown this user from now on. */
function watchRoster(scene: Scene): Participant[] {
  const shown: Participant[] = [];
  scene.server.onRosters(() => {
    for (const { participant } of scene.server.callsOf('ann')) shown.push(participant);
  });
  return shown;
}

const neverSent = (page: Page) => page.world.sounds.made.every((sound) => !sound.track.enabled);

for (const [name, flags] of [
  ['muted', [true, false]],
  ['deafened', [true, true]],
] as const) {
  test(`${name} survives a reload: nobody sees or hears anything else, and the offer shows it`, async () => {
    const { scene, first } = await inCall();
    if (name === 'muted') first.voice.mute();
    else first.voice.deafen();
    await scene.seconds(1);
    first.world.hidePage();
    await scene.seconds(1);
    const again = openPage(scene, { world: first.world });
    expect(flagsOf(again.voice.view)).toEqual(flags);
    const shown = watchRoster(scene);
    void again.voice.rejoin();
    await scene.seconds(1);
    again.world.speaking!(true);
    await scene.seconds(1);
    expect(new Set(shown.map((one) => JSON.stringify(flagsOf(one))))).toEqual(
      new Set([JSON.stringify(flags)]),
    );
    expect([neverSent(again), again.voice.view.transmitting]).toEqual([true, false]);
    again.voice.undeafen();
    again.voice.unmute();
    expect(again.world.sounds.sent!.track.enabled).toBe(true);
  });

  test(`${name} goes along with Move here, though the page was opened afterwards`, async () => {
    const { scene, first } = await inCall();
    if (name === 'muted') first.voice.mute();
    else first.voice.deafen();
    await scene.seconds(1);
    const second = openPage(scene, { host: 'ann again' });
    void second.voice.join('lounge');
    await scene.seconds(1);
    const shown = watchRoster(scene);
    void second.voice.moveHere();
    expect(flagsOf(second.voice.view)).toEqual([false, false]); // nothing is shown before it is known
    await scene.clock.settle();
    expect(flagsOf(second.voice.view)).toEqual(flags);
    await scene.seconds(1);
    second.world.speaking!(true);
    await scene.seconds(1);
    expect(new Set(shown.map((one) => JSON.stringify(flagsOf(one))))).toEqual(
      new Set([JSON.stringify(flags)]),
    );
    expect([flagsOf(second.voice.view), neverSent(second)]).toEqual([flags, true]);
    expect(scene.said('voice.update')).not.toContainEqual(expect.objectContaining({ muted: false }));
  });
}

test('what the server knows counts: a call muted behind the roster of this page is muted here', async () => {
  const { scene, first } = await inCall();
  const second = openPage(scene, { host: 'ann again' });
  void second.voice.join('lounge');
  await scene.seconds(1);
  void second.voice.moveHere(); // on its way
  scene.server.command(first.gateway, 'voice.update', { muted: true });
  await scene.seconds(1);
  second.world.speaking!(true);
  await scene.seconds(1);
  expect([second.voice.view.muted, neverSent(second)]).toEqual([true, true]);
});

test('a button pressed while the call is being moved counts more than what it was before', async () => {
  const { scene } = await inCall();
  const second = openPage(scene, { host: 'ann again' });
  void second.voice.join('lounge');
  await scene.seconds(1);
  void second.voice.moveHere();
  second.voice.mute();
  await scene.seconds(2);
  expect(second.voice.view).toMatchObject({ state: 'connected', muted: true });
  expect(scene.server.participants('lounge')).toMatchObject([{ muted: true }]);
});

test('unmuted there and moved back: unmuted here', async () => {
  const { scene, first } = await inCall();
  first.voice.mute();
  await scene.seconds(1);
  const second = openPage(scene, { host: 'ann again' });
  void second.voice.join('lounge');
  await scene.seconds(1);
  void second.voice.moveHere();
  await scene.seconds(1);
  second.voice.unmute();
  await scene.seconds(1);
  void first.voice.moveHere();
  await scene.seconds(2);
  expect(first.voice.view).toMatchObject({ state: 'connected', muted: false });
});

test('an offer to go back in that nobody has taken survives the next reload', async () => {
  const { scene, first } = await inCall();
  first.voice.mute();
  first.world.hidePage();
  await scene.seconds(1);
  const again = openPage(scene, { world: first.world });
  again.world.hidePage();
  const third = openPage(scene, { world: first.world });
  expect(third.voice.view).toMatchObject({ canRejoin: true, channelId: 'lounge', muted: true });
});

async function reloadedBeside() {
  const { scene, first } = await inCall();
  first.world.hidePage();
  const reloaded = openPage(scene, { world: first.world });
  expect(reloaded.voice.view.reason?.code).toBe('page_reloaded'); // its own ghost is not elsewhere
  const world = new FakeWorld();
  world.note = first.world.note;
  const other = openPage(scene, { host: 'ann again', world });
  await scene.seconds(1);
  return { scene, reloaded, other };
}

test('the offer after a reload says so when the call goes on in another tab, and is back when it ends there', async () => {
  const { scene, reloaded, other } = await reloadedBeside();
  expect(reloaded.voice.view).toMatchObject({ reason: { code: 'page_reloaded' }, canRejoin: true });
  void other.voice.join('music');
  await scene.seconds(1);
  expect(reloaded.voice.view).toMatchObject({
    state: 'disconnected',
    channelId: 'music',
    reason: { code: 'already_in_channel', sentence: 'You are already in music in another tab.' },
    canRejoin: false,
    canMoveHere: true,
  });
  other.voice.disconnect();
  await scene.seconds(1);
  expect(reloaded.voice.view).toMatchObject({
    channelId: 'lounge',
    reason: { code: 'page_reloaded' },
    canRejoin: true,
    canMoveHere: false,
  });
  void other.voice.join('music');
  await scene.seconds(1);
  void reloaded.voice.moveHere();
  await scene.seconds(2);
  expect(reloaded.voice.view).toMatchObject({ state: 'connected', channelId: 'music' });
  expect(other.voice.view.state).toBe('superseded');
});

test('another device is named, another tab is called so', async () => {
  const { scene, first } = await inCall();
  const world = new FakeWorld();
  world.note = first.world.note;
  const tab = openPage(scene, { host: 'tab', world });
  const phone = openPage(scene, { host: 'phone' });
  for (const page of [tab, phone]) void page.voice.join('lounge');
  await scene.seconds(1);
  expect([tab, phone].map((page) => page.voice.view.reason?.sentence)).toEqual([
    'You are already in lounge in another tab.',
    'You are already in lounge on page of ann.',
  ]);
});

test('a refusal and a call that was moved are out of date when the call ends on the other page', async () => {
  const { scene, first } = await inCall();
  const second = openPage(scene, { host: 'ann again' });
  void second.voice.join('lounge');
  await scene.seconds(1);
  const third = openPage(scene, { host: 'ann once more' });
  void third.voice.join('lounge');
  await scene.seconds(1);
  void second.voice.moveHere();
  await scene.seconds(1);
  expect(first.voice.view).toMatchObject({ canMoveHere: true, reason: { code: 'superseded' } });
  expect(third.voice.view).toMatchObject({ canMoveHere: true, reason: { code: 'already_in_channel' } });
  second.voice.disconnect();
  await scene.seconds(1);
  for (const page of [first, third])
    expect(page.voice.view).toMatchObject({
      canMoveHere: false,
      canRejoin: true,
      reason: { code: 'ended_elsewhere' },
    });
  void first.voice.rejoin();
  await scene.seconds(1);
  expect(first.voice.view).toMatchObject({ state: 'connected', channelId: 'lounge' });
  expect(third.voice.view).toMatchObject({ canMoveHere: true, reason: { code: 'already_in_channel' } });
});

test('nothing is listened to after the end of the page', async () => {
  const { scene, first } = await inCall();
  first.voice.dispose();
  await scene.seconds(1);
  const { view } = first.voice;
  const second = openPage(scene, { host: 'ann again' });
  void second.voice.join('lounge');
  await scene.seconds(1);
  expect(first.voice.view).toBe(view);
});
