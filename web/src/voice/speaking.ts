/** Who is speaking: the levels of what is being played, looked at ten times a second. */
import { Ticker, type Clock } from './clock';

const EVERY_MS = 100;
/** `audioLevel` above which somebody speaks (about −46 dBFS), and for how long after that the ring stays. */
const LOUD = 0.005;
const HANG_OVER_MS = 300;

export interface Speaker {
  readonly id: string;
  /** 0 to 1. */
  level(): number;
}

export class SpeakingWatch {
  readonly #ticker: Ticker;
  readonly #clock: Clock;
  readonly #speakers: () => Iterable<Speaker>;
  readonly #changed: () => void;
  readonly #loudAt = new Map<string, number>();
  #speaking: ReadonlySet<string> = new Set();

  constructor(clock: Clock, speakers: () => Iterable<Speaker>, changed: () => void) {
    this.#clock = clock;
    this.#speakers = speakers;
    this.#changed = changed;
    this.#ticker = new Ticker(
      clock,
      () => EVERY_MS,
      () => this.#look(),
    );
  }

  has(id: string): boolean {
    return this.#speaking.has(id);
  }

  start(): void {
    this.#ticker.start();
  }

  stop(): void {
    this.#ticker.stop();
    this.#loudAt.clear();
    this.#speaking = new Set();
  }

  #look(): void {
    const now = this.#clock.now();
    const speaking = new Set<string>();
    for (const speaker of this.#speakers()) {
      if (speaker.level() > LOUD) this.#loudAt.set(speaker.id, now);
      if (now - (this.#loudAt.get(speaker.id) ?? -Infinity) <= HANG_OVER_MS) speaking.add(speaker.id);
    }
    const same = speaking.size === this.#speaking.size && [...speaking].every((id) => this.#speaking.has(id));
    this.#speaking = speaking;
    if (!same) this.#changed();
  }
}
