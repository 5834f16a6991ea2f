/** When sound counts as speech, on levels made up: onsets, pauses, clicks, and rooms that are loud by themselves. */
import { expect, test } from 'vitest';
import { ATTACK_MS, HANG_OVER_MS, levelDbfs, MARGIN_DB, VoiceActivity } from '../../src/voice/voice_activity';

/** 128 samples at 48 kHz. */
const STRETCH_MS = 128 / 48;
const SILENCE = -100;

/** Feeds so many milliseconds of a level, which may depend on the time; answers for how many of them somebody spoke. */
function feed(
  activity: VoiceActivity,
  level: number | ((ms: number) => number),
  milliseconds: number,
): number {
  let active = 0;
  for (let ms = 0; ms < milliseconds; ms += STRETCH_MS)
    if (activity.feed(typeof level === 'number' ? level : level(ms), STRETCH_MS)) active += STRETCH_MS;
  return active;
}

/** When, after the sound has begun, it counted as speech; null if it never did. */
function onsetMs(
  activity: VoiceActivity,
  level: (ms: number) => number,
  milliseconds: number,
): number | null {
  for (let ms = 0; ms < milliseconds; ms += STRETCH_MS)
    if (activity.feed(level(ms), STRETCH_MS)) return ms + STRETCH_MS;
  return null;
}

test('speech begins after 20 ms above the threshold and ends 300 to 500 ms after the last of it', () => {
  const activity = new VoiceActivity(-40);
  expect(activity.feed(-30, ATTACK_MS - 5)).toBe(false);
  expect(activity.feed(-60, 15)).toBe(false); // a click is no speech
  expect(activity.feed(-30, ATTACK_MS)).toBe(true);
  expect(activity.feed(-60, HANG_OVER_MS - 10)).toBe(true); // words are not chopped
  expect(activity.feed(-30, 3)).toBe(true);
  expect(activity.feed(-60, HANG_OVER_MS - 10)).toBe(true);
  expect(activity.feed(-60, 10)).toBe(false);
  expect([ATTACK_MS, HANG_OVER_MS >= 300 && HANG_OVER_MS <= 500]).toEqual([20, true]);
});

test('a burst of 50 ms after silence is noticed within the attack, and kept for the hang-over', () => {
  const activity = new VoiceActivity(-40);
  expect(feed(activity, SILENCE, 5_000)).toBe(0);
  const onset = onsetMs(activity, () => -25, 50);
  expect(onset).toBeGreaterThanOrEqual(ATTACK_MS);
  expect(onset).toBeLessThan(ATTACK_MS + 2 * STRETCH_MS);
  feed(activity, -25, 50 - onset!);
  const kept = feed(activity, SILENCE, 2_000);
  expect(kept).toBeGreaterThan(HANG_OVER_MS - 2 * STRETCH_MS);
  expect(kept).toBeLessThan(HANG_OVER_MS + 2 * STRETCH_MS);
});

test('clicks of a keyboard are no speech, however loud', () => {
  const activity = new VoiceActivity(-40);
  expect(feed(activity, (ms) => (ms % 120 < 8 ? -5 : -70), 10_000)).toBe(0);
});

test('a deep voice counts although it is quiet between its pulses', () => {
  const activity = new VoiceActivity(-40);
  feed(activity, -70, 1_000);
  expect(onsetMs(activity, (ms) => (ms % 10 < 5 ? -30 : -50), 200)).toBeLessThan(60); // less than the look-ahead
});

test('a quiet room leaves the chosen threshold alone', () => {
  const activity = new VoiceActivity(-40);
  feed(activity, -60, 60_000);
  expect(activity.thresholdDbfs).toBe(-40);
});

test('a room noisier than the threshold is sent for some seconds, then only who speaks in it', () => {
  const activity = new VoiceActivity(-50);
  const room = (ms: number) => -40 + 2 * Math.sin(ms);
  expect(feed(activity, room, 1_000)).toBeGreaterThan(900);
  feed(activity, room, 14_000);
  expect(feed(activity, room, 20_000)).toBe(0);
  expect(activity.thresholdDbfs).toBeGreaterThan(-40);
  expect(activity.thresholdDbfs).toBeLessThan(-40 + MARGIN_DB + 3);
  expect(onsetMs(activity, () => -25, 100)).toBeLessThan(ATTACK_MS + 2 * STRETCH_MS);
});

test('when the noise stops the chosen threshold is in force again at once', () => {
  const activity = new VoiceActivity(-50);
  feed(activity, -35, 30_000);
  expect(activity.thresholdDbfs).toBeGreaterThan(-35);
  feed(activity, -80, 500);
  expect(activity.thresholdDbfs).toBe(-50);
});

test('somebody who speaks for a minute, with the pauses of speech, is not taken for noise', () => {
  const activity = new VoiceActivity(-40);
  feed(activity, -65, 2_000);
  onsetMs(activity, () => -25, 100);
  const syllables = (ms: number) => (ms % 250 < 180 ? -22 : ms % 3_000 > 2_750 ? -65 : -38);
  expect(feed(activity, syllables, 60_000)).toBeGreaterThan(59_900);
});

test('no room is so loud that nobody can be heard in it', () => {
  const activity = new VoiceActivity(-40);
  feed(activity, -12, 120_000);
  expect(activity.thresholdDbfs).toBe(-20);
});

test('whoever spoke already goes on speaking, for the hang-over at least', () => {
  const activity = new VoiceActivity(-40, true);
  expect(activity.active).toBe(true);
  expect(activity.feed(SILENCE, HANG_OVER_MS - 10)).toBe(true);
  expect(activity.feed(SILENCE, 10)).toBe(false);
});

test('the threshold can be moved, and levels are decibels below full scale', () => {
  const activity = new VoiceActivity(-40);
  activity.thresholdDbfs = -60;
  expect(activity.feed(-50, 50)).toBe(true);
  expect([levelDbfs(1), Math.round(levelDbfs(0.01)), levelDbfs(0)]).toEqual([0, -40, -100]);
});
