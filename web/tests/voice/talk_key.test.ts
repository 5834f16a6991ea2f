/** Which keys talk where, and what lets go of them: typing, muting, another device, a keyboard that tells too little. */
import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS, type VoiceSettings } from '../../src/voice/settings';
import { isModified, worksWhileTyping, type TalkKey } from '../../src/voice/talk_key';
import { FakeWorld } from './fakes/page';
import { Scene } from './fakes/scene';

async function inCall(settings: Partial<VoiceSettings> = {}) {
  const world = new FakeWorld();
  world.settings = { ...DEFAULT_SETTINGS, ...settings };
  const scene = new Scene();
  const page = scene.page('ann', { world });
  void page.voice.join('lounge');
  await scene.seconds(1);
  const on = () => page.inputs.tracks.at(-1)!.enabled;
  const later = async () => {
    await scene.seconds(1.5);
    return on();
  };
  return { scene, page, world, on, later };
}

const key = (code: string): TalkKey => ({ kind: 'key', code });

test('while typing talk function keys, modifier keys and mouse buttons, and no key that writes', () => {
  const yes = ['F1', 'F13', 'F24', 'ControlLeft', 'ShiftRight', 'AltLeft', 'MetaRight'];
  const no = ['Space', 'KeyF', 'F25', 'Enter', 'Numpad1', 'CapsLock', 'Backquote'];
  expect(yes.map((code) => worksWhileTyping(key(code)))).toEqual(yes.map(() => true));
  expect(no.map((code) => worksWhileTyping(key(code)))).toEqual(no.map(() => false));
  expect(worksWhileTyping({ kind: 'pointer', button: 3 })).toBe(true);
});

test.each(['F8', 'ControlLeft', 'ShiftRight'])('%s talks in a text field, too', async (code) => {
  const { world, on, later } = await inCall({ talkKey: key(code) });
  world.press(code, { editable: true });
  expect(on()).toBe(true);
  world.letGo(code);
  expect(await later()).toBe(false);
});

test('a modifier does not rule itself out; another one beside it, or an input method, does', () => {
  const none = { ctrlKey: false, altKey: false, metaKey: false, isComposing: false };
  const pressed = (code: string, change: object = {}) => isModified({ code, key: code, ...none, ...change });
  expect(pressed('ControlLeft', { ctrlKey: true })).toBe(false);
  expect(pressed('AltLeft', { altKey: true })).toBe(false);
  expect(pressed('MetaRight', { metaKey: true })).toBe(false);
  expect(pressed('ShiftLeft')).toBe(false);
  expect(pressed('AltRight', { key: 'AltGraph', altKey: true, ctrlKey: true })).toBe(false);
  expect(pressed('ShiftLeft', { ctrlKey: true })).toBe(true);
  expect(pressed('ControlLeft', { ctrlKey: true, altKey: true })).toBe(true);
  expect(pressed('F5', { ctrlKey: true })).toBe(true);
  expect(pressed('Space', { isComposing: true })).toBe(true);
});

test('a mouse button that talks does nothing else, and the other buttons do what they do', async () => {
  const { world, on, later } = await inCall({ talkKey: { kind: 'pointer', button: 3 } });
  let prevented = 0;
  const press = { editable: true, modified: false, repeated: false, preventDefault: () => prevented++ };
  world.press(3, press);
  expect([on(), prevented]).toEqual([true, 1]);
  world.talk!.followed({ key: 3, ...press }); // the page before
  world.talk!.followed({ key: 2, ...press });
  expect(prevented).toBe(2);
  world.letGo(3);
  expect(await later()).toBe(false);
});

test('a keyboard that tells of nothing while Command is down leaves no key stuck', async () => {
  const { world, later } = await inCall();
  world.press('Space');
  world.letGo('MetaLeft');
  expect(await later()).toBe(false);
});

test('a window that has the focus again with the key still down: held goes on, latched does not change', async () => {
  const held = await inCall();
  held.world.press('Space');
  held.world.talk!.away();
  held.world.press('Space', { repeated: true });
  expect(await held.later()).toBe(true);
  const latched = await inCall({ latching: true });
  latched.world.press('Space');
  latched.world.talk!.away();
  latched.world.press('Space', { repeated: true });
  expect(await latched.later()).toBe(true);
});

