/** When the voice bar is green, and what it says when it is not. */
import { expect, test } from 'vitest';
import { everybodyHeard, type PeerFacts } from '../../src/voice/green';
import { openPage } from './fakes/page';
import { peersOf, Scene, statesOf } from './fakes/scene';

const WELL: PeerFacts = {
  heard: true,
  present: true,
  failed: false,
  asking: false,
  everHeard: true,
  knownForMs: 60_000,
};

const RULES: [string, Partial<PeerFacts>, { green: boolean; joining: boolean }][] = [
  ['heard', {}, { green: true, joining: true }],
  ['not heard', { heard: false }, { green: false, joining: false }],
  ['not heard and not there', { heard: false, present: false }, { green: true, joining: true }],
  ['failed and not there', { heard: false, present: false, failed: true }, { green: true, joining: true }],
  ['not heard, being asked about', { heard: false, asking: true }, { green: true, joining: false }],
  ['new for 4 s', { heard: false, everHeard: false, knownForMs: 4_000 }, { green: true, joining: false }],
  ['new for 5 s', { heard: false, everHeard: false, knownForMs: 5_000 }, { green: false, joining: false }],
  [
    'new and failed',
    { heard: false, everHeard: false, knownForMs: 1, failed: true },
    { green: false, joining: false },
  ],
];

for (const [name, change, { green, joining }] of RULES) {
  test(`a peer that is ${name}: ${green ? 'stays green' : 'yellow'}, ${joining ? 'becomes green' : 'not green yet'}`, () => {
    const peers = [WELL, { ...WELL, ...change }];
    expect(everybodyHeard(peers, true)).toBe(green);
    expect(everybodyHeard(peers, false)).toBe(joining);
  });
}

test('nobody else is enough', () => {
  expect(everybodyHeard([], false)).toBe(true);
});

test('not green because a connection opened: only when sound has come', async () => {
  const scene = new Scene();
  const ann = scene.page('ann');
  ann.inputs.answer = 'wait';
  void ann.voice.join('lounge');
  await scene.seconds(1);
  scene.server.command(ann.gateway, 'voice.update', { sends_audio: true }); // says so, and sends nothing
  const ben = scene.page('ben');
  void ben.voice.join('lounge');
  await scene.seconds(6);
  expect(ben.voice.view).toMatchObject({ state: 'joining', reason: { code: 'no_media', side: 'peer' } });
  expect(ben.voice.view.reason?.sentence).toMatch(/^Cannot hear ann: the connection stands/);
});

test('joining with somebody who cannot be reached ends yellow, never endless: the reason names whom', async () => {
  const scene = new Scene();
  scene.network.block('ann', 'ben', true);
  const [ann, ben] = await scene.call('ann', 'ben');
  expect(statesOf([ann!, ben!])).toEqual(['connected', 'joining']);
  await scene.seconds(14);
  expect(statesOf([ann!, ben!])).toEqual(['reconnecting', 'reconnecting']);
  expect(ben!.voice.view.reason).toMatchObject({ code: 'nat_no_relay', side: 'network' });
  expect(ben!.voice.view.reason?.sentence).toMatch(/^Cannot hear ann: no direct path/);
  await scene.seconds(60);
  expect(statesOf([ann!, ben!])).toEqual(['reconnecting', 'reconnecting']);
});

test('a stall counts after two seconds and is over with the first packets', async () => {
  const scene = new Scene();
  const [ann, ben] = await scene.call('ann', 'ben');
  scene.network.block('ann', 'ben', true);
  await scene.seconds(1.5);
  expect(statesOf([ann!, ben!])).toEqual(['connected', 'connected']);
  await scene.seconds(1.2);
  expect(statesOf([ann!, ben!])).toEqual(['reconnecting', 'reconnecting']);
  expect(ann!.voice.view.reason?.sentence).toBe('Cannot hear ben at the moment.'); // and nobody is blamed yet
  scene.network.block('ann', 'ben', false);
  await scene.seconds(2);
  expect(statesOf([ann!, ben!])).toEqual(['connected', 'connected']);
  expect(ann!.voice.view.reason).toBeNull();
});

test('the dead network of somebody else does not make everyone yellow', async () => {
  const scene = new Scene();
  const [ann, ben, eve] = await scene.call('ann', 'ben', 'eve');
  const seen: string[] = [];
  ann!.voice.subscribe((view) => seen.push(view.state));
  eve!.gateway.lose();
  for (const other of ['ann', 'ben']) scene.network.block('eve', other, true);
  await scene.seconds(10);
  expect(statesOf([ann!, ben!, eve!])).toEqual(['connected', 'connected', 'reconnecting']);
  expect(new Set(seen)).toEqual(new Set(['connected']));
  expect(scene.said('voice.report_stall', 'ann').length).toBeGreaterThan(0);
  await scene.seconds(12);
  expect(peersOf(ann!)).toEqual(['ben ok']); // gone within the lease
});

