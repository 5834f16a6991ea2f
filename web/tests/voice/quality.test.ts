/** How good a peer can sound, in bars, and how many bits a second are sent to it. */
import { expect, test } from 'vitest';
import { BitRate } from '../../src/voice/bit_rate';
import { PacketWatch } from '../../src/voice/packets';
import type { MediaSample } from '../../src/voice/peer_connection';
import { barsOf, Quality, ratingOf } from '../../src/voice/quality';
import type { Page } from './fakes/page';
import { Scene } from './fakes/scene';

test('the rating falls with delay and with loss, as the E-model has it', () => {
  expect(ratingOf(0, 0)).toBeCloseTo(93.2);
  expect(ratingOf(100, 0)).toBeCloseTo(93.2 - 2.4);
  expect(ratingOf(277.3, 0)).toBeCloseTo(93.2 - 0.024 * 277.3 - 11);
  expect(ratingOf(0, 25.1)).toBeCloseTo(93.2 - 47.5);
  expect(ratingOf(2_000, 90)).toBe(0);
});

test.each([
  [93, 4],
  [80, 4],
  [79.9, 3],
  [70, 3],
  [69.9, 2],
  [59.9, 1],
  [49.9, 0],
])('a rating of %d is %d bars', (rating, bars) => {
  expect(barsOf(rating)).toBe(bars);
});

/** A connection looked at twice a second, 50 packets a second. */
function line() {
  const quality = new Quality();
  let now = 0;
  let sample: MediaSample = { ...new PacketWatch(0).last, roundTripMs: 20 };
  const seen: (number | null)[] = [];
  const run = (seconds: number, { lost = 0, roundTripMs = 20, bufferedMs = 40, discarded = 0 } = {}) => {
    for (let tick = 0; tick < 2 * seconds; tick++) {
      now += 500;
      const emitted = 24_000;
      sample = {
        ...sample,
        roundTripMs,
        packetsReceived: sample.packetsReceived + 25 * (1 - lost),
        packetsLost: sample.packetsLost + 25 * lost,
        packetsDiscarded: sample.packetsDiscarded + 25 * discarded,
        jitterBufferDelay: sample.jitterBufferDelay + (emitted * bufferedMs) / 1_000,
        jitterBufferEmittedCount: sample.jitterBufferEmittedCount + emitted,
      };
      quality.feed(sample, now);
      seen.push(quality.bars);
    }
    return quality.bars;
  };
  return { quality, run, seen };
}

test('nothing is said of a line before anything has come', () => {
  const { quality, run } = line();
  expect(quality.bars).toBe(null);
  expect(run(0.5)).toBe(null);
  expect(run(0.5)).toBe(4);
  expect(new Quality().bars).toBe(null);
});

test.each([
  ['a good line', {}, 4],
  ['a twentieth lost', { lost: 0.05 }, 3],
  ['a tenth lost', { lost: 0.1 }, 2],
  ['a fifth lost', { lost: 0.2 }, 0],
  ['a tenth too late to be played', { discarded: 0.1 }, 2],
  ['half a second there and back', { roundTripMs: 500 }, 3],
  ['a jitter buffer of 300 ms', { bufferedMs: 300 }, 2],
])('%s', (_, faults, bars) => {
  expect(line().run(10, faults)).toBe(bars);
});

test('bars fall within a second, and are back only when all has been well for more than five', () => {
  const { run, seen } = line();
  run(10);
  expect(run(1, { lost: 0.4 })).toBeLessThan(2);
  const before = seen.length;
  run(12);
  const rise = seen.slice(before).findIndex((bars) => bars === 4);
  expect(rise / 2).toBeGreaterThan(5);
  expect(rise / 2).toBeLessThan(12);
});

test('a line that is bad every four seconds never looks good in between', () => {
  const { run, seen } = line();
  run(5);
  for (let turn = 0; turn < 5; turn++) {
    run(3);
    run(1, { lost: 0.4 });
  }
  expect(Math.max(...seen.slice(18).map(Number))).toBeLessThan(4);
});

test('no packets are no sign of quality: it stays what it was, and the view says 0 while sound does not come', async () => {
  const scene = new Scene();
  const [ann] = (await scene.call('ann', 'ben')) as [Page, Page];
  await scene.seconds(5);
  const shown = () => [...ann.voice.view.peers.values()].map(({ quality }) => quality);
  expect(shown()).toEqual([4]);
  scene.network.block('ann', 'ben', true);
  scene.network.relay = 'silent';
  await scene.seconds(3);
  expect(shown()).toEqual([0]);
});

test('who only listens has no quality', async () => {
  const scene = new Scene();
  const ben = scene.page('ben');
  ben.inputs.answer = { refuse: 'NotFoundError' };
  void ben.voice.join('lounge');
  const [ann] = (await scene.call('ann')) as [Page];
  await scene.seconds(5);
  expect([...ann.voice.view.peers.values()]).toMatchObject([{ userId: 'ben', quality: null }]);
});

test('the bit rate goes down with each report of loss, to 24 kbit/s and not below', () => {
  const rate = new BitRate();
  const limits = [0, 5, 10, 15].map((second) => {
    rate.reported(0.1, second * 1_000);
    return rate.limit;
  });
  expect(limits).toEqual([30_000, 24_000, 24_000, 24_000]);
});

test('it goes up by 4 kbit/s for each ten seconds without loss, to 48 and not above', () => {
  const rate = new BitRate();
  const changes: [number, number][] = [];
  for (let second = 0; second <= 40; second += 5) {
    if (rate.reported(0, second * 1_000)) changes.push([second, rate.limit]);
  }
  expect(changes).toEqual([
    [10, 44_000],
    [20, 48_000],
  ]);
});

test('a little loss moves it neither way, and begins the ten seconds anew', () => {
  const rate = new BitRate();
  rate.reported(0, 0);
  expect(rate.reported(0.03, 9_000)).toBe(false);
  expect([rate.reported(0, 11_000), rate.reported(0, 20_000), rate.reported(0, 21_000)]).toEqual([
    false,
    false,
    true,
  ]);
});

test('a call sends less where the other end reports loss, once for each report, and more again when it is over', async () => {
  const scene = new Scene();
  await scene.call('ann', 'ben');
  await scene.seconds(30);
  const limitsOf = (host: string) => scene.network.rtcp.limits.filter((one) => one.host === host);
  expect(limitsOf('ann').map(({ bitrate }) => bitrate)).toEqual([44_000, 48_000]);
  scene.network.rtcp.fractionLost = 0.2;
  await scene.seconds(20);
  expect(limitsOf('ann').at(-1)?.bitrate).toBe(24_000);
  expect(limitsOf('ann').length).toBeLessThan(6);
  scene.network.rtcp.fractionLost = 0;
  await scene.seconds(80);
  expect(limitsOf('ann').at(-1)?.bitrate).toBe(48_000);
});
