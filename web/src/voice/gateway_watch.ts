/** Whether the gateway answers: repair waits for it, and a socket that is silent is replaced. */
import type { Clock } from './clock';
import type { Signalling } from './signalling';

const PROBE_MS = 500;
/** An answer is good for so long. */
const FRESH_MS = 1_000;

export class GatewayWatch {
  readonly #signalling: Signalling;
  readonly #clock: Clock;
  readonly #answered: () => void;
  #state: 'answers' | 'asked' | 'silent' = 'answers';
  #answeredAt = -Infinity;

  /** `answered` is called when a probe that was asked for has been answered. */
  constructor(signalling: Signalling, clock: Clock, answered: () => void) {
    this.#signalling = signalling;
    this.#clock = clock;
    this.#answered = answered;
  }

  /** Live, and not under suspicion. */
  get answers(): boolean {
    return this.#signalling.live && this.#state === 'answers';
  }

  /** Live, as far as anybody knows. */
  get lost(): boolean {
    return !this.#signalling.live || this.#state === 'silent';
  }

  /** The connection has come back, or is gone. */
  renewed(): void {
    this.#state = 'answers';
    this.#answeredAt = this.#clock.now();
  }

  /** Asks the gateway, and opens a new socket if it does not answer within half a second. */
  async suspect(): Promise<void> {
    if (!this.#signalling.live || this.#state !== 'answers') return;
    if (this.#clock.now() - this.#answeredAt < FRESH_MS) return this.#answered();
    this.#state = 'asked';
    const answered = await this.#signalling.probe(PROBE_MS).catch(() => false);
    if (this.#is('answers')) return; // a new connection was faster
    if (!answered) {
      this.#state = 'silent';
      this.#signalling.reopen();
      return;
    }
    this.renewed();
    this.#answered();
  }

  #is(state: 'answers' | 'asked' | 'silent'): boolean {
    return this.#state === state;
  }
}
