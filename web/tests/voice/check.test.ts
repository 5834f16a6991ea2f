/** The check of one's connection, before a call: each thing that can be wrong is found, named and told with a remedy. */
import { expect, test } from 'vitest';
import { readCandidate } from '../../src/voice/check/candidate';
import {
  checkReport,
  checkVerdictOf,
  ConnectionCheck,
  NOTHING_FOUND,
  stepsOf,
  type Findings,
} from '../../src/voice/check';
import { sortServers } from '../../src/voice/check/given_servers';
import { natOf } from '../../src/voice/check/nat';
import type { CheckPorts } from '../../src/voice/check/ports';
import type { AudioSink } from '../../src/voice/playback';
import { DEFAULT_SETTINGS } from '../../src/voice/settings';
import type { IceServer } from '../../src/voice/wire';
import { FakeGateway } from './fakes/gateway';
import { FakeInputs, FakeTrack } from './fakes/page';
import { Scene } from './fakes/scene';
import { Refused } from './fakes/server';

const SERVERS: IceServer[] = [
  { urls: ['stun:home.example:3478'] },
  {
    urls: [
      'turn:home.example:3478?transport=udp',
      'turn:home.example:3478?transport=tcp',
      'turns:home.example:3478?transport=tcp',
    ],
    username: 'user-name',
    credential: 'pass-word',
  },
];

/** A page on which a check can be run. */
class Checked {
  readonly scene = new Scene();
  readonly gateway = new FakeGateway(this.scene.server, 'ann');
  readonly inputs = new FakeInputs();
  readonly silent: FakeTrack[] = [];
  readonly sinks: { open: boolean; muted: boolean }[] = [];
  /** What the microphone hears, in dBFS. */
  level = -20;
  blocked = false;
  findings: Findings = NOTHING_FOUND;
  readonly check: ConnectionCheck;
  over = false;

  constructor(change: Partial<CheckPorts> = {}, played = true) {
    this.scene.server.iceServers.ice_servers = SERVERS;
    const { inputDeviceId, outputDeviceId, processing } = DEFAULT_SETTINGS;
    this.check = new ConnectionCheck(
      { ...this.#ports(), ...change },
      { microphone: { inputDeviceId, processing }, outputDeviceId, played },
      { found: (findings) => (this.findings = findings), level: () => undefined },
    );
  }

  /** Runs it to its end, which must come within half a minute. */
  async run(): Promise<this> {
    void this.check.run().then(() => (this.over = true));
    expect(await this.scene.clock.until(() => this.over, 30_000)).toBe(true);
    return this;
  }

  get codes() {
    return Object.fromEntries(stepsOf(this.findings).map(({ id, code }) => [id, code]));
  }

  get verdict() {
    return checkVerdictOf(this.findings);
  }

  /** Nothing is left running. */
  get released(): boolean {
    const tracks = [...this.inputs.tracks, ...this.silent];
    return (
      this.scene.network.connections.size === 0 &&
      tracks.every(({ stopped }) => stopped) &&
      this.sinks.every(({ open }) => !open)
    );
  }

  #ports(): CheckPorts {
    const { clock, network } = this.scene;
    return {
      clock,
      signalling: this.gateway,
      connect: network.factory('ann'),
      inputs: this.inputs,
      createSink: () => this.#sink(),
      silence: () => {
        const track = new FakeTrack();
        this.silent.push(track);
        return { track, stop: () => track.stop() };
      },
      listen: () => ({ level: () => this.level, stop: () => undefined }),
    };
  }

  #sink(): AudioSink {
    const sink = { open: true, muted: false, volume: 1, close: () => void (sink.open = false) };
    this.sinks.push(sink);
    const refused = Object.assign(new Error('no gesture'), { name: 'NotAllowedError' });
    return Object.assign(sink, { play: () => (this.blocked ? Promise.reject(refused) : Promise.resolve()) });
  }
}

test('where everything works, all is well, and nothing is left running', async () => {
  const page = await new Checked().run();
  expect(page.codes).toEqual({
    server: 'server_answers',
    microphone: 'mic_works',
    stun: 'nat_unknown',
    relay_udp: 'relay_works',
    relay_tcp: 'relay_works',
    relay_tls: 'relay_works',
    loopback: 'loop_heard',
  });
  expect(page.verdict).toMatchObject({ code: 'all_well', mark: 'good' });
  expect(page.findings.relays.udp).toMatchObject({ candidates: 1, received: 100, lost: 0 });
  expect(page.findings.server?.roundTripMs).toBe(10);
  expect(page.released).toBe(true);
});

test('a check that is stopped lets go of everything at once and says nothing more', async () => {
  const page = new Checked();
  void page.check.run().then(() => (page.over = true));
  await page.scene.seconds(2);
  const known = page.findings;
  page.check.stop();
  await page.scene.seconds(1);
  expect([page.over, page.released]).toEqual([true, true]);
  expect(page.findings).toBe(known);
});

