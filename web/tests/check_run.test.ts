/** A check of one's connection as the page runs it: it ends, whatever breaks in it. */
import { afterEach, expect, test, vi } from 'vitest';
import type { Gateway } from '../src/core/gateway';
import { CheckRun } from '../src/ui/check/check_run.svelte';
import { DEFAULT_SETTINGS } from '../src/voice/settings';
import { FakeClock } from './voice/fakes/clock';

afterEach(() => vi.unstubAllGlobals());

const REPLY = { ice_servers: [], expires_in_seconds: null, ice_transport_policy: 'all' };
const gateway = { state: 'live', command: () => Promise.resolve(REPLY) } as unknown as Gateway;

test('a browser that refuses to make a connection ends the check, with a verdict and a word in the console', async () => {
  const refusal = new Error('no connections here');
  const Refusing = class {
    constructor() {
      throw refusal;
    }
  };
  vi.stubGlobal('window', { RTCPeerConnection: Refusing });
  vi.stubGlobal('RTCPeerConnection', Refusing);
  vi.stubGlobal('navigator', {});
  const told: unknown[] = [];
  vi.stubGlobal('reportError', (error: unknown) => told.push(error));
  const run = new CheckRun(new FakeClock(), gateway);
  await run.start(DEFAULT_SETTINGS, true);
  expect(told).toEqual([refusal]);
  expect([run.status, run.verdict?.mark]).toEqual(['over', 'bad']);
  expect(run.report).toContain('stun unknown');
});
