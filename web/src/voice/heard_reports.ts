/** Vouches for peers that sound although the roster calls them reconnecting, so that the server does not drop them. */
import type { Clock } from './clock';
import type { Signalling } from './signalling';

/** The server counts on reports younger than 5 s. */
const EVERY_MS = 3_000;

export class HeardReports {
  readonly #signalling: Signalling;
  readonly #clock: Clock;
  #lastAt = -Infinity;

  constructor(signalling: Signalling, clock: Clock) {
    this.#signalling = signalling;
    this.#clock = clock;
  }

  /** Reports, unless that was done a moment ago or there is nobody to vouch for. */
  report(participantIds: readonly string[]): void {
    const now = this.#clock.now();
    if (participantIds.length === 0 || !this.#signalling.live || now - this.#lastAt < EVERY_MS) return;
    this.#lastAt = now;
    this.#signalling.command('voice.heard', { participant_ids: participantIds }).catch(() => undefined);
  }
}
