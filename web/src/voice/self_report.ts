/** Tells the server what it should know of us: only what has changed, not more often than needed. */
import type { Clock } from './clock';
import type { Signalling } from './signalling';
import type { Participant } from './wire';

/** Changes within this time travel together. */
const GATHER_MS = 200;

export type SelfState = Pick<Participant, 'connection' | 'muted' | 'deafened' | 'sends_audio'>;

export class SelfReport {
  readonly #signalling: Signalling;
  readonly #clock: Clock;
  readonly #read: () => SelfState;
  #known: Partial<SelfState> = {};
  #cancelTimer: (() => void) | null = null;
  #open = false;

  /** `read` gives the state as it is at the moment of sending. */
  constructor(signalling: Signalling, clock: Clock, read: () => SelfState) {
    this.#signalling = signalling;
    this.#clock = clock;
    this.#read = read;
  }

  /** We are in the room, and the server shows us like `shown`. */
  admitted(shown: Participant | null): void {
    this.#open = true;
    this.#known = {};
    if (shown) {
      const { muted, deafened, sends_audio } = shown;
      this.#known = { muted, deafened, sends_audio };
    }
    this.changed();
  }

  changed(): void {
    if (this.#open) this.#cancelTimer ??= this.#clock.after(GATHER_MS, () => void this.#send());
  }

  close(): void {
    this.#open = false;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  async #send(): Promise<void> {
    this.#cancelTimer = null;
    if (!this.#signalling.live) return; // the join that follows carries it
    const state = this.#read();
    const news = Object.entries(state).filter(
      ([name, value]) => this.#known[name as keyof SelfState] !== value,
    );
    if (news.length === 0) return;
    const before = this.#known;
    this.#known = state;
    try {
      await this.#signalling.command('voice.update', Object.fromEntries(news));
    } catch {
      if (this.#known === state) this.#known = before;
    }
  }
}
