/** Going in, being refused, switching, moving and leaving. */
import { expect, test } from 'vitest';
import { Refused } from './fakes/server';
import { peersOf, Scene, statesOf } from './fakes/scene';

test('alone in the room is green; the microphone opens only after the server has let us in', async () => {
  const scene = new Scene();
  const ann = scene.page('ann');
  void ann.voice.join('lounge');
  await scene.clock.advance(5);
  expect([ann.voice.view.state, ann.inputs.asked.length]).toEqual(['joining', 0]);
  await scene.seconds(1);
  expect([ann.voice.view.state, ann.inputs.running.length]).toEqual(['connected', 1]);
  expect(ann.voice.view).toMatchObject({ channelId: 'lounge', reason: null, listenOnly: false });
});

test('three hear each other, and every peer is in the view', async () => {
  const scene = new Scene();
  const pages = await scene.call('ann', 'ben', 'eve');
  expect(statesOf(pages)).toEqual(['connected', 'connected', 'connected']);
  expect(peersOf(pages[0]!)).toEqual(['ben ok', 'eve ok']);
  expect([...pages[0]!.voice.view.peers.values()][0]).toMatchObject({
    path: 'direct',
    rttMs: 20,
    lossPercent: 0,
  });
});

const REFUSALS = [
  ['channel_full', 'channel_full'],
  ['voice_disabled', 'voice_disabled'],
  ['not_found', 'not_found'],
  ['not_voice_channel', 'not_found'],
  ['something_new', 'join_failed'],
] as const;

for (const [code, reason] of REFUSALS) {
  test(`refused with ${code}: red, with the reason, and the microphone was never on`, async () => {
    const scene = new Scene();
    const ann = scene.page('ann');
    scene.server.refuse = () => new Refused(code);
    await Promise.all([ann.voice.join('lounge'), scene.seconds(1)]);
    expect(ann.voice.view).toMatchObject({
      state: 'disconnected',
      canRejoin: true,
      reason: { code: reason },
    });
    expect(ann.voice.view.reason?.sentence).not.toBe('');
    expect([ann.inputs.asked, ann.gateway.listening]).toEqual([[], 0]);
  });
}

test('a server that cannot be reached is waited for, then named', async () => {
  const scene = new Scene();
  const ann = scene.page('ann');
  ann.gateway.lose();
  void ann.voice.join('lounge');
  await scene.seconds(14);
  expect(ann.voice.view.state).toBe('joining');
  await scene.seconds(2);
  expect(ann.voice.view).toMatchObject({ state: 'disconnected', reason: { code: 'server_unreachable' } });
});

test('while a call comes up, what it waits for is told, one after the other', async () => {
  const scene = new Scene();
  const [ann, ben] = [scene.page('ann'), scene.page('ben')];
  await Promise.all([ann.voice.join('lounge'), scene.seconds(1)]);
  expect(ann.voice.view.stage).toBeNull();
  ben.inputs.answer = 'wait';
  ben.gateway.lose();
  void ben.voice.join('lounge');
  await scene.seconds(1);
  expect(ben.voice.view.stage).toEqual({ waiting: 'server', userId: null });
  scene.network.block('ann', 'ben', true);
  ben.gateway.comeBack();
  await scene.seconds(1);
  expect(ben.voice.view.stage).toEqual({ waiting: 'path', userId: 'ann' });
  scene.network.block('ann', 'ben', false);
  await scene.seconds(10);
  expect(ben.voice.view).toMatchObject({
    state: 'connected',
    stage: { waiting: 'microphone', userId: null },
  });
});

test('a join lost on the way is repeated with the same join id', async () => {
  const scene = new Scene();
  const ann = scene.page('ann');
  void ann.voice.join('lounge');
  await scene.clock.advance(7);
  ann.gateway.lose();
  await scene.seconds(1);
  ann.gateway.comeBack();
  await scene.seconds(1);
  const ids = scene.said('voice.join').map((d) => (d as { join_id: string }).join_id);
  expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
  expect(ann.voice.view.state).toBe('connected');
});

