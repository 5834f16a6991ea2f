/** Whether the gateway answers: repair waits for it, and a socket that is silent is replaced. */
import type { Clock } from './clock';
import type { Signalling } from './signalling';

const PROBE_MS = 500;
/** An answer is good for so long. */
const FRESH_MS = 1_000;
/** While nothing is heard either, it is tried so often to come back, whatever the socket's own back-off says. */
const HURRY_MS = 2_000;

export interface GatewayWatchEvents {
  /** A probe that was asked for has been answered. */
  answered(): void;
  /** It has not, and a new socket is being opened. */
  silent(): void;
}

export class GatewayWatch {
  readonly #signalling: Signalling;
  readonly #clock: Clock;
  readonly #events: GatewayWatchEvents;
  #state: 'answers' | 'asked' | 'silent' = 'answers';
  #answeredAt = -Infinity;
  #hurriedAt = -Infinity;

  constructor(signalling: Signalling, clock: Clock, events: GatewayWatchEvents) {
    this.#signalling = signalling;
    this.#clock = clock;
    this.#events = events;
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

  /** Asks the gateway, and opens a new socket if it does not answer within half a second and there is `stillCause`. */
  async suspect(stillCause = (): boolean => true): Promise<void> {
    if (!this.#signalling.live || this.#state !== 'answers') return;
    if (this.#clock.now() - this.#answeredAt < FRESH_MS) return this.#events.answered();
    this.#state = 'asked';
    const answered = await this.#signalling.probe(PROBE_MS).catch(() => false);
    if (this.#is('answers')) return; // a new connection was faster
    if (answered) {
      this.renewed();
      return this.#events.answered();
    }
    this.#state = stillCause() ? 'silent' : 'answers';
    if (!this.#is('silent')) return;
    this.#signalling.reopen();
    this.#events.silent();
  }

  /** There is no sound, and none comes back without the gateway: for this call the wait between two attempts is too long. */
  hurry(): void {
    const now = this.#clock.now();
    if (this.#signalling.live || now - this.#hurriedAt < HURRY_MS) return;
    this.#hurriedAt = now;
    this.#signalling.hurry();
  }

  #is(state: 'answers' | 'asked' | 'silent'): boolean {
    return this.#state === state;
  }
}
