/** The small parts: states, roster, reasons, diagnostics, frames from the wire, statistics. */
import { expect, test } from 'vitest';
import { readStats } from '../../src/voice/browser/stats';
import { Ticker } from '../../src/voice/clock';
import { Diagnostics, withoutAddresses } from '../../src/voice/diagnostics';
import { RelayEvidence } from '../../src/voice/evidence';
import { IceServers } from '../../src/voice/ice_servers';
import { LinkStateMachine } from '../../src/voice/link_state';
import { PacketWatch } from '../../src/voice/packets';
import { isReasonCode, reasonOf } from '../../src/voice/reasons';
import { RoomStateMachine } from '../../src/voice/room_state';
import { Roster } from '../../src/voice/roster';
import { readSignal } from '../../src/voice/wire';
import { FakeClock } from './fakes/clock';
import { participantOf } from './fakes/link_rig';
import { Scene } from './fakes/scene';

test('a room and a link refuse steps that are not in their tables, and tell those that are', () => {
  const steps: string[] = [];
  const room = new RoomStateMachine((from, to) => steps.push(`${from} ${to}`));
  room.become('joining');
  room.become('joining');
  room.become('superseded');
  expect(() => room.become('connected')).toThrow('superseded to connected');
  expect([steps, room.ended]).toEqual([['idle joining', 'joining superseded'], true]);
  const link = new LinkStateMachine(() => undefined);
  expect(() => link.become('repairing')).toThrow();
  expect(link.shown).toBe('connecting');
});

test('the roster counts changes: old ones are dropped, holes are noticed, a newer snapshot wins', () => {
  const roster = new Roster();
  roster.load({ rev: 5, settled: true, participants: [participantOf('a')] });
  expect(roster.put(5, participantOf('b'))).toBe('old');
  expect(roster.put(6, participantOf('b'))).toBe('taken');
  expect(roster.remove(9, 'a')).toBe('jump');
  expect([...roster.participants.keys()]).toEqual(['b']);
  expect(roster.load({ rev: 8, settled: true, participants: [] })).toBe(false);
  roster.forgetRev();
  expect(roster.load({ rev: 1, settled: false, participants: [] })).toBe(true);
  expect([roster.participants.size, roster.settled]).toEqual([0, false]);
});

const CODES = [
  'mic_denied',
  'mic_missing',
  'mic_busy',
  'already_in_channel',
  'channel_full',
  'voice_disabled',
  'server_unreachable',
  'relay_auth',
  'relay_unreachable',
  'nat_no_relay',
  'udp_blocked',
  'no_path',
  'no_media',
  'being_repaired',
  'kicked',
  'membership_left',
  'channel_deleted',
  'superseded',
] as const;

test('every reason has a sentence, a remedy and a side', () => {
  for (const code of CODES) {
    const reason = reasonOf(code);
    expect(reason.sentence).toMatch(/^[A-Z].*\.$/);
    expect(reason.remedy).toMatch(/^[A-Z].*\.$/);
    expect(['you', 'peer', 'instance', 'network']).toContain(reason.side);
  }
  expect([isReasonCode('kicked'), isReasonCode('toString')]).toEqual([true, false]);
});

test('a refused relay counts only if no URL gave a candidate, and after the others had their chance', () => {
  const evidence = new RelayEvidence(0);
  evidence.error('turn:one.example', 401, 100);
  expect([evidence.relayRefused(1_000), evidence.relayRefused(1_700)]).toEqual([false, true]);
  evidence.candidate('candidate:1 1 udp 1 192.0.2.1 9 typ relay raddr 0.0.0.0');
  expect(evidence.relayRefused(9_000)).toBe(false);
  const other = new RelayEvidence(0);
  other.error('turn:one.example', 701, 100);
  expect([other.relayRefused(9_000), other.relaySilent(8_000), other.relaySilent(9_000)]).toEqual([
    false,
    false,
    true,
  ]);
});

test('UDP is blocked where STUN is silent, not where it has answered with nothing new', () => {
  const silent = new RelayEvidence(0);
  expect([silent.udpBlocked(2_000), silent.udpBlocked(3_000)]).toEqual([false, true]);
  silent.candidate('candidate:1 1 udp 1 192.0.2.1 9 typ srflx raddr 0.0.0.0 rport 9');
  expect(silent.udpBlocked(3_000)).toBe(false);
  const answered = new RelayEvidence(0);
  answered.complete();
  expect(answered.udpBlocked(9_000)).toBe(false);
  const unreachable = new RelayEvidence(0);
  unreachable.error('stun:one.example', 701, 100);
  unreachable.complete();
  expect(unreachable.udpBlocked(200)).toBe(true);
});