test('the voice is played, or only measured', async () => {
  expect((await new Checked().run()).sinks).toMatchObject([{ muted: false }]);
  const measured = await new Checked({}, false).run();
  expect([measured.sinks, measured.codes['loopback']]).toMatchObject([[{ muted: true }], 'loop_heard']);
});

type Arrange = (page: Checked) => void;
const relaysAre =
  (states: Record<string, 'up' | 'refuses' | 'silent' | 'full'>, rest: 'up' | 'silent' = 'up'): Arrange =>
  ({ scene }) => {
    scene.network.relayAt = (url) => Object.entries(states).find(([part]) => url.includes(part))?.[1] ?? rest;
  };
const withoutRelay: Arrange = ({ scene }) => (scene.server.iceServers.ice_servers = SERVERS.slice(0, 1));

test.each<[string, Arrange, Record<string, string>, string]>([
  [
    'the gateway is away',
    (page) => (page.gateway.live = false),
    { server: 'server_unreachable' },
    'server_unreachable',
  ],
  [
    'the microphone is refused',
    (page) => (page.inputs.answer = { refuse: 'NotAllowedError' }),
    { microphone: 'mic_denied', loopback: 'loop_no_microphone' },
    'mic_denied',
  ],
  [
    'there is no TLS',
    (page) => (page.inputs.available = false),
    { microphone: 'mic_insecure' },
    'mic_insecure',
  ],
  [
    'there is no microphone',
    (page) => (page.inputs.answer = { refuse: 'NotFoundError' }),
    { microphone: 'mic_missing' },
    'mic_missing',
  ],
  [
    'the microphone is in use',
    (page) => (page.inputs.answer = { refuse: 'NotReadableError' }),
    { microphone: 'mic_busy' },
    'mic_busy',
  ],
  [
    'the microphone is switched off',
    (page) => (page.level = -100),
    { microphone: 'mic_silent', loopback: 'loop_quiet' },
    'mic_silent',
  ],
  [
    'nobody speaks',
    (page) => (page.level = -70),
    { microphone: 'mic_quiet', loopback: 'loop_quiet' },
    'mic_quiet',
  ],
  [
    'the browser plays nothing',
    (page) => (page.blocked = true),
    { loopback: 'loop_blocked' },
    'loop_blocked',
  ],
  [
    'there is no relay',
    withoutRelay,
    { relay_udp: 'relay_none_given', loopback: 'loop_no_relay' },
    'no_relay',
  ],
  [
    'there is no relay and no UDP',
    (page) => {
      withoutRelay(page);
      page.scene.network.stun = 'silent';
    },
    { stun: 'stun_silent' },
    'no_relay_no_udp',
  ],
  [
    'the relay refuses',
    relaysAre({ turn: 'refuses' }),
    { relay_udp: 'relay_refused', relay_tls: 'relay_refused' },
    'relay_refused',
  ],
  ['the relay is full', relaysAre({ turn: 'full' }), { relay_udp: 'relay_full' }, 'relay_full'],
  [
    'the relay is away',
    relaysAre({}, 'silent'),
    { relay_tcp: 'relay_unreachable', loopback: 'loop_no_relay' },
    'relay_down',
  ],
  [
    'nothing but the page gets through',
    (page) => {
      relaysAre({}, 'silent')(page);
      page.scene.network.stun = 'silent';
    },
    { stun: 'stun_silent', relay_udp: 'relay_unreachable' },
    'closed',
  ],
  [
    'UDP is blocked',
    (page) => {
      relaysAre({ 'transport=udp': 'silent' })(page);
      page.scene.network.stun = 'silent';
    },
    { relay_udp: 'relay_unreachable', relay_tcp: 'relay_works', loopback: 'loop_heard' },
    'udp_blocked',
  ],
  [
    'TLS alone does not work',
    relaysAre({ 'turns:': 'silent' }),
    { relay_tls: 'relay_unreachable', loopback: 'loop_heard' },
    'relay_in_part',
  ],
])('%s: the line and the verdict say so, with a remedy', async (_, arrange, lines, code) => {
  const page = new Checked();
  arrange(page);
  await page.run();
  expect(page.codes).toMatchObject(lines);
  expect(page.verdict.code).toBe(code);
  expect([page.verdict.mark, page.verdict.remedy]).not.toEqual(['good', '']);
  expect(page.verdict.remedy).not.toBe('');
  expect(page.released).toBe(true);
});

test('a silent STUN is no sign of blocked UDP where the relay is reached by UDP', async () => {
  const page = new Checked();
  page.scene.network.stun = 'silent';
  await page.run();
  expect([page.codes['stun'], page.verdict.code]).toEqual(['stun_unclear', 'all_well']);
});

test('a relay that takes packets and passes nothing on is not one that works', async () => {
  const page = new Checked();
  page.scene.network.block('ann', 'ann', true);
  await page.run();
  expect([page.codes['relay_udp'], page.verdict.code]).toEqual(['relay_mute', 'relay_mute']);
});

