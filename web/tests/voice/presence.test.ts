/** Losing the gateway, restarts of the server, and what the roster says: the sound is touched by none of it. */
import { expect, test } from 'vitest';
import { Refused } from './fakes/server';
import { peersOf, Scene, statesOf } from './fakes/scene';

test('losing the signalling is yellow and tears nothing down; the others see no leave', async () => {
  const scene = new Scene();
  const [ann, ben] = await scene.call('ann', 'ben');
  const link = ann!.voice.view;
  ann!.gateway.lose();
  await scene.seconds(8);
  expect(ann!.voice.view).toMatchObject({ state: 'reconnecting', reason: { code: 'server_unreachable' } });
  expect([peersOf(ann!), peersOf(ben!)]).toEqual([['ben ok'], ['ann ok']]);
  ann!.gateway.comeBack();
  await scene.seconds(1);
  expect(ann!.voice.view).toMatchObject({ state: 'connected', participantId: link.participantId });
  expect(scene.said('voice.join', 'ann').at(-1)).toMatchObject({ resume_token: 'token of participant0001' });
});

test('a restart of the server keeps ids and connections, whatever the order of coming back', async () => {
  const scene = new Scene();
  const pages = await scene.call('ann', 'ben', 'eve');
  const ids = pages.map((page) => page.voice.view.participantId);
  const connections = [...scene.network.connections];
  scene.server.restart(pages.map((page) => page.gateway));
  for (const index of [2, 0, 1]) {
    await scene.seconds(2);
    expect(peersOf(pages[index]!).every((peer) => peer.endsWith(' ok'))).toBe(true);
    pages[index]!.gateway.comeBack();
  }
  await scene.seconds(1);
  expect(statesOf(pages)).toEqual(['connected', 'connected', 'connected']);
  await scene.seconds(30);
  expect(pages.map((page) => page.voice.view.participantId)).toEqual(ids);
  expect([...scene.network.connections]).toEqual(connections);
});

test('while the room is not settled absence is not departure; afterwards it is, once no sound comes', async () => {
  const scene = new Scene();
  const [ann, ben] = await scene.call('ann', 'ben');
  scene.server.restart([ann!.gateway, ben!.gateway]);
  await scene.seconds(1);
  ann!.gateway.comeBack();
  await scene.seconds(13);
  expect(peersOf(ann!)).toEqual(['ben ok']);
  await scene.seconds(10);
  expect(peersOf(ann!)).toEqual(['ben ok']); // settled without ben, but ben is heard
  scene.network.block('ann', 'ben', true);
  await scene.seconds(4);
  expect(peersOf(ann!)).toEqual([]);
  expect(ann!.voice.view.state).toBe('connected');
});

test('while the room is not settled even a silent peer that is absent is no departure', async () => {
  const scene = new Scene();
  const [ann, ben] = await scene.call('ann', 'ben');
  scene.server.restart([ann!.gateway, ben!.gateway]);
  scene.network.block('ann', 'ben', true);
  await scene.seconds(1);
  ann!.gateway.comeBack();
  await scene.seconds(10);
  expect(peersOf(ann!)).toHaveLength(1);
});

test('what was pending is sent again as soon as the gateway is back', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann');
  const ben = scene.page('ben');
  void ben.voice.join('lounge');
  scene.server.delivery = (t) => (t === 'voice.signal' ? [] : [0]);
  await scene.seconds(1);
  ben.gateway.lose();
  scene.server.delivery = () => [10];
  ben.gateway.comeBack();
  await scene.seconds(1);
  expect([peersOf(ann!), peersOf(ben)]).toEqual([['ben ok'], ['ann ok']]);
});

test('a departure that is told closes the link at once, sound or not', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  const d = { channel_id: 'lounge', rev: 99, participant_id: 'participant0002', reason: 'lost' };
  ann!.gateway.deliver('voice.participant_left', d);
  await scene.clock.advance(20);
  expect([peersOf(ann!), scene.network.open('ann')]).toEqual([[], 0]);
});

test('a hole in the count of changes is mended by a snapshot', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann');
  scene.server.delivery = (t) => (t === 'voice.participant_joined' ? [] : [10]);
  const ben = scene.page('ben');
  void ben.voice.join('lounge');
  await scene.seconds(2); // ben's update comes with a rev that is one too high
  expect(scene.said('voice.room', 'ann').length).toBeGreaterThan(0);
  expect(peersOf(ann!)).toEqual(['ben ok']);
});

