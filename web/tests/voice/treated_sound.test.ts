/** The treated sound in a whole call: what each setting changes, what the gate writes to, and what one is told. */
import { expect, test } from 'vitest';
import { hintOf } from '../../src/ui/voice/bar_state';
import { DEFAULT_SETTINGS, type VoiceSettings } from '../../src/voice/settings';
import { LOOK_AHEAD_MS } from '../../src/voice/sound';
import type { FakeTrack } from './fakes/tracks';
import { peersOf, Scene } from './fakes/scene';
import type { Page } from './fakes/page';

async function inCall(
  settings: Partial<VoiceSettings> = {},
  arrange: (page: Page) => void = () => undefined,
) {
  const scene = new Scene();
  const [ann, ben] = [scene.page('ann'), scene.page('ben')];
  ann.world.settings = { ...DEFAULT_SETTINGS, ...settings };
  arrange(ann);
  ann.world.choose(settings);
  for (const page of [ann, ben]) void page.voice.join('lounge');
  await scene.seconds(5);
  return { scene, ann, ben, sounds: ann.world.sounds };
}

const RNNOISE = { ...DEFAULT_SETTINGS.processing, noiseSuppression: 'rnnoise' } as const;

test('push to talk at full volume sends the microphone itself', async () => {
  const { ann, sounds } = await inCall();
  expect(sounds.sent!.track).toBe(ann.inputs.running[0]);
});

test('voice activity sends a little later than it listens', async () => {
  const { ann, sounds } = await inCall({ mode: 'voice_activity' });
  expect(sounds.sent!.treatment.lookAheadMs).toBe(LOOK_AHEAD_MS);
  expect([LOOK_AHEAD_MS >= 60 && LOOK_AHEAD_MS <= 100]).toEqual([true]);
  expect(sounds.sent!.track.enabled).toBe(false);
  ann.world.speaking!(true);
  expect([sounds.sent!.track.enabled, ann.inputs.running[0]!.enabled]).toEqual([true, true]);
  ann.voice.mute();
  expect(sounds.sent!.track.enabled).toBe(false);
});

test("RNNoise takes the place of the browser's own suppression", async () => {
  const { ann, sounds } = await inCall({ processing: RNNOISE });
  expect(sounds.sent!.treatment.suppress).toBe(true);
  expect(ann.inputs.asked.at(-1)).toMatchObject({ noiseSuppression: false, echoCancellation: true });
});

test('everything can be changed in a running call, without a gap, an offer, or a word to the server', async () => {
  const { scene, ann, ben, sounds } = await inCall();
  const said = scene.said('voice.signal').length;
  const gaps: string[] = [];
  const changes: [string, Partial<VoiceSettings>][] = [
    ['mode', { mode: 'voice_activity' }],
    ['RNNoise', { processing: RNNOISE }],
    ['volume', { inputVolume: 30 }],
    ['device', { inputDeviceId: 'headset' }],
    ['back', { mode: 'push_to_talk', inputVolume: 100, processing: DEFAULT_SETTINGS.processing }],
  ];
  for (const [name, change] of changes) {
    sounds.answer = 'wait';
    ann.voice.configure(change);
    await scene.clock.settle();
    if ((sounds.sent?.track as FakeTrack | undefined)?.stopped ?? true) gaps.push(name);
    for (const sound of sounds.running) sound.arrive();
    sounds.answer = 'arrive';
    await scene.seconds(2);
    expect([sounds.running.length, ann.inputs.running.length]).toEqual([1, 1]);
  }
  expect([gaps, peersOf(ben), scene.said('voice.signal').length]).toEqual([[], ['ann ok'], said]);
  expect(scene.said('voice.update', 'ann')).not.toContainEqual(
    expect.objectContaining({ sends_audio: false }),
  );
});

test("where RNNoise cannot be had one is told, and the browser's own suppression is asked for instead", async () => {
  const { scene, ann, sounds } = await inCall({ processing: RNNOISE }, (page) => {
    page.world.sounds.answer = 'no RNNoise';
  });
  expect(ann.inputs.asked.at(-1)).toMatchObject({ noiseSuppression: true });
  expect([ann.inputs.running.length, sounds.running.length]).toEqual([1, 1]);
  expect(ann.voice.view.suppressionFailed).toBe(true);
  expect(hintOf(ann.voice.view)).toContain('RNNoise');
  ann.voice.configure({ inputDeviceId: 'headset' });
  await scene.seconds(1);
  expect(ann.inputs.asked.at(-1)).toMatchObject({ noiseSuppression: true });
  ann.voice.configure({ processing: { ...RNNOISE, noiseSuppression: 'off' } });
  await scene.seconds(1);
  expect([ann.voice.view.suppressionFailed, hintOf(ann.voice.view)]).toEqual([false, '']);
  expect(ann.inputs.asked.at(-1)).toMatchObject({ noiseSuppression: false });
});

test('the next call tries RNNoise again', async () => {
  const { scene, ann, sounds } = await inCall({ processing: RNNOISE }, (page) => {
    page.world.sounds.answer = 'no RNNoise';
  });
  ann.voice.disconnect();
  sounds.answer = 'arrive';
  void ann.voice.join('lounge');
  await scene.seconds(2);
  expect(ann.inputs.asked.at(-1)).toMatchObject({ noiseSuppression: false });
  expect([ann.voice.view.suppressionFailed, sounds.sent!.treatment.suppress]).toEqual([false, true]);
});

test('a microphone that gives digital silence is named, until it gives more, and not to who is muted', async () => {
  const { scene, ann, sounds } = await inCall();
  const hint = async (dbfs: number) => {
    sounds.loudestDbfs = dbfs;
    sounds.newest.events.measured({ microphoneDbfs: dbfs, treatedDbfs: dbfs });
    await scene.clock.settle();
    return hintOf(ann.voice.view);
  };
  expect(await hint(-70)).toBe('');
  expect(await hint(-100)).toBe('Your microphone is silent.');
  ann.voice.mute();
  await scene.clock.settle();
  expect(hintOf(ann.voice.view)).toBe('');
  ann.voice.unmute();
  expect(await hint(-60)).toBe('');
});

test('a noise that RNNoise has taken out, or a volume of nothing, is no silent microphone', async () => {
  const { scene, ann, sounds } = await inCall({ processing: RNNOISE });
  sounds.loudestDbfs = -50;
  sounds.treatedDbfs = -100;
  sounds.newest.events.measured({ microphoneDbfs: -50, treatedDbfs: -100 });
  await scene.seconds(6);
  expect(ann.voice.view.microphoneSilent).toBe(false);
  expect(scene.said('voice.report', 'ann').at(-1)).toMatchObject({ microphone: 'live' });
});

test('what is reported as loud is what is sent', async () => {
  const { scene, ann, sounds } = await inCall({ inputVolume: 50 });
  sounds.loudestDbfs = -20;
  sounds.treatedDbfs = -26;
  ann.voice.pressTalk();
  await scene.seconds(6);
  expect(scene.said('voice.report', 'ann').at(-1)).toMatchObject({ transmitting: true, level_dbfs: -26 });
});

test('every way out of a call stops the microphone and all that treats it', async () => {
  const { scene, ann, sounds } = await inCall({ mode: 'voice_activity', processing: RNNOISE });
  sounds.answer = 'wait';
  ann.voice.configure({ inputDeviceId: 'headset' });
  await scene.clock.settle();
  expect(sounds.running).toHaveLength(2);
  ann.voice.disconnect();
  await scene.clock.settle();
  expect([sounds.running, ann.inputs.running]).toEqual([[], []]);
});