test('a gathering by relays alone knows of UDP what was known before, and one by all ways asks again', () => {
  const silent = new RelayEvidence(0);
  const byRelays = silent.again(4_000, true);
  expect([byRelays.udpBlocked(4_000), byRelays.again(5_000, true).udpBlocked(5_000)]).toEqual([true, true]);
  expect(new RelayEvidence(0, false).udpBlocked(9_000)).toBe(false);
  const asked = byRelays.again(6_000, false);
  asked.candidate('candidate:1 1 udp 1 192.0.2.1 9 typ srflx raddr 0.0.0.0 rport 9');
  expect(asked.udpBlocked(9_000)).toBe(false);
});

test('a relay over TCP is told by its URL', () => {
  const overTcp = (url: string) => {
    const ports = { clock: new FakeClock(), ask: () => Promise.reject(new Error('not asked')) };
    const events = { relayOnly: () => false, renewed: () => {}, outlived: () => {}, note: () => {} };
    return new IceServers({ ...ports, ...events }, [{ urls: ['stun:s.example', url] }]).relayOverTcp;
  };
  expect(['turn:r.example?transport=tcp', 'turns:r.example:443'].map(overTcp)).toEqual([true, true]);
  expect(['turn:r.example', 'turn:r.example?transport=udp', 'stuns:r.example'].map(overTcp)).toEqual([
    false,
    false,
    false,
  ]);
});

test('the diagnostics keep the last 500 events and hold no address', () => {
  const clock = new FakeClock();
  const diagnostics = new Diagnostics(clock);
  for (let number = 0; number < 600; number++) diagnostics.note('event', { number });
  expect([diagnostics.entries.length, diagnostics.entries[0]?.details]).toEqual([500, { number: 100 }]);
  const text = withoutAddresses(
    'a 192.168.1.7:4444 b 2001:db8::17 c ::ffff:10.0.0.1 d 3f2a.local e turn:relay.example:1 f fe80::1%eth0',
  );
  expect(text).not.toMatch(/192|2001|10\.0|3f2a|relay\.example|fe80/);
  expect(withoutAddresses('12.500 rung peer=0190a5c3-1f00-7000-8000-000000000001 rung=2')).toBe(
    '12.500 rung peer=0190a5c3-1f00-7000-8000-000000000001 rung=2',
  );
});

test('a call is told in its diagnostics, and they can be copied', async () => {
  const scene = new Scene();
  const [ann] = await scene.call('ann', 'ben');
  const text = await ann!.voice.copyDiagnostics();
  expect(ann!.world.copied).toEqual([text]);
  expect(text).toContain('room from=joining to=connected');
  expect(text).toContain('from=connecting to=ok');
  expect(text).not.toMatch(/\d+\.\d+\.\d+\.\d+|typ host/);
});

const ENVELOPE = { channel_id: 'c', from: 'a', to: 'b', generation: 1, negotiation_id: 2 };
const MALFORMED: unknown[] = [
  null,
  'text',
  { ...ENVELOPE, kind: 'description', data: { type: 'rollback', sdp: '' } },
  { ...ENVELOPE, kind: 'description', data: { type: 'offer', sdp: 7 } },
  { ...ENVELOPE, kind: 'description', data: null },
  { ...ENVELOPE, kind: 'candidates', data: { candidates: 'no' } },
  { ...ENVELOPE, kind: 'unknown', data: {} },
  { ...ENVELOPE, kind: 'stale', data: {}, generation: 1.5 },
  { ...ENVELOPE, kind: 'stale', data: {}, generation: -1 },
  { ...ENVELOPE, kind: 'stale', data: {}, negotiation_id: '2' },
  { ...ENVELOPE, kind: 'stale', data: {}, from: undefined },
];

test('what another client wrote is checked before it is used', () => {
  for (const malformed of MALFORMED) expect(readSignal(malformed)).toBeNull();
  expect(readSignal({ ...ENVELOPE, kind: 'stale', data: { extra: 1 } })).toEqual({
    ...ENVELOPE,
    kind: 'stale',
    data: {},
  });
  const candidates = [
    { candidate: 'x' },
    'no',
    null,
    ...Array.from({ length: 60 }, () => ({ candidate: 'y' })),
  ];
  const read = readSignal({ ...ENVELOPE, kind: 'candidates', data: { candidates } });
  expect(read?.data).toMatchObject({ candidates: { length: 50 } });
});

