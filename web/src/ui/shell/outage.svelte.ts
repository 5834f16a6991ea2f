/** Whether there is no connection, once that has been so for a while: nothing is said of a moment. */
import type { Clock } from '../../core/clock';
import { Steady } from '../../core/steady';
import type { GatewayState } from '../../core/gateway';

const SHOWN_AFTER_MS = 2_000;

export class Outage {
  #lasting = $state(false);
  readonly #steady: Steady<boolean>;

  constructor(clock: Clock) {
    this.#steady = new Steady(clock, SHOWN_AFTER_MS, false, (value) => (this.#lasting = value));
  }

  /** A page that is outdated is stopped, and says so elsewhere; one that nobody is logged in at is idle. */
  follow(state: GatewayState): void {
    this.#steady.set(state !== 'live' && state !== 'idle' && state !== 'stopped');
  }

  /** Says nothing any more. */
  stop(): void {
    this.#steady.stop();
  }

  get lasting(): boolean {
    return this.#lasting;
  }
}
