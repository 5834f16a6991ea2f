/** Every way out of a call with the microphone on, or on its way: afterwards nothing records. */
import { expect, test } from 'vitest';
import { Microphone } from '../../src/voice/microphone';
import { DEFAULT_SETTINGS } from '../../src/voice/settings';
import { FakeInputs, type Page } from './fakes/page';
import { Refused } from './fakes/server';
import { Scene } from './fakes/scene';

type WayOut = (scene: Scene, page: Page) => Promise<void> | void;

const dispatch = (page: Page, t: string, d: object) =>
  page.gateway.deliver(t, {
    channel_id: 'lounge',
    participant_id: page.voice.view.participantId,
    ...d,
  });

const WAYS_OUT: Record<string, WayOut> = {
  leaving: (_, page) => page.voice.disconnect(),
  'the end of the login session': (_, page) => page.voice.dispose(),
  'closing the page': (_, page) => page.world.hidePage(),
  'moving to another page': (_, page) => dispatch(page, 'voice.superseded', { device: 'phone' }),
  'being put out': (_, page) => dispatch(page, 'voice.kicked', { reason: 'membership_removed' }),
  'voice being switched off': (_, page) => dispatch(page, 'voice.kicked', { reason: 'voice_disabled' }),
  'a departure that names nobody else': (_, page) =>
    dispatch(page, 'voice.participant_left', { rev: 99, reason: 'kicked' }),
  'a refused return': async (scene, page) => {
    scene.server.refuse = () => new Refused('not_found');
    page.gateway.lose();
    await scene.seconds(1);
    page.gateway.comeBack();
  },
  'too long a sleep': (scene) => scene.clock.sleep(16 * 60_000),
};

for (const [name, wayOut] of Object.entries(WAYS_OUT)) {
  for (const prompt of ['answered', 'still open']) {
    test(`${name}, the permission prompt ${prompt}: nothing records, nothing is connected`, async () => {
      const scene = new Scene();
      const ben = scene.page('ben');
      const ann = scene.page('ann');
      if (prompt === 'still open') ann.inputs.answer = 'wait';
      void ben.voice.join('lounge');
      void ann.voice.join('lounge');
      await scene.seconds(3);
      ann.voice.pressTalk();
      await wayOut(scene, ann);
      await scene.seconds(2);
      ann.inputs.decide('give');
      await scene.seconds(2);
      expect(ann.inputs.asked).toHaveLength(1);
      expect(ann.inputs.tracks).toHaveLength(1); // it came, in time or late
      expect([ann.inputs.running, ann.world.talk, ann.world.speaking]).toEqual([[], null, null]);
      expect(ann.world.sinks.every((sink) => sink.closed)).toBe(true);
      ann.voice.pressTalk();
      await scene.seconds(1);
      expect(ann.inputs.running).toEqual([]);
    });
  }
}

test('a device that goes and comes outside a call opens nothing', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann');
  ann!.voice.disconnect();
  ann!.inputs.tracks[0]!.end();
  ann!.inputs.changeDevices();
  await ann!.voice.retryMicrophone();
  ann!.voice.configure({ processing: { ...ann!.voice.settings.processing, noiseSuppression: 'off' } });
  await scene.seconds(2);
  expect([ann!.inputs.asked.length, ann!.inputs.running]).toEqual([1, []]);
});

test('a microphone is off even where handing over its end fails', async () => {
  const inputs = new FakeInputs();
  const microphone = new Microphone(inputs, DEFAULT_SETTINGS, {
    track: (track) => {
      if (!track) throw new Error('a sender that is closed');
    },
    changed: () => undefined,
  });
  await microphone.open();
  expect(inputs.running).toHaveLength(1);
  expect(() => microphone.dispose()).toThrow('a sender that is closed');
  expect(inputs.running).toEqual([]);
});
