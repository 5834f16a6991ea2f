/** Small rules of time: what is steady is told, what flickers is not; many wishes make one commit. */
import { expect, test } from 'vitest';
import { CommitSchedule } from '../src/core/commit_schedule';
import { Steady } from '../src/core/steady';
import { FakeClock } from './fakes';

test('a value is told once it has stayed the same long enough', async () => {
  const clock = new FakeClock();
  const told: string[] = [];
  const steady = new Steady(clock, 1_500, '', (value) => told.push(value));
  steady.set('Connecting...');
  await clock.advance(1_000);
  steady.set('Lounge');
  steady.set('Lounge');
  await clock.advance(1_400);
  expect(told).toEqual([]);
  await clock.advance(100);
  expect(told).toEqual(['Lounge']);
  await clock.advance(5_000);
  expect(told).toEqual(['Lounge']);
});

test('setting it again does not start the wait anew, stopping ends it', async () => {
  const clock = new FakeClock();
  const told: boolean[] = [];
  const steady = new Steady(clock, 2_000, false, (value) => told.push(value));
  steady.set(true);
  await clock.advance(1_500);
  steady.set(true);
  await clock.advance(500);
  expect(told).toEqual([true]);
  steady.set(false);
  steady.stop();
  await clock.advance(5_000);
  expect(told).toEqual([true]);
});

test('a frame commits what was wished before it, once', () => {
  let frame: (() => void) | null = null;
  let commits = 0;
  const request = (callback: () => void): (() => void) => {
    frame = callback;
    return () => (frame = null);
  };
  const schedule = new CommitSchedule(new FakeClock(), request, () => (commits += 1));
  schedule.request();
  schedule.request();
  expect(commits).toBe(0);
  frame!();
  expect(commits).toBe(1);
  schedule.flush();
  expect(commits).toBe(1);
  schedule.request();
  schedule.flush();
  expect([commits, frame]).toEqual([2, null]);
});

test('where no frames come a timer commits', async () => {
  const clock = new FakeClock();
  let commits = 0;
  const schedule = new CommitSchedule(
    clock,
    () => () => undefined,
    () => (commits += 1),
  );
  schedule.request();
  await clock.advance(99);
  expect(commits).toBe(0);
  await clock.advance(1);
  expect(commits).toBe(1);
  await clock.advance(1_000);
  expect(commits).toBe(1);
});
