/** The verdict as a page has its part in it: what it reports, how often, and what it shows of the answer. */
import { expect, test } from 'vitest';
import type { PeerReport, VoiceReport, VoiceVerdict } from '../../src/core/protocol.generated';
import { explain, explainToOthers, VERDICT_CODES } from '../../src/voice/verdict_texts';
import { FakeWorld } from './fakes/page';
import { Scene } from './fakes/scene';

const reportsOf = (scene: Scene, user: string) => scene.said('voice.report', user) as VoiceReport[];
const lastReport = (scene: Scene, user: string) => reportsOf(scene, user).at(-1);

test('a page reports every five seconds what it sees, and no address', async () => {
  const scene = new Scene();
  const [anna] = await scene.call('anna', 'ben');
  await scene.seconds(10);
  const before = reportsOf(scene, 'anna').length;
  await scene.seconds(20);
  expect(reportsOf(scene, 'anna').length - before).toBe(4);
  const [peer] = lastReport(scene, 'anna')?.peers ?? [];
  const known = { link: 'ok', round_trip_ms: 20, jitter_ms: 1, path: 'direct', loss_percent: 0, repairs: 0 };
  expect(peer).toMatchObject({ ...known, participant_id: [...anna!.voice.view.peers.keys()][0] });
  expect(peer?.received_per_second).toBeGreaterThan(40);
  expect(peer?.sent_per_second).toBeGreaterThan(40);
  expect(JSON.stringify(reportsOf(scene, 'anna'))).not.toMatch(/\d+\.\d+\.\d+|relay\.example|192/);
});

test('a change is reported before its time, and not more than once in two seconds', async () => {
  const scene = new Scene();
  const [, ben] = await scene.call('anna', 'ben');
  await scene.seconds(10);
  const before = reportsOf(scene, 'ben').length;
  scene.network.block('anna', 'ben', true);
  await scene.seconds(4.6);
  const news = reportsOf(scene, 'ben').slice(before);
  expect(news.length).toBeGreaterThan(0);
  expect(news.length).toBeLessThanOrEqual(3);
  expect(news.at(-1)?.peers[0]).toMatchObject({ received_per_second: 0 } satisfies Partial<PeerReport>);
  expect(ben!.voice.view.peers.size).toBe(1);
});

test('what the browser said to the microphone and to play-out is reported', async () => {
  const scene = new Scene();
  await scene.call('anna');
  const world = new FakeWorld();
  world.soundAllowed = false;
  const ben = scene.page('ben', { world });
  ben.inputs.answer = { refuse: 'NotAllowedError' };
  void ben.voice.join('lounge');
  await scene.seconds(6);
  expect(lastReport(scene, 'ben')).toMatchObject({ microphone: 'denied', playback: 'blocked' });
  expect(lastReport(scene, 'anna')).toMatchObject({ microphone: 'live', playback: 'playing' });
});

test('a microphone that gives nothing is called silent, and its level is said only while it is sent', async () => {
  const scene = new Scene();
  const [anna] = await scene.call('anna', 'ben');
  anna!.world.sounds.loudestDbfs = -30;
  await scene.seconds(6);
  expect(lastReport(scene, 'anna')).toMatchObject({ microphone: 'live', transmitting: false });
  expect(lastReport(scene, 'anna')).not.toHaveProperty('level_dbfs');
  anna!.voice.pressTalk();
  await scene.seconds(6);
  expect(lastReport(scene, 'anna')).toMatchObject({ transmitting: true, level_dbfs: -30 });
  anna!.world.sounds.loudestDbfs = -100;
  await scene.seconds(6);
  expect(lastReport(scene, 'anna')?.microphone).toBe('silent');
});

test('a peer that sounds and reports nothing of our sound is reported as one that does not hear us', async () => {
  const scene = new Scene();
  await scene.call('anna', 'ben');
  await scene.seconds(10);
  expect(lastReport(scene, 'anna')?.peers[0]).not.toHaveProperty('reason');
  scene.network.rtcp.arrives = false;
  await scene.seconds(14);
  expect(lastReport(scene, 'anna')?.peers).toMatchObject([{ link: 'ok', reason: 'not_heard' }]);
});

async function told(change: Partial<VoiceVerdict>) {
  const scene = new Scene();
  const [anna] = await scene.call('anna', 'ben');
  const { view } = anna!.voice;
  const [benId] = view.peers.keys();
  const verdict = {
    participant_id: benId!,
    direction: 'outgoing',
    code: 'playback_blocked',
    side: 'peer',
    ...change,
  };
  const d = { channel_id: 'lounge', participant_id: view.participantId, verdicts: [verdict] };
  anna!.gateway.deliver('voice.verdicts_changed', d);
  await scene.clock.settle();
  return { scene, anna: anna!, benId: benId! };
}