test('all links and the gateway dead: your own connection is down, and the ladder waits', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  ann!.gateway.answers = false;
  scene.network.block('ann', 'ben', true);
  await scene.seconds(4);
  expect(ann!.gateway.reopened).toBe(1);
  expect(ann!.voice.view).toMatchObject({
    state: 'reconnecting',
    reason: { code: 'connection_down', side: 'you' },
  });
  expect(ann!.diagnostics.export()).not.toContain('rung peer');
  ann!.gateway.lose();
  scene.network.block('ann', 'ben', false);
  await scene.seconds(1);
  ann!.gateway.comeBack();
  await scene.seconds(3);
  expect(ann!.voice.view).toMatchObject({ state: 'connected', reason: null });
});

test('a peer that gets no reports to us through is heard, and the bar is yellow after ten seconds', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  scene.network.rtcp.arrives = false;
  await scene.seconds(4);
  expect(ann!.voice.view.state).toBe('connected');
  await scene.seconds(9);
  expect(ann!.voice.view).toMatchObject({
    state: 'reconnecting',
    reason: { code: 'not_heard', sentence: 'ben does not hear you: your sound does not arrive.' },
  });
  expect([...ann!.voice.view.peers.values()]).toMatchObject([{ state: 'ok', reason: { code: 'not_heard' } }]);
  expect(peersOf(ann!)).toEqual(['ben ok']);
  scene.network.rtcp.arrives = true;
  await scene.seconds(6);
  expect(ann!.voice.view.state).toBe('connected');
});

test('who only listens owes nobody a report and is owed none', async () => {
  const scene = new Scene();
  const ann = scene.page('ann');
  ann.inputs.answer = { refuse: 'NotAllowedError' };
  void ann.voice.join('lounge');
  const ben = scene.page('ben');
  void ben.voice.join('lounge');
  await scene.seconds(30);
  expect(statesOf([ann, ben])).toEqual(['connected', 'connected']);
  expect(ann.voice.view).toMatchObject({ listenOnly: true, reason: { code: 'mic_denied' } });
});

test('play-out that the browser blocks is yellow until it is enabled', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann');
  ann!.world.soundAllowed = false;
  const ben = openPage(scene, 'ben');
  void ben.voice.join('lounge');
  await scene.seconds(6);
  expect(ann!.voice.view).toMatchObject({
    state: 'reconnecting',
    playbackBlocked: true,
    reason: { code: 'playback_blocked' },
  });
  ann!.world.soundAllowed = true;
  await ann!.voice.enableSound();
  await scene.seconds(1);
  expect(ann!.voice.view).toMatchObject({ state: 'connected', playbackBlocked: false });
});

test('the state is reported to the server as it changes', async () => {
  const scene = new Scene();
  const [ann, ben] = await scene.call('ann', 'ben');
  const reported = () => scene.server.participants('lounge').map((one) => one.connection);
  expect(reported()).toEqual(['connected', 'connected']);
  scene.network.block('ann', 'ben', true);
  await scene.seconds(4);
  expect(reported()).toEqual(['reconnecting', 'reconnecting']);
  ben!.voice.disconnect();
  await scene.seconds(1);
  expect([reported(), ann!.voice.view.state]).toEqual([['connected'], 'connected']);
});

test('online: what does not sound within a quarter of a second is repaired at once', async () => {
  const scene = new Scene();
  const [ann, ben] = await scene.call('ann', 'ben');
  scene.network.changeAddress('ann');
  ann!.world.wake('online');
  await scene.clock.advance(600);
  expect([peersOf(ann!), peersOf(ben!)]).toEqual([['ben ok'], ['ann ok']]);
  expect(ann!.diagnostics.export()).toContain('cause=online');
  expect([...scene.network.connections].map((one) => scene.network.flows(one))).toEqual([true, true]);
});

test('looking at the page again restarts nothing that sounds', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  ann!.world.wake('visible');
  await scene.seconds(1);
  expect(ann!.diagnostics.export()).not.toContain('suspected');
});

test('a page that was frozen does not take its own absence for a stall', async () => {
  const scene = new Scene();
  const [ann, ben] = await scene.call('ann', 'ben');
  await scene.clock.freeze(20_000);
  await scene.clock.advance(100);
  expect(ann!.diagnostics.export()).toContain('late tick');
  expect(ann!.diagnostics.export()).not.toContain('suspected');
  expect(statesOf([ann!, ben!])).toEqual(['connected', 'connected']);
});

test('the view is one object until something changes, and then another', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann');
  const before = ann!.voice.view;
  expect(ann!.voice.view).toBe(before);
  ann!.voice.mute();
  await scene.clock.settle();
  expect(ann!.voice.view).not.toBe(before);
  expect([before.muted, ann!.voice.view.muted]).toEqual([false, true]);
});
