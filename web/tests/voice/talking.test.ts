/** What opens the microphone: the one gate, the key, the voice, and what closes it again. */
import { expect, test } from 'vitest';
import { MicrophoneGate, type GateInputs } from '../../src/voice/gate';
import { DEFAULT_SETTINGS } from '../../src/voice/settings';
import { hintOf } from '../../src/ui/voice/bar_state';
import { FakeClock } from './fakes/clock';
import { FakeWorld } from './fakes/page';
import { Scene } from './fakes/scene';
import { FakeTrack } from './fakes/tracks';

test('the gate is open exactly when in a call, muted by nobody, not deafened, and held or voiced', () => {
  for (let bits = 0; bits < 128; bits++) {
    const [inCall, muted, deafened, held, voiceActive, byVoice, mutedByAdministrator] = [
      1, 2, 4, 8, 16, 32, 64,
    ].map((bit) => (bits & bit) > 0);
    const mode = byVoice ? 'voice_activity' : 'push_to_talk';
    const inputs = { inCall, muted, deafened, mutedByAdministrator, held, voiceActive, mode } as GateInputs;
    const gate = new MicrophoneGate(new FakeClock(), () => undefined);
    const track = new FakeTrack();
    gate.attach(track);
    gate.set(inputs);
    const silenced = muted || deafened || mutedByAdministrator;
    expect(track.enabled).toBe(inCall && !silenced && (byVoice ? voiceActive : held));
  }
});

async function talking(world = new FakeWorld()) {
  const scene = new Scene();
  const page = scene.page('ann', { world });
  void page.voice.join('lounge');
  await scene.seconds(1);
  return { scene, page, world, on: () => world.sounds.sent!.track.enabled };
}

test('push to talk is the default: silent until the space bar is held, and for a short tail after', async () => {
  const { scene, page, world, on } = await talking();
  expect([page.voice.view.mode, on()]).toEqual(['push_to_talk', false]);
  world.press('Space');
  await scene.clock.settle();
  expect([on(), page.voice.view.transmitting, page.voice.view.talkPressed]).toEqual([true, true, true]);
  world.letGo('Space');
  await scene.clock.advance(DEFAULT_SETTINGS.releaseMs - 10);
  expect(on()).toBe(true);
  await scene.clock.advance(20);
  expect([on(), page.voice.view.transmitting]).toEqual([false, false]);
});

test('pressing again within the tail goes on without a gap', async () => {
  const { scene, page, on } = await talking();
  page.voice.pressTalk();
  page.voice.releaseTalk();
  await scene.clock.advance(100);
  page.voice.pressTalk();
  await scene.seconds(1);
  expect(on()).toBe(true);
});

test('muting cuts the tail short, and un-muting in push-to-talk mode opens nothing', async () => {
  const { scene, page, on } = await talking();
  page.voice.pressTalk();
  page.voice.releaseTalk();
  page.voice.mute();
  expect(on()).toBe(false);
  await scene.seconds(1);
  page.voice.unmute();
  await scene.seconds(1);
  expect(on()).toBe(false);
});

test('deafening mutes; un-deafening does not un-mute', async () => {
  const { scene, page, on } = await talking();
  page.voice.pressTalk();
  page.voice.deafen();
  expect(on()).toBe(false);
  page.voice.undeafen();
  await scene.clock.settle();
  expect([on(), page.voice.view.muted, page.voice.view.deafened]).toEqual([false, true, false]);
  page.voice.unmute();
  expect(on()).toBe(true); // the key is still held
});

test('that one is still muted is said of un-deafening, and of nothing else', async () => {
  const { scene, page } = await talking();
  const hint = async () => {
    await scene.clock.settle();
    return hintOf(page.voice.view);
  };
  page.voice.mute();
  expect(await hint()).toBe('');
  page.voice.deafen();
  expect(await hint()).toBe('');
  page.voice.undeafen();
  expect(await hint()).toBe('You are still muted.');
  page.voice.unmute();
  page.voice.mute();
  expect(await hint()).toBe('');
});

test('typing never keys the microphone, and typing while it is held releases it', async () => {
  const { scene, world, on } = await talking();
  let prevented = 0;
  world.press('Space', { editable: true, preventDefault: () => prevented++ });
  expect([on(), prevented]).toEqual([false, 0]);
  world.press('Space');
  world.press('Space', { editable: true });
  await scene.seconds(1);
  expect(on()).toBe(false);
});