for (const latching of [false, true]) {
  const how = latching ? 'latched' : 'held';

  test(`${how}: a microphone that is unplugged lets go at once, and the next one is silent`, async () => {
    const { page, world, scene, on, later } = await inCall({ latching, releaseMs: 1_000 });
    world.press('Space');
    page.inputs.tracks[0]!.end();
    await scene.clock.advance(10);
    expect([page.inputs.tracks.length, on(), page.voice.view.talkPressed]).toEqual([2, false, false]);
    expect(await later()).toBe(false);
  });

  test(`${how}: another default device of the system lets go`, async () => {
    const { page, world, scene, later } = await inCall({ latching });
    world.press('Space');
    page.inputs.default = 'headset';
    page.inputs.changeDevices();
    await scene.clock.advance(10);
    expect([page.inputs.tracks.length, await later()]).toEqual([2, false]);
  });

  test(`${how}: a device the person chooses goes on where the last one was`, async () => {
    const { page, world, later } = await inCall({ latching });
    world.press('Space');
    page.voice.configure({ inputDeviceId: 'headset' });
    expect([await later(), page.inputs.running.length]).toEqual([true, 1]);
  });
}

test('a key that is really still down talks into the next microphone', async () => {
  const { page, world, later } = await inCall();
  world.press('Space');
  page.inputs.tracks[0]!.end();
  world.press('Space', { repeated: true });
  expect([await later(), page.inputs.tracks.length]).toEqual([true, 2]);
});

test('un-muting in push-to-talk mode sends nothing, however one was muted and whatever was latched', async () => {
  for (const silence of ['mute', 'deafen'] as const) {
    for (const latching of [false, true]) {
      const { page, world, scene, later } = await inCall({ latching, releaseMs: 1_000 });
      world.press('Space');
      world.letGo('Space'); // latched, or in its tail
      page.voice[silence]();
      const opened = watch(page.inputs.tracks[0]!);
      await scene.seconds(0.1);
      page.voice.undeafen();
      page.voice.unmute();
      expect(await later()).toBe(false);
      expect([opened(), page.voice.view.talkPressed]).toEqual([0, false]);
      world.press('Space');
      expect(await later()).toBe(true);
    }
  }
});

/** Counts how often a track is opened from now on. */
function watch(track: { enabled: boolean }): () => number {
  let { enabled } = track;
  let opened = 0;
  Object.defineProperty(track, 'enabled', {
    get: () => enabled,
    set: (value: boolean) => {
      if (value) opened += 1;
      enabled = value;
    },
  });
  return () => opened;
}

test('a latch made while muted ends with the mute', async () => {
  const { page, world, scene, later } = await inCall({ latching: true });
  page.voice.mute();
  world.press('Space');
  world.letGo('Space');
  await scene.clock.settle();
  expect(page.voice.view).toMatchObject({ talkPressed: true, transmitting: false, talkingWhileMuted: true });
  page.voice.unmute();
  expect(await later()).toBe(false);
});

test('an administrator who un-mutes somebody opens no microphone that was latched', async () => {
  const { page, scene, world, on, later } = await inCall({ latching: true });
  world.press('Space');
  world.letGo('Space');
  expect(on()).toBe(true);
  scene.server.rule('ann', true);
  expect(await later()).toBe(false);
  scene.server.rule('ann', false);
  expect([await later(), page.voice.view.talkPressed]).toEqual([false, false]);
});

test.each([0, 100, 1_000])('let go, it stays open for the %i ms that were chosen', async (releaseMs) => {
  const { scene, world, on } = await inCall({ releaseMs });
  world.press('Space');
  world.letGo('Space');
  expect(on()).toBe(releaseMs > 0);
  await scene.clock.advance(Math.max(0, releaseMs - 1));
  expect(on()).toBe(releaseMs > 0);
  await scene.clock.advance(1);
  expect(on()).toBe(false);
});

test('another release tail is in force from the next time on, and a held key does not notice', async () => {
  const { scene, page, world, on } = await inCall();
  world.press('Space');
  page.voice.configure({ releaseMs: 600 });
  expect([on(), world.settings.releaseMs]).toEqual([true, 600]);
  world.letGo('Space');
  await scene.clock.advance(599);
  expect(on()).toBe(true);
  await scene.clock.advance(1);
  expect(on()).toBe(false);
});
