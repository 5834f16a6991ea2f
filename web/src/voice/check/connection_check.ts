/** A check a person runs before a call: everything a call needs, tried one by one without anybody else. */
import { Microphone, type MicrophoneSettings } from '../microphone';
import { isLost, refusalOf } from '../signalling';
import type { IceServersReply } from '../wire';
import {
  NOTHING_FOUND,
  type Findings,
  type LoopbackFinding,
  type MicrophoneRefusal,
  type ServerFinding,
} from './findings';
import { gather } from './gathering';
import { sortServers, TRANSPORTS, type GivenServers, type RelayTransport } from './given_servers';
import { hearOneself, type Voice } from './loopback';
import { pause, Stopped, type CheckPorts, type Listener } from './ports';
import { RelayLoop } from './relay_loop';

const PINGS = 3;
/** The browser's question about the microphone may stay open for ever. */
const ANSWER_MS = 15_000;
const MICROPHONE_MS = 4_000;
const LEVEL_EVERY_MS = 100;

export interface CheckOptions {
  readonly microphone: MicrophoneSettings;
  readonly outputDeviceId: string | null;
  /** Whether one's own voice is played, or only measured. */
  readonly played: boolean;
}

export interface CheckEvents {
  /** Something more is known. */
  found(findings: Findings): void;
  /** How loud the microphone is now, in dBFS. */
  level(dbfs: number): void;
}

/** One run; whoever wants another makes another. */
export class ConnectionCheck {
  readonly #ports: CheckPorts;
  readonly #options: CheckOptions;
  readonly #events: CheckEvents;
  readonly #stop = new AbortController();
  readonly #loops = new Map<RelayTransport, RelayLoop>();
  readonly #microphone: Microphone;
  #listener: Listener | null = null;
  #findings: Findings = NOTHING_FOUND;
  #urls: readonly string[] = [];

  constructor(ports: CheckPorts, options: CheckOptions, events: CheckEvents) {
    this.#ports = ports;
    this.#options = options;
    this.#events = events;
    this.#microphone = new Microphone(ports.inputs, options.microphone, {
      track: () => undefined,
      changed: () => undefined,
    });
  }

  /** The addresses of the ICE servers that were given. */
  get urls(): readonly string[] {
    return this.#urls;
  }

  /** Resolves when everything is known, or nobody wants to know any more. */
  async run(): Promise<void> {
    try {
      await Promise.all([this.#checkMicrophone(), this.#checkNetwork()]);
      this.#found({ loopback: await this.#checkLoopback() });
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      this.stop();
    }
  }

  /** Ends it and lets go of the microphone and of every connection. */
  stop(): void {
    this.#stop.abort();
    this.#listener?.stop();
    this.#listener = null;
    this.#microphone.dispose();
    for (const loop of this.#loops.values()) loop.close();
    this.#loops.clear();
  }

  get #signal(): AbortSignal {
    return this.#stop.signal;
  }

  #found(change: Partial<Findings>): void {
    if (this.#signal.aborted) return;
    this.#findings = { ...this.#findings, ...change };
    this.#events.found(this.#findings);
  }

  async #checkMicrophone(): Promise<void> {
    if (!(await this.#isAnswered())) {
      this.#microphone.dispose(); // an answer that comes later is not for this check
      return this.#found({ microphone: { refused: 'mic_unanswered', loudestDbfs: null } });
    }
    const { track, reason } = this.#microphone;
    if (!track) {
      const refused = (reason ?? 'mic_busy') as MicrophoneRefusal;
      return this.#found({ microphone: { refused, loudestDbfs: null } });
    }
    this.#listener = this.#ports.listen(track);
    this.#found({ microphone: { refused: null, loudestDbfs: await this.#loudest() } });
  }

  /** Whether the browser gives the microphone or refuses it in time. */
  #isAnswered(): Promise<boolean> {
    const answer = this.#microphone.open().then(() => true);
    const patience = pause(this.#ports.clock, ANSWER_MS, this.#signal).then(() => false);
    return Promise.race([answer, patience]);
  }

  async #loudest(): Promise<number> {
    const { clock } = this.#ports;
    const until = clock.now() + MICROPHONE_MS;
    let loudest = -100;
    while (clock.now() < until) {
      loudest = Math.max(loudest, this.#level());
      await pause(clock, LEVEL_EVERY_MS, this.#signal);
    }
    return Math.round(loudest);
  }

  #level(): number {
    const level = this.#listener?.level() ?? -100;
    this.#events.level(level);
    return level;
  }

  async #checkNetwork(): Promise<void> {
    const server = await this.#askServer();
    this.#found({ server, browserCalls: this.#ports.connect !== null });
    if (server.outcome !== 'answers' || !this.#ports.connect) return;
    const reply = await this.#askIceServers();
    if (!reply) return;
    if (this.#signal.aborted) throw new Stopped(); // what is opened now would be closed by nobody
    const given = sortServers(reply.ice_servers);
    this.#urls = given.urls;
    const transports = TRANSPORTS.filter((transport) => given.relays[transport].length > 0);
    this.#found({ given: transports });
    await Promise.all([this.#checkStun(given), this.#checkRelays(given, transports)]);
  }

  async #askServer(): Promise<ServerFinding> {
    const { clock, signalling } = this.#ports;
    const times: number[] = [];
    try {
      while (times.length < PINGS) {
        const askedAt = clock.now();
        await signalling.command('ping', {});
        times.push(clock.now() - askedAt);
      }
    } catch {
      return { outcome: 'unreachable', roundTripMs: null };
    }
    return { outcome: 'answers', roundTripMs: Math.round(times.sort((a, b) => a - b)[1]!) };
  }

  async #askIceServers(): Promise<IceServersReply | null> {
    try {
      return await this.#ports.signalling.command<IceServersReply>('voice.ice_servers', {});
    } catch (error) {
      const refusal = refusalOf(error);
      const disabled = refusal.code === 'voice_disabled' ? 'voice_disabled' : 'refused';
      this.#found({ server: { outcome: isLost(refusal) ? 'unreachable' : disabled, roundTripMs: null } });
      return null;
    }
  }

  async #checkStun(given: GivenServers): Promise<void> {
    this.#found({ stun: await gather(this.#ports, given, this.#signal) });
  }

  async #checkRelays(given: GivenServers, transports: readonly RelayTransport[]): Promise<void> {
    if (transports.length === 0) return;
    const silence = this.#ports.silence();
    try {
      await Promise.all(
        transports.map(async (transport) => {
          const loop = new RelayLoop(this.#ports, given.relays[transport], silence.track);
          this.#loops.set(transport, loop);
          const finding = await loop.try(this.#signal);
          this.#found({ relays: { ...this.#findings.relays, [transport]: finding } });
        }),
      );
    } finally {
      silence.stop();
    }
  }

  async #checkLoopback(): Promise<LoopbackFinding> {
    const { relays } = this.#findings;
    const by = TRANSPORTS.find((transport) => relays[transport]?.outcome === 'works');
    const loop = by && this.#loops.get(by);
    if (!loop) return { outcome: 'no_relay', by: null };
    const { track } = this.#microphone;
    if (!track) return { outcome: 'no_microphone', by };
    const voice: Voice = { track, level: () => this.#level() };
    const { played, outputDeviceId } = this.#options;
    return hearOneself(
      this.#ports,
      loop,
      voice,
      { by, played, outputDeviceId: outputDeviceId ?? '' },
      this.#signal,
    );
  }
}
