/** The schedules find every planted fault and say what it is; the same schedule with nothing planted is faultless. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { Clock } from '../../src/voice/clock';
import type { Connection } from '../../src/voice/connection';
import type * as connectionPair from '../../src/voice/connection_pair';
import type * as controller from '../../src/voice/controller';
import type * as linkHealth from '../../src/voice/link_health';
import type * as negotiation from '../../src/voice/negotiation';
import type { PeerConnection } from '../../src/voice/peer_connection';
import type * as peerLink from '../../src/voice/peer_link';
import type * as repair from '../../src/voice/repair';
import type { ReceivedSignal, Signal } from '../../src/voice/wire';
import { Schedule, type Conditions } from './fakes/schedule';

/** The piece of the engine that is swapped at the moment. */
const planted = vi.hoisted(() => ({ fault: 'none' }));

vi.mock('../../src/voice/negotiation', async (original) => {
  const real = await original<typeof negotiation>();
  class Faulty extends real.Negotiation {
    readonly #pc: PeerConnection;
    readonly #offered: { id: number };

    constructor(pc: PeerConnection, polite: boolean, clock: Clock, events: negotiation.NegotiationEvents) {
      const offered = { id: 0 };
      const silent: Clock = { ...timeOf(clock), after: () => () => undefined };
      super(pc, polite, planted.fault === 'lost offer' ? silent : clock, {
        ...events,
        send: (id, description) => {
          if (description.type === 'offer') offered.id = id;
          events.send(id, description);
        },
      });
      this.#pc = pc;
      this.#offered = offered;
    }

    override resend(): void {
      if (planted.fault !== 'lost offer') super.resend();
    }

    override answer(id: number, sdp: string): void {
      super.answer(planted.fault === 'stale answer applied' ? this.#offered.id : id, sdp);
    }

    override candidates(id: number, candidates: RTCIceCandidateInit[]): void {
      if (planted.fault !== 'candidate before description') return super.candidates(id, candidates);
      for (const one of candidates) this.#pc.addIceCandidate(one).catch(() => undefined);
    }
  }
  return { ...real, Negotiation: Faulty };
});

vi.mock('../../src/voice/repair', async (original) => {
  const real = await original<typeof repair>();
  class ShortLadder extends real.LadderRun {
    override advance(elapsedMs: number): repair.RepairStep | null {
      const stopped = planted.fault === 'ladder stops at step 2' && this.rung >= 2;
      return stopped ? null : super.advance(elapsedMs);
    }
  }
  class EndlessSlots extends real.RepairSlots {
    override acquire(holder: object): boolean {
      return planted.fault === 'repairs without a limit' || super.acquire(holder);
    }
  }
  return { ...real, LadderRun: ShortLadder, RepairSlots: EndlessSlots };
});

vi.mock('../../src/voice/connection_pair', async (original) => {
  const real = await original<typeof connectionPair>();
  class Ageless extends real.ConnectionPair {
    override signal(signal: ReceivedSignal): void {
      const generation = this.newest?.generation ?? this.generation;
      super.signal(planted.fault === 'generation ignored' ? { ...signal, generation } : signal);
    }
  }
  return { ...real, ConnectionPair: Ageless };
});

vi.mock('../../src/voice/peer_link', async (original) => {
  const real = await original<typeof peerLink>();
  class Eager extends real.PeerLink {
    constructor(ports: peerLink.LinkPorts, options: peerLink.LinkOptions) {
      const send = (to: string, signal: Signal) => {
        const eager = planted.fault === 'two restarts at once' && signal.kind === 'repair_request';
        if (eager) this.pair.restart();
        ports.send(to, signal);
      };
      super({ ...ports, send }, options);
    }
  }
  return { ...real, PeerLink: Eager };
});

vi.mock('../../src/voice/link_health', async (original) => {
  const real = await original<typeof linkHealth>();
  class Trusting extends real.LinkHealth {
    readonly #connection: () => Connection | null;

    constructor(clock: Clock, current: () => Connection | null, sendsAudio: boolean) {
      super(clock, current, sendsAudio);
      this.#connection = current;
    }

    get #trusts(): boolean {
      return planted.fault === 'watchdog trusts the state';
    }

    get #connected(): boolean {
      return this.#connection()?.state === 'connected';
    }

    override get alive(): boolean {
      return this.#trusts ? this.#connected : super.alive;
    }

    override get silent(): boolean {
      return this.#trusts ? false : super.silent;
    }

    override get stalled(): boolean {
      return this.#trusts ? !this.#connected : super.stalled;
    }

    override heard(sending: boolean, carriedOver: boolean): boolean {
      return this.#trusts ? this.#connected : super.heard(sending, carriedOver);
    }
  }
  return { ...real, LinkHealth: Trusting };
});

vi.mock('../../src/voice/controller', async (original) => {
  const real = await original<typeof controller>();
  class Grabbing extends real.VoiceController {
    constructor(ports: controller.VoicePorts) {
      super(ports);
      this.subscribe(({ state }) => {
        if (planted.fault === 'take-over ping-pong' && state === 'superseded') void this.moveHere();
      });
    }
  }
  return { ...real, VoiceController: Grabbing };
});

function timeOf(clock: Clock): Omit<Clock, 'after'> {
  return { now: () => clock.now(), wallNow: () => clock.wallNow(), random: () => clock.random() };
}

/** A fault that needs more than so many schedules to be found would go unnoticed. */
const SCHEDULES = 60;
const CROWD: Conditions = { people: 9 };

const FAULTS: readonly [fault: string, complaint: RegExp, conditions?: Conditions][] = [
  ['lost offer', /an offer waits and was not sent again/],
  ['stale answer applied', /a stale answer was applied/],
  ['candidate before description', /a candidate was added before its description/],
  ['ladder stops at step 2', /connecting without a reason for too long|not well in time/],
  ['generation ignored', /took a description of generation/],
  ['two restarts at once', /both ends of a link restart it at once/],
  ['take-over ping-pong', /was taken over \d+ times by \d+ clicks/],
  ['watchdog trusts the state', /the bar says connected though no sound can flow/],
  ['repairs without a limit', /repairs \d+ links at once/, CROWD],
];

beforeEach(() => {
  planted.fault = 'none';
});

async function firstBroken(conditions?: Conditions) {
  for (let seed = 1; seed <= SCHEDULES; seed++) {
    const broken = await new Schedule(seed, conditions).run();
    if (broken) return { seed, broken };
  }
  return expect.fail(`${SCHEDULES} schedules found nothing`);
}

for (const [fault, complaint, conditions] of FAULTS) {
  test(`${fault} is found`, { timeout: 300_000 }, async () => {
    planted.fault = fault;
    const { seed, broken } = await firstBroken(conditions);
    expect(broken).toMatch(complaint);
    planted.fault = 'none';
    expect(await new Schedule(seed, conditions).run()).toBeNull();
  });
}
