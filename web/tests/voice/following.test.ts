/** Settings chosen on another device are in force here, also in the middle of a call, and touch nothing they are not about. */
import { expect, test } from 'vitest';
import { choicesOf, DEFAULT_SETTINGS, settingsOf, type VoiceSettings } from '../../src/voice/settings';
import { Scene } from './fakes/scene';

async function inCall() {
  const scene = new Scene();
  const ann = scene.page('ann');
  void ann.voice.join('lounge');
  await scene.seconds(1);
  return { scene, ann, on: () => ann.world.sounds.sent!.track.enabled };
}

test('another key talks from now on', async () => {
  const { scene, ann, on } = await inCall();
  ann.world.choose({ talkKey: { kind: 'key', code: 'KeyT' } });
  await scene.seconds(1);
  expect(ann.voice.settings.talkKey).toEqual({ kind: 'key', code: 'KeyT' });
  ann.world.press('Space');
  expect(on()).toBe(false);
  ann.world.press('KeyT');
  expect(on()).toBe(true);
});

test('another way to talk is in force, and shown, while the call goes on', async () => {
  const { scene, ann, on } = await inCall();
  ann.world.choose({ mode: 'voice_activity' });
  await scene.seconds(1);
  expect(ann.voice.view).toMatchObject({ state: 'connected', mode: 'voice_activity' });
  ann.world.speaking?.(true);
  expect(on()).toBe(true);
  expect(scene.said('voice.join')).toHaveLength(1);
});

test('what talks goes on talking when something else is chosen: the key stays held, the microphone stays open', async () => {
  const { scene, ann, on } = await inCall();
  ann.world.press('Space');
  ann.world.choose({ thresholdDbfs: -30 });
  await scene.seconds(1);
  expect([on(), ann.voice.settings.thresholdDbfs]).toEqual([true, -30]);
  expect(ann.inputs.asked).toHaveLength(1);
  expect(ann.inputs.running).toHaveLength(1);
});

test('other processing: a new track takes over before the old one ends', async () => {
  const { scene, ann } = await inCall();
  const [old] = ann.inputs.running;
  ann.inputs.answer = 'wait';
  ann.world.choose({ processing: { ...DEFAULT_SETTINGS.processing, noiseSuppression: 'off' } });
  await scene.seconds(1);
  expect(ann.inputs.running).toEqual([old]);
  ann.inputs.decide('give');
  await scene.seconds(1);
  expect(ann.inputs.running).toHaveLength(1);
  expect(ann.inputs.running).not.toEqual([old]);
});

test('outside a call nothing is opened by it', async () => {
  const scene = new Scene();
  const ann = scene.page('ann');
  ann.world.choose({ mode: 'voice_activity', processing: { ...DEFAULT_SETTINGS.processing } });
  await scene.seconds(1);
  expect([ann.inputs.asked, ann.world.talk]).toEqual([[], null]);
  expect(ann.voice.view.mode).toBe('voice_activity');
});

test('a controller that is disposed of follows nothing', async () => {
  const { scene, ann } = await inCall();
  ann.voice.dispose();
  ann.world.choose({ mode: 'voice_activity' });
  await scene.seconds(1);
  expect(ann.voice.settings.mode).toBe('push_to_talk');
});

test('what was never chosen is as it comes, and devices stay with the device', () => {
  expect(settingsOf({}, {})).toEqual(DEFAULT_SETTINGS);
  expect(settingsOf({}, { inputDeviceId: 'headset' })).toEqual({
    ...DEFAULT_SETTINGS,
    inputDeviceId: 'headset',
  });
  expect(choicesOf({ inputDeviceId: 'headset', outputDeviceId: null })).toEqual({});
});

test.each<Partial<VoiceSettings>>([
  { mode: 'voice_activity' },
  { talkKey: { kind: 'pointer', button: 4 }, latching: true },
  { talkKey: { kind: 'key', code: 'ControlLeft' }, latching: false },
  { thresholdDbfs: -60 },
  { processing: { echoCancellation: false, noiseSuppression: 'off', autoGainControl: false } },
])('%o comes back as it was chosen', (change) => {
  expect(settingsOf(choicesOf(change), {})).toEqual({ ...DEFAULT_SETTINGS, ...change });
});