test('a verdict is shown in the bar and with the peer, by name', async () => {
  const { anna, benId } = await told({});
  const said = { code: 'playback_blocked', side: 'peer', sentence: "ben's browser blocks sound." };
  expect(anna.voice.view.state).toBe('connected');
  expect(anna.voice.view.reason).toMatchObject(said);
  expect(anna.voice.view.peers.get(benId)?.verdicts).toMatchObject([said]);
});

test("what is nobody else's business stays with the peer", async () => {
  const { anna, benId } = await told({ direction: 'incoming', code: 'mic_denied' });
  expect(anna.voice.view.reason).toBeNull();
  expect(anna.voice.view.peers.get(benId)?.verdicts).toMatchObject([{ code: 'mic_denied' }]);
});

test('the one end that reaches the relay blames nothing by itself, and shows whose network does not', async () => {
  const scene = new Scene();
  scene.server.iceServers.ice_servers = [{ urls: ['turn:relay.example'], username: 'u', credential: 'c' }];
  scene.network.onlyRelay('anna', 'ben', true);
  scene.network.hideRelay('ben');
  const [anna] = await scene.call('anna', 'ben');
  await scene.seconds(30);
  expect(lastReport(scene, 'anna')?.peers).toMatchObject([{ link: 'failed', reason: 'no_path' }]);
  expect(lastReport(scene, 'ben')?.peers).toMatchObject([{ link: 'failed', reason: 'relay_unreachable' }]);
  const sentence = 'Cannot hear ben: no path was found, though the relay answers here.';
  expect(anna!.voice.view.reason).toMatchObject({ code: 'no_path', sentence });
  const [benId] = anna!.voice.view.peers.keys();
  const verdicts = [
    { participant_id: benId, direction: 'incoming', code: 'relay_unreachable', side: 'peer' },
  ];
  const d = { channel_id: 'lounge', participant_id: anna!.voice.view.participantId, verdicts };
  anna!.gateway.deliver('voice.verdicts_changed', d);
  await scene.clock.settle();
  expect(anna!.voice.view.reason?.sentence).toBe("ben's network does not reach the relay.");
});

test('a verdict of a newer server is passed over', async () => {
  const { anna, benId } = await told({ code: 'of_tomorrow' });
  expect(anna.voice.view.peers.get(benId)?.verdicts).toEqual([]);
});

test('what is mended, and what an earlier connection said, is forgotten', async () => {
  const { scene, anna } = await told({});
  anna.gateway.lose();
  anna.gateway.comeBack();
  await scene.seconds(1);
  expect(anna.voice.view.reason).toBeNull();
});

test('what is true of both directions is said once', () => {
  const both = ['incoming', 'outgoing'].map((direction) => ({
    direction,
    code: 'connecting',
    side: 'network',
  }));
  const verdicts = both.map((verdict) => ({ ...verdict, participant_id: 'p' })) as VoiceVerdict[];
  expect(explain(verdicts, 'ben')).toHaveLength(1);
});

test('whoever is at neither end reads it by name, and who is told so where the words say you', () => {
  const names = { speaker: 'Ben', listener: 'Ann' };
  expect(explainToOthers({ code: 'mic_denied', side: 'speaker' }, names)).toEqual({
    sentence: "Ben's browser may not use the microphone.",
    remedy: "Ben must allow it in the browser's address bar.",
    toldTo: null,
  });
  expect(explainToOthers({ code: 'playback_blocked', side: 'listener' }, names)?.sentence).toBe(
    "Ann's browser blocks sound.",
  );
  expect(explainToOthers({ code: 'relay_auth', side: 'instance' }, names)).toMatchObject({ toldTo: 'Ann' });
  expect(explainToOthers({ code: 'relay_auth', side: 'instance' }, names)?.sentence).toContain('Ben');
  expect(explainToOthers({ code: 'of_a_newer_server', side: 'network' }, names)).toBeNull();
});

test('no verdict tells a stranger "you" without saying who is meant', () => {
  const names = { speaker: 'Ben', listener: 'Ann' };
  for (const code of VERDICT_CODES)
    for (const side of ['speaker', 'listener', 'network', 'instance'] as const) {
      const told = explainToOthers({ code, side }, names);
      if (told && told.toldTo === null) expect(`${told.sentence} ${told.remedy}`).not.toMatch(/\byou(r)?\b/i);
    }
});
