/** Play-out: deafening, late comers, blocked sound, devices, and who is speaking. */
import { expect, test } from 'vitest';
import { Playback } from '../../src/voice/playback';
import { SpeakingWatch } from '../../src/voice/speaking';
import { FakeClock } from './fakes/clock';
import { FakeSink, FakeTrack } from './fakes/page';

function playing(allowed = { now: true }) {
  const sinks: FakeSink[] = [];
  const changes: boolean[] = [];
  const playback: Playback = new Playback(
    () => {
      const sink = new FakeSink(() => allowed.now);
      sinks.push(sink);
      return sink;
    },
    () => changes.push(playback.blocked),
  );
  return { playback, sinks, changes, allowed, settle: () => new FakeClock().settle() };
}

test('deafening silences everybody, also who comes later', () => {
  const { playback, sinks } = playing();
  playback.attach('ann', new FakeTrack());
  playback.deafened = true;
  playback.attach('ben', new FakeTrack());
  expect(sinks.map((sink) => sink.muted)).toEqual([true, true]);
  playback.deafened = false;
  expect(sinks.map((sink) => sink.muted)).toEqual([false, false]);
});

test('blocked play-out is told, and enabling sound plays everybody again', async () => {
  const { playback, sinks, changes, allowed, settle } = playing({ now: false });
  playback.attach('ann', new FakeTrack());
  playback.attach('ben', new FakeTrack());
  await settle();
  expect([playback.blocked, changes]).toEqual([true, [true]]);
  allowed.now = true;
  await playback.enableSound();
  expect([playback.blocked, changes]).toEqual([false, [true, false]]);
  expect(sinks.map((sink) => sink.plays)).toEqual([2, 2]);
});

test('a peer that leaves while its sound is blocked blocks nothing any more', async () => {
  const { playback, settle } = playing({ now: false });
  playback.attach('ann', new FakeTrack());
  await settle();
  playback.detach('ann');
  expect(playback.blocked).toBe(false);
});

test('another connection of the same peer replaces its sound', () => {
  const { playback, sinks } = playing();
  playback.attach('ann', new FakeTrack());
  playback.attach('ann', new FakeTrack());
  expect(sinks.map((sink) => sink.closed)).toEqual([true, false]);
  playback.detachAll();
  expect(sinks.map((sink) => sink.closed)).toEqual([true, true]);
});

test('the output device holds for those there and those to come; not every browser can choose', async () => {
  const { playback, sinks, settle } = playing();
  playback.attach('ann', new FakeTrack());
  playback.setDevice('headset');
  playback.attach('ben', new FakeTrack());
  await settle();
  expect(sinks.map((sink) => sink.device)).toEqual(['headset', 'headset']);
  const plain = new Playback(
    () => ({ muted: false, volume: 1, play: () => Promise.resolve(), close: () => {} }),
    () => {},
  );
  plain.attach('ann', new FakeTrack());
  expect(() => plain.setDevice('headset')).not.toThrow();
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