test('refusals of the moment are tried again', async () => {
  const scene = new Scene();
  const ann = scene.page('ann');
  let times = 0;
  scene.server.refuse = () => (++times < 3 ? new Refused('rate_limited') : null);
  void ann.voice.join('lounge');
  await scene.seconds(6);
  expect(ann.voice.view.state).toBe('connected');
});

test('leaving removes the bar, says goodbye, closes everything and ends the microphone', async () => {
  const scene = new Scene();
  const [ann, ben] = await scene.call('ann', 'ben');
  ben!.voice.disconnect();
  expect(ben!.inputs.running).toEqual([]);
  await scene.seconds(1);
  expect(ben!.voice.view).toMatchObject({ state: 'idle', channelId: null, reason: null });
  expect(peersOf(ann!)).toEqual([]);
  expect([scene.network.connections.size, ben!.gateway.listening]).toEqual([0, 0]);
  expect(ben!.world.sinks.every((sink) => sink.closed)).toBe(true);
});

test('leaving while the join is on its way undoes it when the answer comes', async () => {
  const scene = new Scene();
  const ann = scene.page('ann');
  void ann.voice.join('lounge');
  await scene.clock.advance(7);
  ann.voice.disconnect();
  await scene.seconds(1);
  expect(scene.server.participants('lounge')).toEqual([]);
  expect([ann.voice.view.state, ann.inputs.asked.length]).toEqual(['idle', 0]);
});

test('a second page is refused without a word, and Move here takes the call over', async () => {
  const scene = new Scene();
  const [first] = await scene.call('ann');
  const second = scene.page('ann', { host: 'ann again' });
  void second.voice.join('music');
  await scene.seconds(1);
  expect(second.voice.view).toMatchObject({ state: 'disconnected', canMoveHere: true, canRejoin: false });
  expect(second.voice.view.reason?.sentence).toBe('You are already in lounge on page of ann.');
  void second.voice.moveHere();
  await scene.seconds(2);
  expect(second.voice.view).toMatchObject({ state: 'connected', channelId: 'music' });
  expect(first!.voice.view).toMatchObject({
    state: 'superseded',
    canMoveHere: true,
    reason: { code: 'superseded' },
  });
  expect(first!.inputs.running).toEqual([]);
});

test('who was superseded never rejoins by itself', async () => {
  const scene = new Scene();
  const [first] = await scene.call('ann');
  const second = scene.page('ann', { host: 'ann again' });
  void second.voice.join('lounge');
  await scene.seconds(1);
  void second.voice.moveHere();
  await scene.seconds(1);
  const joins = scene.said('voice.join').length;
  first!.gateway.lose();
  await scene.seconds(2);
  first!.gateway.comeBack();
  await scene.seconds(30);
  expect(scene.said('voice.join')).toHaveLength(joins);
  expect(first!.voice.view.state).toBe('superseded');
});

test('who was kicked is told so, and does not rejoin by itself', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  scene.server.kick(ann!.voice.view.participantId!);
  await scene.seconds(1);
  expect(ann!.voice.view).toMatchObject({ state: 'disconnected', reason: { code: 'kicked' } });
  ann!.gateway.lose();
  ann!.gateway.comeBack();
  await scene.seconds(30);
  expect(scene.said('voice.join', 'ann')).toHaveLength(1);
  expect(ann!.inputs.running).toEqual([]);
});

test('another channel is one join with the old token; the microphone stays on', async () => {
  const scene = new Scene();
  const [ann, ben] = await scene.call('ann', 'ben');
  void ann!.voice.join('music');
  await scene.seconds(2);
  expect(scene.said('voice.join', 'ann').at(-1)).toMatchObject({
    channel_id: 'music',
    resume_token: 'token of participant0001',
  });
  expect(scene.said('voice.leave', 'ann')).toEqual([]);
  expect(ann!.voice.view).toMatchObject({ state: 'connected', channelId: 'music' });
  expect([peersOf(ben!), ann!.inputs.tracks.length, ann!.inputs.running.length]).toEqual([[], 1, 1]);
  expect(scene.network.connections.size).toBe(0);
});