test('voice that is switched off, and a browser without calls, are named before anything is tried', async () => {
  const off = new Checked();
  off.scene.server.command = (_, t) => {
    if (t === 'voice.ice_servers') throw new Refused('voice_disabled');
    return {};
  };
  expect((await off.run()).verdict.code).toBe('voice_disabled');
  const without = await new Checked({ connect: null }).run();
  expect([without.verdict.code, Object.keys(without.codes)]).toEqual([
    'browser_cannot',
    ['server', 'microphone'],
  ]);
});

test('the network is looked at while the browser still asks for the microphone', async () => {
  const page = new Checked();
  page.inputs.answer = 'wait';
  void page.check.run().then(() => (page.over = true));
  await page.scene.seconds(5);
  expect(page.codes).toMatchObject({ microphone: null, relay_udp: 'relay_works', loopback: null });
  page.inputs.decide('give');
  expect(await page.scene.clock.until(() => page.over, 15_000)).toBe(true);
  expect(page.codes['loopback']).toBe('loop_heard');
});

test('a question for the microphone that nobody answers is named, and the check comes to its end without', async () => {
  const page = new Checked();
  page.inputs.answer = 'wait';
  await page.run();
  expect(page.codes).toMatchObject({ microphone: 'mic_unanswered', loopback: 'loop_no_microphone' });
  expect(page.verdict).toMatchObject({ code: 'mic_unanswered', mark: 'bad' });
  page.inputs.decide('give');
  await page.scene.clock.settle();
  expect([page.inputs.tracks.length, page.released]).toEqual([1, true]); // what came late is off again
});

test('a check that is stopped while the browser asks is over', async () => {
  const page = new Checked();
  page.inputs.answer = 'wait';
  void page.check.run().then(() => (page.over = true));
  await page.scene.seconds(1);
  page.check.stop();
  await page.scene.clock.settle();
  expect(page.over).toBe(true);
});

test('a check that breaks off lets go of everything, and does not call well what it never found out', async () => {
  const page = new Checked({
    listen: () => {
      throw new Error('no sound here');
    },
  });
  const run = page.check.run();
  await expect(run).rejects.toThrow('no sound here');
  await page.scene.seconds(2);
  expect([page.codes['microphone'], page.verdict.code, page.released]).toEqual([null, 'unfinished', true]);
});

test('the report names neither addresses nor secrets', async () => {
  const page = await new Checked().run();
  const report = checkReport(page.findings, stepsOf(page.findings), page.verdict);
  expect(report).toContain('verdict all_well: All is well: you can make calls.');
  expect(report).toContain('candidates: host 1, srflx 1, relay by udp 1, relay by tcp 1, relay by tls 1');
  expect(report).not.toMatch(/example|192\.0\.2|user-name|pass-word/);
});

const CHROMIUM =
  'candidate:1 1 udp 1677729535 203.0.113.5 40001 typ srflx raddr 192.168.1.2 rport 50001 generation 0';
const HIDDEN = 'candidate:1 1 udp 1677729535 203.0.113.5 40001 typ srflx raddr 0.0.0.0 rport 0 generation 0';

test('candidates are read as browsers write them', () => {
  expect(readCandidate(CHROMIUM)).toEqual({ kind: 'srflx', protocol: 'udp', port: 40001, basePort: 50001 });
  expect(readCandidate('candidate:0 1 TCP 1 fe80::1 9 typ host tcptype active')).toMatchObject({
    kind: 'host',
    protocol: 'tcp',
  });
  expect(readCandidate('')).toBeNull();
});

const mapped = (port: number, base: number) =>
  readCandidate(CHROMIUM.replace('40001', `${port}`).replace('50001', `${base}`))!;

test.each([
  ['none', [readCandidate('candidate:1 1 udp 1 192.0.2.1 9 typ host')!], 2],
  ['unknown', [mapped(40001, 50001)], 1],
  ['steady', [mapped(40001, 50001)], 2],
  ['steady', [mapped(40001, 50001), mapped(40002, 50002)], 2],
  ['varying', [mapped(40001, 50001), mapped(40002, 50001)], 2],
  ['steady', [readCandidate(HIDDEN)!], 2],
  ['unknown', [readCandidate(HIDDEN)!, readCandidate(HIDDEN.replace('40001', '40002'))!], 2],
] as const)('a router is %s', (nat, candidates, servers) => {
  expect(natOf(candidates, servers)).toBe(nat);
});

test('servers are sorted by how they are reached, and what no browser takes is left out', () => {
  const { stun, relays, urls } = sortServers([...SERVERS, { urls: ['turn:open.example', 'nonsense'] }]);
  expect(stun).toEqual([{ urls: ['stun:home.example:3478'] }]);
  expect([relays.udp, relays.tcp, relays.tls].map(([one]) => one?.urls)).toEqual([
    ['turn:home.example:3478?transport=udp'],
    ['turn:home.example:3478?transport=tcp'],
    ['turns:home.example:3478?transport=tcp'],
  ]);
  expect(relays.udp[0]).toMatchObject({ username: 'user-name', credential: 'pass-word' });
  expect(urls).toHaveLength(4);
});
