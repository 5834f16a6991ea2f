/** What a screen reader is told of the voice bar: what lasts, and nothing twice. */
import { expect, test } from 'vitest';
import { Steady } from '../../src/core/steady';
import { FakeClock } from './fakes/clock';

test('a status that comes back within a moment is not said again', async () => {
  const clock = new FakeClock();
  const said: string[] = [];
  const steady = new Steady(clock, 1_500, '', (value) => said.push(value));
  steady.set('Lounge');
  await clock.advance(1_500);
  steady.set('Reconnecting...');
  await clock.advance(1_000);
  steady.set('Lounge');
  await clock.advance(10_000);
  expect(said).toEqual(['Lounge']);
  steady.set('Reconnecting...');
  await clock.advance(1_500);
  steady.set('Lounge');
  await clock.advance(1_500);
  expect(said).toEqual(['Lounge', 'Reconnecting...', 'Lounge']);
});
