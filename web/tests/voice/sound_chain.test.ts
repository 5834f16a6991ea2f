/** What the sound passes between microphone and network: what is made when, in which order it is exchanged, and what is left when it fails. */
import { expect, test } from 'vitest';
import type { AudioTrack } from '../../src/voice/peer_connection';
import { LOOK_AHEAD_MS, UNTREATED, type Treatment } from '../../src/voice/sound';
import { MAKING_MS, SoundChain } from '../../src/voice/sound_chain';
import { FakeClock } from './fakes/clock';
import { FakeSounds } from './fakes/sounds';
import { FakeTrack } from './fakes/tracks';

const AHEAD: Treatment = { ...UNTREATED, lookAheadMs: LOOK_AHEAD_MS };
const LOUD: Treatment = { ...UNTREATED, volume: 150 };
const CLEAN: Treatment = { ...AHEAD, suppress: true };

/** A chain, and what was sent: with each change whether what was sent before was running still. */
function rig(answer: FakeSounds['answer'] = 'arrive') {
  const clock = new FakeClock();
  const sounds = new FakeSounds();
  sounds.answer = answer;
  const sent: { track: AudioTrack | null; gapless: boolean }[] = [];
  const heard: boolean[] = [];
  const chain = new SoundChain(clock, sounds.create, -40, {
    track: (track) => {
      const before = sent.at(-1)?.track as FakeTrack | null | undefined;
      sent.push({ track, gapless: !before?.stopped });
    },
    heard: (speaking) => heard.push(speaking),
    changed: () => undefined,
  });
  return { clock, sounds, sent, heard, chain, microphone: new FakeTrack() };
}

test('where nothing is to be done the microphone itself is sent, at once', () => {
  const { chain, sent, sounds, microphone } = rig('wait');
  chain.use(microphone, UNTREATED);
  expect(sent).toEqual([{ track: microphone, gapless: true }]);
  expect([chain.track, sounds.newest.request]).toEqual([
    microphone,
    { microphone, treatment: UNTREATED, thresholdDbfs: -40, speaking: false },
  ]);
});

test('a first treatment is waited for: what is muted by its volume is never sent as it is', async () => {
  const { chain, clock, sounds, sent, microphone } = rig('wait');
  chain.use(microphone, { ...UNTREATED, volume: 0 });
  await clock.settle();
  expect(sent).toEqual([]);
  sounds.newest.arrive();
  await clock.settle();
  expect(chain.track).toBe(sounds.newest.track);
  expect(chain.track).not.toBe(microphone);
});

test('another treatment sounds before the one before ends, and the microphone stays open', async () => {
  const { chain, clock, sounds, sent, microphone } = rig('wait');
  chain.use(microphone, UNTREATED);
  chain.treat(AHEAD);
  await clock.settle();
  expect([chain.track, sounds.made[0]!.stopped]).toEqual([microphone, false]);
  sounds.newest.arrive();
  await clock.settle();
  chain.treat(UNTREATED);
  expect(sent.map((one) => one.gapless)).toEqual([true, true, true]);
  expect(sounds.running).toEqual([sounds.newest]);
  expect([chain.track, microphone.stopped]).toEqual([microphone, false]);
});

test('another microphone, to be treated otherwise: the old one runs until the new one sounds', async () => {
  const { chain, clock, sounds, sent, microphone } = rig('wait');
  const headset = new FakeTrack();
  chain.use(microphone, UNTREATED);
  chain.use(headset, CLEAN);
  await clock.settle();
  expect([chain.track, microphone.stopped]).toEqual([microphone, false]);
  sounds.newest.arrive();
  await clock.settle();
  expect([chain.track, microphone.stopped, headset.stopped]).toEqual([sounds.newest.track, true, false]);
  expect(sent.every((one) => one.gapless)).toBe(true);
});

test('of several changes in a row only the last is exchanged, and nothing of the others stays', async () => {
  const { chain, clock, sounds, sent, microphone } = rig('wait');
  const [second, third] = [new FakeTrack(), new FakeTrack()];
  chain.use(microphone, AHEAD);
  sounds.newest.arrive();
  await clock.settle();
  chain.use(second, AHEAD);
  chain.treat(CLEAN);
  chain.use(third, CLEAN);
  for (const sound of sounds.made) sound.arrive();
  await clock.settle();
  expect([sounds.running, sent.length]).toEqual([[sounds.newest], 2]);
  expect([microphone.stopped, second.stopped, third.stopped]).toEqual([true, true, false]);
});

test('a volume alone is set on what is there, also back to as it is', async () => {
  const { chain, clock, sounds, microphone } = rig();
  chain.use(microphone, LOUD);
  await clock.settle();
  for (const volume of [20, 100, 180]) {
    chain.treat({ ...LOUD, volume });
    expect(sounds.newest.adjusted.volume).toBe(volume);
  }
  expect([sounds.made.length, sounds.running.length]).toEqual([1, 1]);
  chain.treat({ ...LOUD, volume: 180 });
  chain.thresholdDbfs = -30;
  expect([sounds.made.length, sounds.newest.adjusted]).toEqual([1, { volume: 180, thresholdDbfs: -30 }]);
});

test('the same treatment again makes nothing new', async () => {
  const { chain, clock, sounds, microphone } = rig();
  chain.treat(AHEAD);
  chain.use(microphone, AHEAD);
  chain.treat({ ...AHEAD });
  await clock.settle();
  chain.treat({ ...AHEAD });
  expect(sounds.made).toHaveLength(1);
});

