/** Moving to another channel and coming back at the same time: one command after the other, and no call lost between them. */
import { expect, test } from 'vitest';
import { withSwitch } from '../../src/ui/voice/bar_state';
import { Refused } from './fakes/server';
import { peersOf, Scene } from './fakes/scene';

const joinsOf = (scene: Scene, user: string) =>
  scene.said('voice.join', user).map((d) => (d as { channel_id: string }).channel_id);

test('while the page moves the bar never says that the call is over, and the microphone is one and the same', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  const seen = new Set<string>();
  ann!.voice.subscribe((view) => seen.add(view.state));
  void ann!.voice.join('music');
  await scene.seconds(2);
  expect([...seen].filter((state) => state === 'superseded' || state === 'disconnected')).toEqual([]);
  expect([ann!.inputs.asked.length, ann!.inputs.running.length]).toEqual([1, 1]);
  expect(ann!.voice.view).toMatchObject({ state: 'connected', channelId: 'music' });
});

test('a switch that waits for the gateway goes alone; refused, it leaves the old call as it was', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  const { participantId } = ann!.voice.view;
  scene.server.refuse = ({ channel_id }) => (channel_id === 'music' ? new Refused('channel_full') : null);
  ann!.gateway.lose();
  void ann!.voice.join('music');
  await scene.seconds(3);
  ann!.gateway.comeBack();
  await scene.clock.advance(9);
  expect(joinsOf(scene, 'ann')).toEqual(['lounge', 'music']);
  await scene.seconds(2);
  expect(joinsOf(scene, 'ann')).toEqual(['lounge', 'music', 'lounge']);
  expect(ann!.voice.view).toMatchObject({ state: 'connected', channelId: 'lounge', participantId });
  expect([peersOf(ann!), ann!.inputs.tracks.length]).toEqual([['ben ok'], 1]);
});

test('a switch that pushes a return aside and is refused does not end the call', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  let returns = 0;
  scene.server.refuse = ({ channel_id }) => {
    if (channel_id === 'music') return new Refused('channel_full');
    return ++returns === 1 ? new Refused('superseded') : null; // by the switch behind it
  };
  ann!.gateway.lose();
  await scene.seconds(1);
  ann!.gateway.comeBack();
  void ann!.voice.join('music');
  await scene.seconds(2);
  expect([returns, ann!.voice.view.state, ann!.voice.view.channelId]).toEqual([2, 'connected', 'lounge']);
  expect(ann!.inputs.running).toHaveLength(1);
});

test('being called lost while one is on the way back makes no second attempt beside the first', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  ann!.gateway.lose();
  await scene.seconds(1);
  ann!.gateway.comeBack();
  const participant_id = ann!.voice.view.participantId;
  ann!.gateway.deliver('voice.participant_left', {
    channel_id: 'lounge',
    rev: 50,
    participant_id,
    reason: 'lost',
  });
  await scene.clock.advance(9);
  expect(joinsOf(scene, 'ann')).toEqual(['lounge', 'lounge']);
  await scene.seconds(2);
  expect(ann!.voice.view).toMatchObject({ state: 'connected', participantId: participant_id });
});

test('joining afresh is not given up when the connection goes once more', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  scene.server.refuse = ({ resume_token }) =>
    resume_token === undefined ? null : new Refused('invalid_resume_token');
  ann!.gateway.lose();
  await scene.seconds(1);
  ann!.gateway.comeBack();
  await scene.clock.advance(12); // the token is refused, the fresh join is on its way
  ann!.gateway.lose();
  await scene.seconds(20);
  expect(ann!.voice.view.state).toBe('reconnecting');
  ann!.gateway.comeBack();
  await scene.seconds(3);
  expect(ann!.voice.view.state).toBe('connected');
  expect(ann!.inputs.running).toHaveLength(1);
});

test.each([
  ['membership_left', 'membership_left'],
  ['channel_deleted', 'channel_deleted'],
  ['membership_removed', 'kicked'],
  ['something new', 'kicked'],
])('put out by %s: the bar says so', async (told, code) => {
  const scene = new Scene();
  const [ann] = await scene.call('ann');
  const d = { channel_id: 'lounge', participant_id: ann!.voice.view.participantId };
  ann!.gateway.deliver('voice.kicked', { ...d, reason: told });
  await scene.seconds(1);
  expect(ann!.voice.view).toMatchObject({ state: 'disconnected', reason: { code } });
});

test('put out because voice was switched off: the reason is that, and nobody goes back in by himself', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann');
  const participant_id = ann!.voice.view.participantId;
  const d = { channel_id: 'lounge', participant_id };
  ann!.gateway.deliver('voice.kicked', { ...d, reason: 'voice_disabled' });
  ann!.gateway.deliver('voice.participant_left', { ...d, rev: 50, reason: 'kicked' });
  await scene.seconds(1);
  expect(ann!.voice.view).toMatchObject({ state: 'disconnected', reason: { code: 'voice_disabled' } });
  ann!.gateway.lose();
  ann!.gateway.comeBack();
  await scene.seconds(30);
  expect([joinsOf(scene, 'ann'), ann!.inputs.running, ann!.gateway.listening]).toEqual([['lounge'], [], 0]);
});

test('put out because voice was switched off: when it is on again the bar says so, and one can go back in', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann');
  const d = { channel_id: 'lounge', participant_id: ann!.voice.view.participantId };
  ann!.gateway.deliver('voice.kicked', { ...d, reason: 'voice_disabled' });
  await scene.seconds(1);
  const off = withSwitch(ann!.voice.view, false);
  expect(off.reason?.sentence).toBe('An administrator has switched voice off.');
  expect(off.canRejoin).toBe(false);
  const on = withSwitch(ann!.voice.view, true);
  expect([on.reason?.sentence, on.canRejoin]).toEqual(['Voice is switched on again.', true]);
  void ann!.voice.rejoin();
  await scene.seconds(1);
  expect(withSwitch(ann!.voice.view, true)).toBe(ann!.voice.view);
  expect(ann!.voice.view).toMatchObject({ state: 'connected', reason: null });
});

test('moved by an administrator the page goes along, but not a call that is another by now', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  const { participantId } = ann!.voice.view;
  const order = { channel_id: 'lounge', participant_id: participantId, to_channel_id: 'music' };
  ann!.gateway.deliver('voice.sent_on', { ...order, participant_id: 'an earlier call' });
  await scene.seconds(2);
  expect(ann!.voice.view.channelId).toBe('lounge');
  ann!.gateway.deliver('voice.sent_on', order);
  await scene.seconds(2);
  expect(ann!.voice.view).toMatchObject({ state: 'connected', channelId: 'music' });
  expect([ann!.inputs.asked.length, ann!.inputs.running.length]).toEqual([1, 1]);
});
