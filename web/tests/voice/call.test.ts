/** Calls between virtual pages: who hears whom, from joining to leaving. */
import { expect, test } from 'vitest';
import { FakeClock } from './fakes/clock';
import { FakeNetwork } from './fakes/network';
import { openPage } from './fakes/page';
import { FakeServer } from './fakes/server';

function world(seed = 1) {
  const clock = new FakeClock(seed);
  return { clock, network: new FakeNetwork(clock), server: new FakeServer(clock) };
}

test('two pages join and hear each other', async () => {
  const around = world();
  const ann = openPage(around, 'ann');
  const ben = openPage(around, 'ben');
  void ann.voice.join('lounge');
  await around.clock.advance(1000);
  expect(ann.voice.view.state).toBe('connected');
  void ben.voice.join('lounge');
  await around.clock.advance(1500);
  expect(ann.voice.view).toMatchObject({ state: 'connected' });
  expect(ben.voice.view).toMatchObject({ state: 'connected' });
  expect([...ann.voice.view.peers.values()]).toMatchObject([{ userId: 'ben', state: 'ok', path: 'direct' }]);
  ben.voice.disconnect();
  await around.clock.advance(500);
  expect(ann.voice.view.peers.size).toBe(0);
  expect(ben.inputs.running).toEqual([]);
  expect(around.network.connections.size).toBe(0);
});
