/** The life of the microphone: when it opens, what exchanges it, and that it is released on every way out. */
import { expect, test } from 'vitest';
import { peersOf, Scene } from './fakes/scene';
import type { Page } from './fakes/page';

async function inCall(arrange: (page: Page) => void = () => undefined) {
  const scene = new Scene();
  const ann = scene.page('ann');
  arrange(ann);
  void ann.voice.join('lounge');
  await scene.seconds(1);
  return { scene, ann };
}

const ERRORS = [
  ['NotAllowedError', 'mic_denied'],
  ['NotFoundError', 'mic_missing'],
  ['OverconstrainedError', 'mic_missing'],
  ['NotReadableError', 'mic_busy'],
  ['AbortError', 'mic_busy'],
] as const;

for (const [name, code] of ERRORS) {
  test(`${name}: listen-only because of ${code}, and green all the same`, async () => {
    const { scene, ann } = await inCall((page) => (page.inputs.answer = { refuse: name }));
    expect(ann.voice.view).toMatchObject({
      state: 'connected',
      listenOnly: true,
      reason: { code, side: 'you' },
    });
    expect(scene.server.participants('lounge')).toMatchObject([{ sends_audio: false }]);
  });
}

test('a page without TLS has no microphone, and says the way out', async () => {
  const { ann } = await inCall((page) => (page.inputs.available = false));
  expect(ann.voice.view).toMatchObject({
    listenOnly: true,
    reason: { code: 'mic_insecure', side: 'instance' },
  });
  expect(ann.voice.view.reason?.remedy).toContain('https');
  expect(ann.inputs.asked).toEqual([]);
});

