/** What was said of a server that cannot be reached is taken back when it can. */
import { expect, test } from 'vitest';
import { whenReachable } from '../src/core/reachability';
import { FakeClock } from './fakes';

function asking() {
  const clock = new FakeClock();
  const server = { up: false, asked: 0, reached: 0 };
  const ask = (): Promise<void> => {
    server.asked += 1;
    return server.up ? Promise.resolve() : Promise.reject(new Error('network'));
  };
  const stop = whenReachable(clock, ask, () => (server.reached += 1));
  return { clock, server, stop };
}

test('it asks until there is an answer, tells once and asks no more', async () => {
  const { clock, server } = asking();
  await clock.advance(9_500);
  expect(server).toMatchObject({ asked: 3, reached: 0 });
  server.up = true;
  await clock.advance(60_000);
  expect(server).toMatchObject({ asked: 4, reached: 1 });
});

test('stopped, it neither asks nor tells', async () => {
  const { clock, server, stop } = asking();
  await clock.advance(3_500);
  server.up = true;
  stop();
  await clock.advance(60_000);
  expect(server).toMatchObject({ asked: 1, reached: 0 });
});
