/** Play-out: deafening, late comers, volumes, blocked sound, devices, and who is speaking. */
import { expect, test } from 'vitest';
import { withPeerSound, type PeerSounds } from '../../src/voice/peer_sounds';
import { Playback } from '../../src/voice/playback';
import { DEFAULT_SETTINGS } from '../../src/voice/settings';
import { SpeakingWatch } from '../../src/voice/speaking';
import { FakeClock } from './fakes/clock';
import { FakeSink, FakeTrack, type Page } from './fakes/page';
import { Scene } from './fakes/scene';

function playing(allowed = { now: true }) {
  const sinks: FakeSink[] = [];
  const changes: boolean[] = [];
  const playback: Playback = new Playback(
    () => {
      const sink = new FakeSink(() => allowed.now);
      sinks.push(sink);
      return sink;
    },
    DEFAULT_SETTINGS,
    () => changes.push(playback.blocked),
  );
  return { playback, sinks, changes, allowed, settle: () => new FakeClock().settle() };
}

test('deafening silences everybody, also who comes later', () => {
  const { playback, sinks } = playing();
  playback.attach('ann', 'ann', new FakeTrack());
  playback.deafened = true;
  playback.attach('ben', 'ben', new FakeTrack());
  expect(sinks.map((sink) => sink.muted)).toEqual([true, true]);
  playback.deafened = false;
  expect(sinks.map((sink) => sink.muted)).toEqual([false, false]);
});

test('blocked play-out is told, and enabling sound plays everybody again', async () => {
  const { playback, sinks, changes, allowed, settle } = playing({ now: false });
  playback.attach('ann', 'ann', new FakeTrack());
  playback.attach('ben', 'ben', new FakeTrack());
  await settle();
  expect([playback.blocked, changes]).toEqual([true, [true]]);
  allowed.now = true;
  await playback.enableSound();
  expect([playback.blocked, changes]).toEqual([false, [true, false]]);
  expect(sinks.map((sink) => sink.plays)).toEqual([2, 2]);
});

test('a peer that leaves while its sound is blocked blocks nothing any more', async () => {
  const { playback, settle } = playing({ now: false });
  playback.attach('ann', 'ann', new FakeTrack());
  await settle();
  playback.detach('ann');
  expect(playback.blocked).toBe(false);
});

test('another connection of the same peer replaces its sound', () => {
  const { playback, sinks } = playing();
  playback.attach('ann', 'ann', new FakeTrack());
  playback.attach('ann', 'ann', new FakeTrack());
  expect(sinks.map((sink) => sink.closed)).toEqual([true, false]);
  playback.detachAll();
  expect(sinks.map((sink) => sink.closed)).toEqual([true, true]);
});

test('the output device holds for those there and those to come; not every browser can choose', async () => {
  const { playback, sinks, settle } = playing();
  playback.attach('ann', 'ann', new FakeTrack());
  playback.configure({ ...DEFAULT_SETTINGS, outputDeviceId: 'headset' });
  playback.attach('ben', 'ben', new FakeTrack());
  await settle();
  expect(sinks.map((sink) => sink.device)).toEqual(['headset', 'headset']);
  const plain = new Playback(
    () => ({ muted: false, volume: 1, play: () => Promise.resolve(), close: () => {} }),
    DEFAULT_SETTINGS,
    () => {},
  );
  plain.attach('ann', 'ann', new FakeTrack());
  expect(() => plain.configure({ ...DEFAULT_SETTINGS, outputDeviceId: 'headset' })).not.toThrow();
});

test('the chosen speaker unplugged: heard through the one of the system, and through the chosen one when it is back', async () => {
  const scene = new Scene();
  const [ann] = (await scene.call('ann', 'ben')) as [Page, Page];
  ann.voice.configure({ outputDeviceId: 'headset' });
  await scene.clock.settle();
  const { speakers } = ann.world;
  const through = () => ann.world.sinks.at(-1)!.device;
  expect(through()).toBe('headset');
  speakers.unplug('headset');
  await scene.clock.settle();
  expect(through()).toBe('');
  speakers.plug('something else');
  await scene.clock.settle();
  expect(through()).toBe('');
  speakers.plug('headset');
  await scene.clock.settle();
  expect(through()).toBe('headset');
});