test('what is asked for: the chosen processing, mono, no sample rate; a device is a wish', async () => {
  const { scene, ann } = await inCall();
  expect(ann.inputs.asked).toEqual([
    { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
  ]);
  ann.voice.configure({ inputDeviceId: 'headset' });
  ann.voice.configure({ processing: { ...ann.voice.settings.processing, noiseSuppression: 'off' } });
  await scene.seconds(1);
  expect(ann.inputs.asked.at(-1)).toMatchObject({ noiseSuppression: false, deviceId: { exact: 'headset' } });
});

test('links connect while the permission prompt is open; the server hears when the microphone is there', async () => {
  const scene = new Scene();
  const ann = scene.page('ann');
  ann.inputs.answer = 'wait';
  void ann.voice.join('lounge');
  const ben = scene.page('ben');
  void ben.voice.join('lounge');
  await scene.seconds(3);
  expect([peersOf(ann), peersOf(ben)]).toEqual([['ben ok'], ['ann ok']]);
  expect(scene.said('voice.join', 'ann')).toMatchObject([{ sends_audio: false }]);
  ann.inputs.decide('give');
  await scene.seconds(2);
  expect(scene.server.participants('lounge').map((one) => one.sends_audio)).toEqual([true, true]);
  expect([peersOf(ann), peersOf(ben), ann.voice.view.state]).toEqual([['ben ok'], ['ann ok'], 'connected']);
});

test('a stream that comes after leaving is stopped at once', async () => {
  const { scene, ann } = await inCall((page) => (page.inputs.answer = 'wait'));
  ann.voice.disconnect();
  ann.inputs.decide('give');
  await scene.clock.settle();
  expect([ann.inputs.tracks.length, ann.inputs.running]).toEqual([1, []]);
});

test('leaving and joining again while the prompt is open ends with one microphone', async () => {
  const { scene, ann } = await inCall((page) => (page.inputs.answer = 'wait'));
  ann.voice.disconnect();
  void ann.voice.join('lounge');
  await scene.seconds(1);
  ann.inputs.decide('give');
  await scene.seconds(1);
  expect(ann.inputs.running).toHaveLength(1);
});

test('another device: the new track is on all links before the old one ends', async () => {
  const scene = new Scene();
  const [ann, ben] = await scene.call('ann', 'ben');
  const [old] = ann!.inputs.tracks;
  ann!.voice.configure({ inputDeviceId: 'headset' });
  await scene.seconds(3);
  expect([old!.stopped, ann!.inputs.running.length]).toEqual([true, 1]);
  expect(peersOf(ben!)).toEqual(['ann ok']);
  expect(scene.said('voice.update', 'ann')).not.toContainEqual(
    expect.objectContaining({ sends_audio: false }),
  );
});

test('a new track is as silent or open as the gate', async () => {
  const { scene, ann } = await inCall();
  ann.voice.configure({ inputDeviceId: 'one' });
  await scene.seconds(1);
  expect(ann.inputs.running[0]!.enabled).toBe(false);
  ann.voice.pressTalk();
  ann.voice.configure({ inputDeviceId: 'two' });
  await scene.seconds(1);
  expect(ann.inputs.running[0]!.enabled).toBe(true);
});

test('a device that cannot be had leaves the one that works', async () => {
  const { scene, ann } = await inCall();
  ann.inputs.answer = { refuse: 'NotReadableError' };
  ann.voice.configure({ inputDeviceId: 'broken' });
  await scene.seconds(1);
  expect(ann.inputs.running).toHaveLength(1);
  expect(ann.voice.view).toMatchObject({ listenOnly: false, reason: { code: 'mic_busy' } });
});

test('unplugged: whatever is there now takes its place', async () => {
  const { scene, ann } = await inCall();
  ann.inputs.tracks[0]!.end();
  await scene.seconds(1);
  expect([ann.inputs.tracks.length, ann.inputs.running.length, ann.voice.view.listenOnly]).toEqual([
    2,
    1,
    false,
  ]);
});

test('unplugged with nothing else there: listen-only, until something is plugged in', async () => {
  const { scene, ann } = await inCall();
  ann.inputs.answer = { refuse: 'NotFoundError' };
  ann.inputs.tracks[0]!.end();
  await scene.seconds(1);
  expect(scene.server.participants('lounge')).toMatchObject([{ sends_audio: false }]);
  ann.inputs.answer = 'give';
  ann.inputs.changeDevices();
  await scene.seconds(1);
  expect(ann.voice.view).toMatchObject({ listenOnly: false, reason: null });
  expect(scene.server.participants('lounge')).toMatchObject([{ sends_audio: true }]);
});

test('the default device is followed when the system changes it, a chosen one is not', async () => {
  const { scene, ann } = await inCall();
  ann.inputs.changeDevices();
  await scene.seconds(1);
  expect(ann.inputs.asked).toHaveLength(1);
  ann.inputs.default = 'headset';
  ann.inputs.changeDevices();
  await scene.seconds(1);
  expect([ann.inputs.asked.length, ann.inputs.running.length]).toEqual([2, 1]);
  ann.voice.configure({ inputDeviceId: 'desk' });
  await scene.seconds(1);
  ann.inputs.default = 'speaker';
  ann.inputs.changeDevices();
  await scene.seconds(1);
  expect(ann.inputs.asked).toHaveLength(3);
});

test('a chosen device that was unplugged is used again when it is back, and nothing that was held goes along', async () => {
  const { scene, ann } = await inCall();
  const device = () => ann.inputs.running.map(({ deviceId }) => deviceId);
  ann.voice.configure({ inputDeviceId: 'desk' });
  await scene.seconds(1);
  expect(device()).toEqual(['desk']);
  ann.inputs.missing.add('desk');
  ann.inputs.running[0]!.end();
  await scene.seconds(1);
  expect(device()).toEqual(['built-in']);
  ann.inputs.changeDevices(); // something else
  await scene.seconds(1);
  expect(device()).toEqual(['built-in']);
  ann.voice.pressTalk();
  ann.inputs.missing.delete('desk');
  ann.inputs.changeDevices();
  await scene.seconds(1);
  expect([device(), ann.inputs.running[0]!.enabled]).toEqual([['desk'], false]);
});

test('after a refusal it can be asked for again', async () => {
  const { scene, ann } = await inCall((page) => (page.inputs.answer = { refuse: 'NotAllowedError' }));
  await ann.voice.retryMicrophone();
  await scene.clock.settle();
  expect(ann.voice.view).toMatchObject({ listenOnly: true, reason: { code: 'mic_denied' } });
  ann.inputs.answer = 'give';
  await ann.voice.retryMicrophone();
  await scene.seconds(1);
  expect(ann.voice.view).toMatchObject({ state: 'connected', listenOnly: false, reason: null });
  expect(scene.said('voice.join')).toHaveLength(1);
  expect(scene.server.participants('lounge')).toMatchObject([{ sends_audio: true }]);
});

test('settings changed outside a call open nothing', async () => {
  const scene = new Scene();
  const ann = scene.page('ann');
  ann.voice.configure({ inputDeviceId: 'headset' });
  ann.voice.configure({ processing: { ...ann.voice.settings.processing, echoCancellation: false } });
  await ann.voice.retryMicrophone();
  await scene.seconds(1);
  expect(ann.inputs.asked).toEqual([]);
  expect(ann.world.settings).toMatchObject({
    inputDeviceId: 'headset',
    processing: { echoCancellation: false },
  });
});
