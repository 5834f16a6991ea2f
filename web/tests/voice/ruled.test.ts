/** An administrator's mute: the gate stays shut whatever one does, and everybody else plays nothing of it either. */
import { expect, test } from 'vitest';
import { hintOf } from '../../src/ui/voice/bar_state';
import { MicrophoneGate } from '../../src/voice/gate';
import { Playback } from '../../src/voice/playback';
import { DEFAULT_SETTINGS } from '../../src/voice/settings';
import { FakeClock } from './fakes/clock';
import { FakeSink, FakeTrack, FakeWorld, type Page } from './fakes/page';
import { Scene } from './fakes/scene';

const on = (page: Page) => page.world.sounds.sent!.track.enabled;

async function inACall() {
  const scene = new Scene();
  const [ann, ben] = await scene.call('ann', 'ben');
  return { scene, ann: ann!, ben: ben! };
}

test('no input opens a gate that an administrator has shut', () => {
  for (const mode of ['push_to_talk', 'voice_activity'] as const) {
    const gate = new MicrophoneGate(new FakeClock(), () => undefined);
    const track = new FakeTrack();
    gate.attach(track);
    gate.set({ inCall: true, held: true, voiceActive: true, mode });
    expect(track.enabled).toBe(true);
    gate.set({ mutedByAdministrator: true });
    expect(track.enabled).toBe(false);
    gate.set({ held: false });
    gate.set({ held: true, muted: false, deafened: false });
    expect(track.enabled).toBe(false);
    gate.set({ mutedByAdministrator: false });
    expect(track.enabled).toBe(true);
  }
});

test('it cuts who talks short, tells them, and nothing of theirs ends it', async () => {
  const { scene, ann } = await inACall();
  ann.voice.pressTalk();
  expect(on(ann)).toBe(true);
  scene.server.rule('ann', true);
  await scene.clock.settle();
  expect(on(ann)).toBe(false);
  expect(hintOf(ann.voice.view)).toBe('An administrator has muted you.');
  expect(ann.voice.view).toMatchObject({ mutedByAdministrator: true, muted: false, transmitting: false });
  for (const act of ['mute', 'unmute', 'deafen', 'undeafen', 'unmute', 'releaseTalk', 'pressTalk'] as const)
    ann.voice[act]();
  ann.voice.configure({ mode: 'voice_activity' });
  await scene.seconds(1);
  ann.world.speaking!(true);
  expect(on(ann)).toBe(false);
  scene.server.rule('ann', false);
  await scene.clock.settle();
  expect([on(ann), hintOf(ann.voice.view)]).toEqual([true, '']);
});

test("one's own mute is another thing, and stays when the administrator's ends", async () => {
  const { scene, ann } = await inACall();
  ann.voice.mute();
  scene.server.rule('ann', true);
  await scene.seconds(1);
  scene.server.rule('ann', false);
  ann.voice.pressTalk();
  await scene.seconds(1);
  expect([ann.voice.view.muted, on(ann)]).toEqual([true, false]);
});

test('who comes back, or moves the call to another page, is muted from the first moment', async () => {
  const { scene, ann } = await inACall();
  scene.server.rule('ann', true);
  await scene.seconds(1);
  ann.gateway.lose();
  await scene.seconds(2);
  ann.gateway.comeBack();
  await scene.seconds(2);
  ann.voice.pressTalk();
  expect([ann.voice.view.mutedByAdministrator, on(ann)]).toEqual([true, false]);
  const phone = scene.page('ann', { host: 'phone' });
  void phone.voice.join('lounge');
  await scene.seconds(2);
  void phone.voice.moveHere();
  await scene.seconds(2);
  expect(phone.voice.view.channelId).toBe('lounge');
  phone.voice.pressTalk();
  await scene.seconds(1);
  expect([phone.voice.view.mutedByAdministrator, on(phone)]).toEqual([true, false]);
});

test('everybody else plays nothing of who is muted, also who comes later; the others sound', async () => {
  const { scene, ben } = await inACall();
  const cleo = scene.page('cleo', { world: new FakeWorld() });
  void cleo.voice.join('lounge');
  await scene.seconds(2);
  scene.server.rule('ann', true);
  await scene.seconds(1);
  const dora = scene.page('dora', { world: new FakeWorld() });
  void dora.voice.join('lounge');
  await scene.seconds(3);
  const muted = (page: Page) => page.world.sinks.filter((sink) => !sink.closed && sink.muted).length;
  const open = (page: Page) => page.world.sinks.filter((sink) => !sink.closed).length;
  for (const page of [ben, cleo, dora]) expect([muted(page), open(page)]).toEqual([1, 3]);
  expect([...dora.voice.view.peers.values()].every((peer) => peer.state === 'ok')).toBe(true);
  scene.server.rule('ann', false);
  await scene.seconds(1);
  expect([ben, cleo, dora].map(muted)).toEqual([0, 0, 0]);
});

test('who is silenced stays so through deafening and un-deafening', () => {
  const sinks: FakeSink[] = [];
  const create = () => {
    const sink = new FakeSink(() => true);
    sinks.push(sink);
    return sink;
  };
  const playback = new Playback(create, DEFAULT_SETTINGS, () => undefined);
  playback.silenced = new Set(['ann']);
  for (const peer of ['ann', 'ben']) playback.attach(peer, peer, new FakeTrack());
  expect(sinks.map((sink) => sink.muted)).toEqual([true, false]);
  playback.deafened = true;
  playback.deafened = false;
  expect(sinks.map((sink) => sink.muted)).toEqual([true, false]);
  playback.silenced = new Set();
  expect(sinks.map((sink) => sink.muted)).toEqual([false, false]);
});