test('each is heard as loud as was chosen for them times the volume of all, also who comes later', () => {
  const { playback, sinks } = playing();
  const peerSounds = { ann: { volume: 200, muted: false }, ben: { volume: 50, muted: false } };
  playback.attach('1', 'ann', new FakeTrack());
  playback.configure({ ...DEFAULT_SETTINGS, peerSounds, outputVolume: 50 });
  playback.attach('2', 'ben', new FakeTrack());
  playback.attach('3', 'cleo', new FakeTrack());
  expect(sinks.map((sink) => sink.volume)).toEqual([1, 0.25, 0.5]);
  playback.configure({ ...DEFAULT_SETTINGS, peerSounds });
  expect(sinks.map((sink) => sink.volume)).toEqual([2, 0.5, 1]);
});

test('whoever is at nothing, or muted for oneself, is silent whatever else is done, and the others are heard', () => {
  const { playback, sinks } = playing();
  const peerSounds = { ann: { volume: 0, muted: false }, ben: { volume: 150, muted: true } };
  playback.attach('1', 'ann', new FakeTrack());
  playback.attach('2', 'ben', new FakeTrack());
  playback.attach('3', 'cleo', new FakeTrack());
  playback.configure({ ...DEFAULT_SETTINGS, peerSounds });
  expect(sinks.map((sink) => sink.muted)).toEqual([true, true, false]);
  playback.deafened = true;
  playback.deafened = false;
  expect(sinks.map((sink) => sink.muted)).toEqual([true, true, false]);
  playback.configure(DEFAULT_SETTINGS);
  expect(sinks.map((sink) => [sink.muted, sink.volume])).toEqual(Array(3).fill([false, 1]));
});

test('what is kept of whom: nobody who is heard as they are, and of two hundred the one changed longest ago goes', () => {
  let sounds: PeerSounds = {};
  for (let n = 0; n < 200; n++) sounds = withPeerSound(sounds, `user${n}`, { volume: 30 });
  sounds = withPeerSound(sounds, 'user0', { muted: true });
  expect([Object.keys(sounds).length, sounds['user0']]).toEqual([200, { volume: 30, muted: true }]);
  sounds = withPeerSound(sounds, 'one more', { volume: 120 });
  expect([Object.keys(sounds).length, 'user1' in sounds, 'user0' in sounds]).toEqual([200, false, true]);
  sounds = withPeerSound(sounds, 'user0', { muted: false });
  expect(sounds['user0']).toEqual({ volume: 30, muted: false });
  expect('user0' in withPeerSound(sounds, 'user0', { volume: 100 })).toBe(false);
});

test('the volume of somebody holds in a call that runs, in the next one, and is kept', async () => {
  const scene = new Scene();
  const [ann, ben] = (await scene.call('ann', 'ben')) as [Page, Page];
  ann.voice.hearPeer('ben', { volume: 150 });
  ann.voice.hearPeer('ben', { muted: true });
  await scene.clock.settle();
  expect(ann.world.settings.peerSounds).toEqual({ ben: { volume: 150, muted: true } });
  expect(ann.world.sinks.at(-1)).toMatchObject({ muted: true, volume: 0 });
  expect([...ann.voice.view.peers.values()]).toMatchObject([{ userId: 'ben', mutedForMe: true }]);
  ann.voice.hearPeer('ben', { muted: false });
  ben.voice.disconnect();
  await scene.seconds(1);
  void ben.voice.join('lounge');
  await scene.seconds(3);
  expect(ann.world.sinks.at(-1)).toMatchObject({ muted: false, volume: 1.5 });
  expect([...ann.voice.view.peers.values()]).toMatchObject([{ userId: 'ben', mutedForMe: false }]);
});

test('speaking begins with sound above the noise and ends 300 ms after the last of it', async () => {
  const clock = new FakeClock();
  let level = 0;
  let changes = 0;
  const watch = new SpeakingWatch(
    clock,
    () => [{ id: 'ann', level: () => level }],
    () => changes++,
  );
  watch.start();
  await clock.advance(500);
  expect([watch.has('ann'), changes]).toEqual([false, 0]);
  level = 0.1;
  await clock.advance(100);
  expect([watch.has('ann'), changes]).toEqual([true, 1]);
  level = 0.001;
  await clock.advance(300);
  expect(watch.has('ann')).toBe(true);
  await clock.advance(200);
  expect([watch.has('ann'), changes]).toEqual([false, 2]);
  watch.stop();
  level = 1;
  await clock.advance(1_000);
  expect(watch.has('ann')).toBe(false);
});