test('the key does nothing else while it talks, and with a modifier it does not talk', async () => {
  const { world, on } = await talking();
  let prevented = 0;
  world.press('Space', { modified: true, preventDefault: () => prevented++ });
  expect([on(), prevented]).toEqual([false, 0]);
  world.press('Space', { preventDefault: () => prevented++ });
  world.press('Space', { preventDefault: () => prevented++ }); // repeats of a held key scroll the page
  expect([on(), prevented]).toEqual([true, 2]);
  world.press('KeyA', { preventDefault: () => prevented++ });
  expect(prevented).toBe(2);
});

test('a key let go elsewhere does not stick: blur, hiding and a cancelled pointer release it', async () => {
  const { scene, world, on } = await talking();
  world.press('Space');
  world.talk?.away();
  await scene.seconds(1);
  expect(on()).toBe(false);
});

test('latched: one press starts, the next one stops, and looking away changes nothing', async () => {
  const world = new FakeWorld();
  world.settings = { ...DEFAULT_SETTINGS, latching: true };
  const { scene, page, on } = await talking(world);
  world.press('Space');
  world.letGo('Space');
  world.talk?.away();
  await scene.seconds(1);
  expect([on(), page.voice.view.talkPressed]).toEqual([true, true]);
  world.press('Space');
  world.letGo('Space');
  await scene.seconds(1);
  expect(on()).toBe(false);
});

test('another key or mouse button can be chosen', async () => {
  const { world, page, on } = await talking();
  page.voice.configure({ talkKey: { kind: 'pointer', button: 3 } });
  world.press('Space');
  expect(on()).toBe(false);
  world.press(3);
  expect([on(), world.settings.talkKey]).toEqual([true, { kind: 'pointer', button: 3 }]);
});

test('outside a call and in voice-activity mode nobody listens to the keys', async () => {
  const { page, world, on } = await talking();
  page.voice.configure({ mode: 'voice_activity' });
  expect(world.talk).toBeNull();
  page.voice.pressTalk();
  expect(on()).toBe(false);
  page.voice.configure({ mode: 'push_to_talk' });
  expect(world.talk).not.toBeNull();
  page.voice.disconnect();
  expect(world.talk).toBeNull();
});

test('voice activity opens the gate while somebody speaks, in a hidden page too', async () => {
  const { page, world, on, scene } = await talking();
  page.voice.configure({ mode: 'voice_activity' });
  await scene.clock.settle();
  world.hidden = true;
  world.speaking!(true);
  await scene.clock.settle();
  expect([on(), page.voice.view.transmitting, page.voice.view.selfSpeaking]).toEqual([true, true, true]);
  world.speaking!(false);
  expect(on()).toBe(false);
});

test('push to talk, muted: a voice alone is no attempt to talk, the key is', async () => {
  const { page, world, on, scene } = await talking();
  page.voice.mute();
  world.speaking!(true);
  await scene.clock.settle();
  expect(page.voice.view.talkingWhileMuted).toBe(false);
  world.press('Space');
  await scene.clock.settle();
  expect([page.voice.view.talkingWhileMuted, on()]).toEqual([true, false]);
  world.letGo('Space');
  await scene.clock.settle();
  expect(page.voice.view.talkingWhileMuted).toBe(false);
});

test('voice activity, muted: talking is noticed and not sent', async () => {
  const { page, world, on, scene } = await talking();
  page.voice.configure({ mode: 'voice_activity' });
  await scene.clock.settle();
  page.voice.mute();
  world.speaking!(true);
  await scene.clock.settle();
  expect([page.voice.view.talkingWhileMuted, page.voice.view.selfSpeaking, on()]).toEqual([
    true,
    false,
    false,
  ]);
});

test('mute and deafen survive a reconnect and a new call, and the server knows them', async () => {
  const { page, scene } = await talking();
  page.voice.deafen();
  await scene.seconds(1);
  expect(scene.server.participants('lounge')).toMatchObject([{ muted: true, deafened: true }]);
  page.gateway.lose();
  page.gateway.comeBack();
  await scene.seconds(1);
  expect(scene.said('voice.join').at(-1)).toMatchObject({ muted: true, deafened: true, sends_audio: true });
  page.voice.disconnect();
  void page.voice.join('lounge');
  await scene.seconds(1);
  expect(page.voice.view).toMatchObject({ muted: true, deafened: true });
});
