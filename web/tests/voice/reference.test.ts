/** Whatever a person does, and whatever happens to their window and devices: the microphone sends when a few lines say so. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { Clock } from '../../src/voice/clock';
import type * as gate from '../../src/voice/gate';
import type * as pushToTalk from '../../src/voice/push_to_talk';
import { TalkSequence } from './fakes/talk_sequence';

/** Override to repeat one sequence or to run more of them. */
const environment =
  (globalThis as { process?: { env: Record<string, string | undefined> } }).process?.env ?? {};
const FIRST = Number(environment['VOICE_SEED'] ?? 1);
const COUNT = Number(environment['VOICE_SEQUENCES'] ?? 10_000);

/** The piece of the engine that is swapped at the moment. */
const planted = vi.hoisted(() => ({ fault: 'none' }));

vi.mock('../../src/voice/gate', async (original) => {
  const real = await original<typeof gate>();
  class Faulty extends real.MicrophoneGate {
    #tracks = 0;

    constructor(clock: Clock, changed: (open: boolean) => void) {
      const slow: Clock = { ...timeOf(clock), after: (_, callback) => clock.after(250, callback) };
      super(planted.fault === 'a tail of its own' ? slow : clock, changed);
    }

    override set(inputs: Partial<gate.GateInputs>): void {
      const unmuted = planted.fault === 'un-muting opens' && inputs.muted === false && this.#tracks > 0;
      super.set(unmuted ? { ...inputs, held: true } : inputs);
    }

    override attach(track: Parameters<gate.MicrophoneGate['attach']>[0]): void {
      if (track) this.#tracks += 1;
      super.attach(track);
      if (track && planted.fault === 'a new track is open') track.enabled = true;
    }
  }
  return { ...real, MicrophoneGate: Faulty };
});

vi.mock('../../src/voice/push_to_talk', async (original) => {
  const real = await original<typeof pushToTalk>();
  class Faulty extends real.PushToTalk {
    constructor(surface: pushToTalk.TalkSurface, changed: (held: boolean) => void) {
      const blind: pushToTalk.TalkSurface = (handlers) => surface({ ...handlers, away: () => undefined });
      super(planted.fault === 'stuck in a window that is not looked at' ? blind : surface, changed);
    }

    override unlatch(): void {
      if (planted.fault !== 'a latch outlives the mute') super.unlatch();
    }

    override letGo(): void {
      if (planted.fault === 'held over another device') this.release('pointer');
      else super.letGo();
    }
  }
  return { ...real, PushToTalk: Faulty };
});

function timeOf(clock: Clock): Omit<Clock, 'after'> {
  return { now: () => clock.now(), wallNow: () => clock.wallNow(), random: () => clock.random() };
}

beforeEach(() => {
  planted.fault = 'none';
});

async function firstBroken(count: number): Promise<{ seed: number; broken: string } | null> {
  for (let seed = FIRST; seed < FIRST + count; seed++) {
    const sequence = new TalkSequence(seed);
    const broken = await sequence.run();
    if (broken) return { seed, broken: `VOICE_SEED=${seed}: ${broken}\n${sequence.log.join(' ')}` };
  }
  return null;
}

test(`${COUNT} random sequences agree with the model`, { timeout: 600_000 }, async () => {
  expect((await firstBroken(COUNT))?.broken).toBeUndefined();
});

const FAULTS = [
  'un-muting opens',
  'a tail of its own',
  'a new track is open',
  'stuck in a window that is not looked at',
  'a latch outlives the mute',
  'held over another device',
];

/** A fault that needs more sequences to be found would go unnoticed. */
const SEQUENCES = 100;

test.each(FAULTS)('%s: is found', async (fault) => {
  planted.fault = fault;
  const found = await firstBroken(SEQUENCES);
  expect(found).not.toBeNull();
  planted.fault = 'none';
  expect(await new TalkSequence(found!.seed).run()).toBeNull();
});
