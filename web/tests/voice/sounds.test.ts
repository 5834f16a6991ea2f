/** The short sounds of a call: who hears which, when none is made, and what they are like. */
import { expect, test } from 'vitest';
import { PEAK, TONES } from '../../src/voice/tones';
import { FakeWorld, type Page } from './fakes/page';
import { Scene } from './fakes/scene';

const SOUND_NAMES = Object.keys(TONES) as (keyof typeof TONES)[];

/** Ann and Ben have been in the lounge for a while; `heard` is what Ann's page has played since. */
async function inCall(...others: string[]) {
  const scene = new Scene();
  const [ann, ben] = (await scene.call('ann', 'ben', ...others)) as [Page, Page];
  await scene.seconds(5);
  ann.world.callSounds.length = 0;
  return { scene, ann, ben, heard: ann.world.callSounds };
}

async function enter(scene: Scene, user: string): Promise<Page> {
  const page = scene.page(user);
  void page.voice.join('lounge');
  await scene.seconds(2);
  return page;
}

test('others who come and go are heard, by those who were there', async () => {
  const { scene, ben, heard } = await inCall();
  const cleo = await enter(scene, 'cleo');
  expect([heard, ben.world.callSounds.at(-1)]).toEqual([['joined'], 'joined']);
  cleo.voice.disconnect();
  await scene.seconds(2);
  expect(heard).toEqual(['joined', 'left']);
});

test('whoever comes in hears nothing of those who are there, nor of coming and going by oneself', async () => {
  const { scene } = await inCall();
  const cleo = await enter(scene, 'cleo');
  await scene.seconds(5);
  cleo.voice.disconnect();
  await scene.seconds(2);
  expect(cleo.world.callSounds).toEqual([]);
});

test('a burst is one sound', async () => {
  const { scene, heard } = await inCall();
  for (const user of ['cleo', 'dan', 'eve']) {
    void scene.page(user).voice.join('lounge');
    await scene.clock.advance(100);
  }
  await scene.seconds(3);
  expect(heard).toEqual(['joined']);
});

test('a call that is moved to another page of the same user is neither coming nor going', async () => {
  const { scene, ben, heard } = await inCall();
  const sofa = scene.page('ben', { host: 'sofa' });
  await scene.seconds(1);
  void sofa.voice.join('lounge');
  await scene.seconds(3);
  void sofa.voice.moveHere();
  await scene.seconds(5);
  expect(scene.server.participants('lounge')).toHaveLength(2);
  expect([heard, ben.world.callSounds, ben.voice.view.state]).toEqual([[], [], 'superseded']);
});

test('what changed while the page was away from the server is no news when it is back', async () => {
  const { scene, ann, ben, heard } = await inCall('cleo');
  ann.gateway.lose();
  ben.voice.disconnect();
  await enter(scene, 'dan');
  ann.gateway.comeBack();
  await scene.seconds(6);
  expect([...ann.voice.view.peers.values()].map(({ userId }) => userId).sort()).toEqual(['cleo', 'dan']);
  expect(heard).toEqual([]);
  await enter(scene, 'eve');
  expect(heard).toEqual(['joined']);
});

test('a repair is neither coming nor going', async () => {
  const { scene, heard } = await inCall();
  scene.network.changeAddress('ben');
  await scene.seconds(20);
  expect(heard).toEqual([]);
});

test('one’s own mute is heard, also by deafening; un-deafening opens nothing and sounds like nothing', async () => {
  const { scene, ann, heard } = await inCall();
  const press = async (button: 'mute' | 'unmute' | 'deafen' | 'undeafen') => {
    ann.voice[button]();
    await scene.clock.settle();
    return heard.splice(0);
  };
  expect(await press('mute')).toEqual(['muted']);
  expect(await press('unmute')).toEqual(['unmuted']);
  expect(await press('deafen')).toEqual(['muted']);
  expect(await press('undeafen')).toEqual([]);
});

test('while deafened nothing is heard of others', async () => {
  const { scene, ann, heard } = await inCall();
  ann.voice.deafen();
  const cleo = await enter(scene, 'cleo');
  cleo.voice.disconnect();
  await scene.seconds(2);
  expect(heard).toEqual(['muted']);
});

test('a call that ends against one’s will is heard, deafened or not; one that is left, moved or closed is not', async () => {
  const { scene, ann, ben, heard } = await inCall();
  ann.voice.deafen();
  await scene.seconds(1);
  scene.server.kick(ann.voice.view.participantId!);
  await scene.seconds(1);
  expect([heard, ann.voice.view.reason?.code]).toEqual([['muted', 'lost'], 'kicked']);
  ben.world.callSounds.length = 0;
  ben.voice.disconnect();
  await scene.seconds(1);
  void ben.voice.join('lounge');
  await scene.seconds(3);
  ben.world.hidePage();
  await scene.seconds(1);
  expect([ben.world.callSounds, ben.voice.view.state]).toEqual([[], 'disconnected']);
});

test('an outage of one’s own is heard once, if it is one', async () => {
  const { scene, ann, heard } = await inCall();
  const cut = (off: boolean) => {
    scene.network.block('ann', 'ben', off);
    scene.network.relay = off ? 'silent' : 'up';
    if (off) ann.gateway.lose();
    else ann.gateway.comeBack();
  };
  cut(true);
  await scene.seconds(15);
  expect([ann.voice.view.reason?.code, heard]).toEqual(['connection_down', ['lost']]);
  cut(false);
  await scene.seconds(30);
  expect([ann.voice.view.state, heard]).toEqual(['connected', ['lost']]);
});

test('each can be switched off, and muting outside a call makes none', async () => {
  const { scene, ann, heard } = await inCall();
  ann.voice.configure({ mutedSounds: ['joined', 'muted'] });
  ann.voice.mute();
  await enter(scene, 'cleo');
  ann.voice.unmute();
  await scene.seconds(1);
  expect(heard).toEqual(['unmuted']);
  const dan = scene.page('dan', { world: new FakeWorld() });
  dan.voice.mute();
  void dan.voice.join('lounge');
  await scene.seconds(5);
  expect(dan.world.callSounds).toEqual([]);
});

test.each(SOUND_NAMES)('%s is short, soft and unlike the others', (sound) => {
  const notes = TONES[sound];
  expect(Math.max(...notes.map(({ atMs, forMs }) => atMs + forMs))).toBeLessThan(300);
  expect(PEAK).toBeLessThanOrEqual(0.15);
  const melody = (one: typeof sound) => JSON.stringify(TONES[one]);
  expect(SOUND_NAMES.filter((other) => melody(other) === melody(sound))).toEqual([sound]);
});