test('a signal of somebody unknown is kept while the roster is asked for', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann');
  scene.server.delivery = (t) => (t === 'voice.signal' ? [10] : []);
  const ben = scene.page('ben');
  void ben.voice.join('lounge');
  await scene.seconds(1);
  expect(peersOf(ann!)).toEqual(['ben ok']);
  expect(scene.said('voice.room', 'ann')).toHaveLength(1);
});

test('an addressee that is gone makes us look at the roster', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  scene.server.delivery = (t) => (t === 'voice.participant_left' ? [] : [10]);
  scene.server.command(ann!.gateway, 'voice.leave', { participant_id: 'participant0002' });
  scene.network.block('ann', 'ben', true);
  scene.server.everybodyPresent = true;
  await scene.seconds(5);
  expect(peersOf(ann!)).toEqual([]);
});

test('an unknown token after a short absence joins afresh, under a new id', async () => {
  const scene = new Scene();
  const [ann, ben] = await scene.call('ann', 'ben');
  ann!.gateway.lose();
  await scene.seconds(2);
  scene.server.refuse = ({ resume_token }) => (resume_token ? new Refused('invalid_resume_token') : null);
  ann!.gateway.comeBack();
  await scene.seconds(3);
  expect(ann!.voice.view).toMatchObject({ state: 'connected', participantId: 'participant0003' });
  expect([peersOf(ann!), peersOf(ben!)]).toEqual([['ben ok'], ['ann ok']]);
  expect([scene.network.open('ann'), scene.network.open('ben')]).toEqual([1, 1]);
});

for (const [code, state] of [
  ['superseded', 'superseded'],
  ['kicked', 'disconnected'],
  ['channel_full', 'disconnected'],
]) {
  test(`coming back refused with ${code} ends the call`, async () => {
    const scene = new Scene();
    const [ann] = await scene.call('ann');
    ann!.gateway.lose();
    scene.server.refuse = () => new Refused(code!);
    ann!.gateway.comeBack();
    await scene.seconds(1);
    expect(ann!.voice.view).toMatchObject({ state, reason: { code } });
    expect([ann!.inputs.running, ann!.gateway.listening]).toEqual([[], 0]);
  });
}

test('after more than fifteen minutes away the bar is red with Rejoin and the microphone off', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann');
  scene.clock.sleep(16 * 60_000);
  await scene.seconds(1);
  expect(ann!.voice.view).toMatchObject({
    state: 'disconnected',
    canRejoin: true,
    reason: { code: 'away_too_long' },
  });
  expect(ann!.inputs.running).toEqual([]);
  expect(scene.server.participants('lounge')).toEqual([]);
});

test('a short sleep goes on by itself', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  scene.clock.sleep(14 * 60_000);
  await scene.seconds(1);
  expect(ann!.voice.view.state).toBe('connected');
});

test('while sound flows nobody is away, however long the gateway is', async () => {
  const scene = new Scene();
  const [ann, ben] = await scene.call('ann', 'ben');
  scene.server.restart([ann!.gateway, ben!.gateway]);
  await scene.seconds(20 * 60);
  expect(peersOf(ann!)).toEqual(['ben ok']);
  ann!.gateway.comeBack();
  ben!.gateway.comeBack();
  await scene.seconds(2);
  expect(statesOf([ann!, ben!])).toEqual(['connected', 'connected']);
});

test('being called lost while one is there is put right', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann');
  const id = ann!.voice.view.participantId;
  ann!.gateway.deliver('voice.participant_left', {
    channel_id: 'lounge',
    rev: 50,
    participant_id: id,
    reason: 'lost',
  });
  await scene.seconds(1);
  expect(scene.said('voice.join')).toHaveLength(2);
  expect(ann!.voice.view).toMatchObject({ state: 'connected', participantId: id });
});

test('another participant of the same user is no peer', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann');
  const flags = { muted: false, deafened: false, sends_audio: true, connection: 'connected' };
  const participant = { id: 'other', user_id: 'ann', device: 'phone', ...flags };
  ann!.gateway.deliver('voice.participant_joined', { channel_id: 'lounge', rev: 50, participant });
  await scene.seconds(1);
  expect(peersOf(ann!)).toEqual([]);
});

test('peers that sound while the roster calls them reconnecting are vouched for, at most every three seconds', async () => {
  const scene = new Scene();
  const [, ben] = await scene.call('ann', 'ben');
  ben!.gateway.lose();
  const id = ben!.voice.view.participantId!;
  scene.server.mark(id, 'reconnecting');
  await scene.seconds(9);
  const said = scene.said('voice.heard', 'ann');
  expect(said.length).toBeGreaterThanOrEqual(3);
  expect(said.length).toBeLessThanOrEqual(4);
  expect(said[0]).toEqual({ participant_ids: [id] });
});
