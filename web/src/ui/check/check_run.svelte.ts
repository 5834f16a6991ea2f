/** A check of one's connection as the page shows it: one run after the other, each on the newest settings. */
import type { Clock } from '../../core/clock';
import type { Gateway } from '../../core/gateway';
import { GatewaySignalling } from '../../core/signalling';
import {
  checkReport,
  checkVerdictOf,
  ConnectionCheck,
  NOTHING_FOUND,
  stepsOf,
  type Findings,
} from '../../voice/check';
import { checkPorts } from '../../voice/browser/check_ports';
import type { VoiceSettings } from '../../voice';

const SILENCE_DBFS = -100;

export class CheckRun {
  status = $state<'idle' | 'running' | 'over'>('idle');
  /** How loud the microphone is now, in dBFS. */
  level = $state(SILENCE_DBFS);
  urls = $state.raw<readonly string[]>([]);
  #findings = $state.raw<Findings>(NOTHING_FOUND);
  readonly steps = $derived(stepsOf(this.#findings));
  readonly verdict = $derived(this.status === 'over' ? checkVerdictOf(this.#findings) : null);
  readonly #clock: Clock;
  readonly #gateway: Gateway;
  #check: ConnectionCheck | null = null;

  constructor(clock: Clock, gateway: Gateway) {
    this.#clock = clock;
    this.#gateway = gateway;
  }

  get findings(): Findings {
    return this.#findings;
  }

  /** The result as text, without addresses; empty before there is one. */
  get report(): string {
    return this.verdict ? checkReport(this.#findings, this.steps, this.verdict) : '';
  }

  /** `played`: one's own voice is to be heard, not only measured. */
  async start({ inputDeviceId, outputDeviceId, processing }: VoiceSettings, played: boolean): Promise<void> {
    this.stop();
    const ports = checkPorts({ clock: this.#clock, signalling: new GatewaySignalling(this.#gateway) });
    const options = { microphone: { inputDeviceId, processing }, outputDeviceId, played };
    const check = new ConnectionCheck(ports, options, {
      found: (findings) => (this.#findings = findings),
      level: (dbfs) => (this.level = Math.round(dbfs)),
    });
    this.#findings = NOTHING_FOUND;
    this.#check = check;
    this.status = 'running';
    try {
      await check.run();
    } catch (error) {
      reportError(error); // for the console; the verdict says that something was not found out
    } finally {
      this.#end(check);
    }
  }

  /** Ends what runs; what it found so far is no result. */
  stop(): void {
    const check = this.#check;
    this.#check = null;
    check?.stop();
    this.status = 'idle';
    this.level = SILENCE_DBFS;
  }

  /** Unless it was stopped, or another one runs. */
  #end(check: ConnectionCheck): void {
    if (this.#check !== check) return;
    this.urls = check.urls;
    this.#check = null;
    this.status = 'over';
  }
}