test('without RNNoise the rest of the treatment is left, and it is said until another choice is made', async () => {
  const { chain, clock, sounds, microphone } = rig('no RNNoise');
  chain.use(microphone, { ...CLEAN, volume: 150 });
  await clock.settle();
  expect([sounds.running.length, sounds.newest.treatment]).toEqual([1, { ...AHEAD, volume: 150 }]);
  expect([chain.track, chain.suppressionFailed]).toEqual([sounds.newest.track, true]);
  chain.treat({ ...CLEAN, volume: 120 });
  expect([sounds.made.length, chain.suppressionFailed]).toEqual([2, true]); // not tried again and again
  chain.treat(AHEAD);
  expect(chain.suppressionFailed).toBe(false);
  sounds.answer = 'arrive';
  chain.treat(CLEAN);
  await clock.settle();
  expect([chain.suppressionFailed, sounds.newest.treatment]).toEqual([false, CLEAN]);
});

test('what cannot be treated at all is sent as it is', async () => {
  const { chain, clock, sounds, microphone } = rig('refuse');
  chain.use(microphone, { ...CLEAN, volume: 150 });
  await clock.settle();
  expect([chain.track, chain.suppressionFailed, sounds.running.length]).toEqual([microphone, true, 1]);
  chain.treat({ ...CLEAN, volume: 120 });
  expect(sounds.made).toHaveLength(3);
});

test('what does not come is not waited for longer than some seconds', async () => {
  const { chain, clock, sounds, microphone } = rig('wait');
  chain.use(microphone, AHEAD);
  await clock.advance(MAKING_MS - 1);
  expect(chain.track).toBeNull();
  await clock.advance(1);
  expect([chain.track, sounds.made[0]!.stopped]).toEqual([microphone, true]);
  sounds.made[0]!.arrive(); // too late
  await clock.settle();
  expect([chain.track, clock.pending]).toEqual([microphone, 0]);
});

test('what fails in the middle of a call is replaced', async () => {
  const { chain, clock, sounds, microphone } = rig();
  chain.use(microphone, CLEAN);
  await clock.settle();
  sounds.newest.events.failed();
  await clock.settle();
  expect([sounds.newest.treatment, chain.suppressionFailed]).toEqual([AHEAD, true]);
  sounds.newest.events.failed();
  expect(chain.track).toBe(microphone);
  sounds.newest.events.failed(); // nothing is left to give up
  sounds.made[0]!.events.failed(); // long gone
  expect([sounds.made.length, sounds.running.length, microphone.stopped]).toEqual([3, 1, false]);
});

test('closing ends everything, also what is still to come, and what had failed is tried again', async () => {
  const { chain, clock, sounds, microphone } = rig('no RNNoise');
  const headset = new FakeTrack();
  chain.use(microphone, CLEAN);
  await clock.settle();
  sounds.answer = 'wait';
  chain.use(headset, CLEAN);
  chain.close();
  expect([sounds.running, chain.track, microphone.stopped, headset.stopped]).toEqual([[], null, true, true]);
  expect([clock.pending, chain.suppressionFailed]).toEqual([0, false]);
});

test('who speaks goes on speaking over an exchange; only what is sent is listened to', async () => {
  const { chain, clock, sounds, heard, microphone } = rig();
  chain.use(microphone, AHEAD);
  await clock.settle();
  sounds.newest.events.heard(true);
  sounds.answer = 'wait';
  chain.treat(CLEAN);
  expect([sounds.newest.request.speaking, heard]).toEqual([true, [false, true]]);
  sounds.newest.events.heard(false);
  expect(heard.at(-1)).toBe(true); // it is not sent yet
  sounds.newest.arrive();
  await clock.settle();
  sounds.made[0]!.events.heard(true);
  expect(heard).toEqual([false, true, false]);
});

test('a listener that throws leaves nothing on', () => {
  const sounds = new FakeSounds();
  const microphone = new FakeTrack();
  let fails = false;
  const chain = new SoundChain(new FakeClock(), sounds.create, -40, {
    track: () => {
      if (fails) throw new Error('the page is broken');
    },
    heard: () => undefined,
    changed: () => undefined,
  });
  chain.use(microphone, UNTREATED);
  fails = true;
  expect(() => chain.close()).toThrow('broken');
  expect([sounds.running, microphone.stopped]).toEqual([[], true]);
});

test('measuring rests while nobody asks what is heard, once the microphone is known to sound and nobody speaks', () => {
  const { chain, sounds, microphone } = rig();
  chain.use(microphone, UNTREATED);
  const { events } = sounds.newest;
  events.measured({ microphoneDbfs: -100, treatedDbfs: -100 });
  expect(sounds.newest.resting).toBe(false); // it may be switched off
  events.heard(true);
  events.measured({ microphoneDbfs: -50, treatedDbfs: -50 });
  expect(sounds.newest.resting).toBe(false);
  events.heard(false);
  expect(sounds.newest.resting).toBe(true);
  chain.listening = true;
  expect(sounds.newest.resting).toBe(false);
  chain.listening = false;
  expect(sounds.newest.resting).toBe(true);
});

test('what is treated or listened to for speech never rests', async () => {
  const { chain, clock, sounds, microphone } = rig();
  for (const treatment of [LOUD, AHEAD]) {
    chain.use(microphone, treatment);
    await clock.settle();
    sounds.newest.events.measured({ microphoneDbfs: -50, treatedDbfs: -50 });
    expect(sounds.newest.resting).toBe(false);
  }
});