test('a tick that took more than twice its interval is late', async () => {
  const clock = new FakeClock();
  const ticks: [number, boolean][] = [];
  const ticker = new Ticker(
    clock,
    () => 500,
    (elapsed, late) => ticks.push([elapsed, late]),
  );
  ticker.start();
  ticker.start();
  await clock.advance(1_000);
  await clock.freeze(1_200);
  ticker.stop();
  await clock.advance(5_000);
  expect(ticks).toEqual([
    [500, false],
    [500, false],
    [1_200, true],
  ]);
});

test('loss is that of the last seconds', () => {
  const watch = new PacketWatch(0);
  const sample = (packetsReceived: number, packetsLost: number) => ({
    ...watch.last,
    packetsReceived,
    packetsLost,
  });
  watch.feed(sample(100, 0), 1_000);
  watch.feed(sample(150, 50), 2_000);
  expect(Math.round(watch.lossPercent)).toBe(25);
  for (let second = 3; second < 20; second++) watch.feed(sample(second * 50, 50), second * 1_000);
  expect(watch.lossPercent).toBe(0);
});

test('counters that fall back, because what they counted is gone, are no sign of life', () => {
  const watch = new PacketWatch(0);
  watch.feed({ ...watch.last, packetsReceived: 100, consentResponses: 7, lastReport: 5 }, 1_000);
  watch.feed({ ...watch.last, packetsReceived: 0, consentResponses: 0, lastReport: null }, 4_000);
  expect([watch.packetAge(5_000), watch.consentAge(5_000), watch.reportAge(5_000)]).toEqual([
    4_000, 4_000, 4_000,
  ]);
  expect(watch.consentAfterPackets).toBe(0);
  watch.feed({ ...watch.last, consentResponses: 1 }, 6_000); // another pair has been answered
  expect(watch.consentAge(6_000)).toBe(0);
});

test('a path that took long to stand is silent only once it stands', () => {
  const watch = new PacketWatch(0);
  watch.feed({ ...watch.last, consentResponses: 1 }, 4_000);
  expect(watch.consentAfterPackets).toBe(0);
  watch.feed({ ...watch.last, consentResponses: 2 }, 6_500);
  expect(watch.consentAfterPackets).toBe(2_500);
});

const REPORT = [
  {
    type: 'inbound-rtp',
    kind: 'audio',
    packetsReceived: 10,
    packetsLost: 2,
    packetsDiscarded: 4,
    bytesReceived: 900,
    jitter: 0.0034,
    jitterBufferDelay: 12.5,
    jitterBufferEmittedCount: 480_000,
  },
  { type: 'outbound-rtp', kind: 'audio', packetsSent: 11 },
  { type: 'inbound-rtp', kind: 'video', packetsReceived: 99 },
  { type: 'remote-inbound-rtp', kind: 'audio', timestamp: 17, roundTripTime: 0.2, fractionLost: 0.125 },
  { type: 'candidate-pair', id: 'old', responsesReceived: 50 },
  {
    type: 'candidate-pair',
    id: 'p',
    responsesReceived: 3,
    currentRoundTripTime: 0.0456,
    localCandidateId: 'l',
    remoteCandidateId: 'r',
  },
  {
    type: 'local-candidate',
    id: 'l',
    candidateType: 'relay',
    relayProtocol: 'tcp',
    url: 'turn:relay.example',
  },
  { type: 'remote-candidate', id: 'r', candidateType: 'srflx' },
];

test('statistics: the numbers of the selected pair and of our audio', () => {
  const transport = { type: 'transport', selectedCandidatePairId: 'p' };
  expect(readStats([...REPORT, transport])).toEqual({
    packetsReceived: 10,
    packetsLost: 2,
    packetsDiscarded: 4,
    packetsSent: 11,
    bytesReceived: 900,
    jitterMs: 3,
    jitterBufferDelay: 12.5,
    jitterBufferEmittedCount: 480_000,
    lastReport: 17,
    fractionLost: 0.125,
    consentResponses: 3,
    roundTripMs: 46,
    path: 'relay',
    relayUrl: 'turn:relay.example',
    localCandidate: 'relay',
    remoteCandidate: 'srflx',
    relayProtocol: 'tcp',
  });
  const firefox = REPORT.map((entry) =>
    entry['id' as never] === 'p' ? { ...entry, selected: true } : entry,
  );
  expect(readStats(firefox).path).toBe('relay');
  expect(readStats([])).toMatchObject({
    packetsReceived: 0,
    lastReport: null,
    roundTripMs: null,
    path: null,
  });
});