test('a refused switch keeps the old call and says why for a while', async () => {
  const scene = new Scene();
  const [ann, ben] = await scene.call('ann', 'ben');
  scene.server.refuse = ({ channel_id }) => (channel_id === 'music' ? new Refused('channel_full') : null);
  void ann!.voice.join('music');
  await scene.seconds(2);
  expect(ann!.voice.view).toMatchObject({
    state: 'connected',
    channelId: 'lounge',
    reason: { code: 'channel_full' },
  });
  expect([peersOf(ann!), peersOf(ben!)]).toEqual([['ben ok'], ['ann ok']]);
  await scene.seconds(10);
  expect(ann!.voice.view.reason).toBeNull();
});

test('the last click wins', async () => {
  const scene = new Scene();
  const ann = scene.page('ann');
  for (const channel of ['one', 'two', 'three', 'four']) {
    void ann.voice.join(channel);
    await scene.clock.advance(3);
  }
  await scene.seconds(2);
  expect(ann.voice.view).toMatchObject({ state: 'connected', channelId: 'four' });
  expect(['one', 'two', 'three', 'four'].map((name) => scene.server.participants(name).length)).toEqual([
    0, 0, 0, 1,
  ]);
  expect(ann.inputs.running).toHaveLength(1);
});

test('a switch while the gateway is away happens when it is back', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  ann!.gateway.lose();
  void ann!.voice.join('music');
  await scene.seconds(3);
  expect(ann!.voice.view.channelId).toBe('lounge');
  ann!.gateway.comeBack();
  await scene.seconds(2);
  expect(ann!.voice.view).toMatchObject({ state: 'connected', channelId: 'music' });
});

test('the question whether anybody is there is answered at once', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann');
  ann!.gateway.deliver('voice.holder_asked', { ask_id: 'q1' });
  await scene.clock.advance(20);
  expect(scene.said('voice.answer')).toEqual([{ ask_id: 'q1' }]);
  ann!.voice.disconnect();
  ann!.gateway.deliver('voice.holder_asked', { ask_id: 'q2' });
  await scene.seconds(1);
  expect(scene.said('voice.answer')).toHaveLength(1);
});

test('a closing page says goodbye by socket and by beacon, and remembers the channel', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann');
  ann!.world.hidePage();
  await scene.clock.advance(20);
  expect(scene.said('voice.leave')).toEqual([
    { participant_id: 'participant0001', resume_token: 'token of participant0001' },
  ]);
  expect(ann!.world.beacons).toEqual(scene.said('voice.leave'));
  expect([ann!.inputs.running, ann!.world.remembered?.channelId]).toEqual([[], 'lounge']);
});

test('a reload within a minute offers Rejoin, later not', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann');
  ann!.world.hidePage();
  const { remembered } = ann!.world;
  const soon = scene.page('ann', { world: ann!.world });
  expect(soon.voice.view).toMatchObject({ state: 'disconnected', channelId: 'lounge', canRejoin: true });
  expect(soon.voice.view.reason?.code).toBe('page_reloaded');
  expect(ann!.world.remembered).toBeNull(); // a duplicated tab would copy it
  void soon.voice.rejoin();
  await scene.seconds(1);
  expect(soon.voice.view.state).toBe('connected');
  ann!.world.remembered = remembered;
  await scene.seconds(61);
  expect(scene.page('ann', { world: ann!.world }).voice.view.state).toBe('idle');
});

test('nothing is joined after the end of the page', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann');
  ann!.voice.dispose();
  void ann!.voice.join('lounge');
  await scene.seconds(2);
  expect([ann!.inputs.running, scene.server.participants('lounge')]).toEqual([[], []]);
});
