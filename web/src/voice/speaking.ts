/** Who is speaking, as the levels of what is played say ten times a second; and where that puts people in the list. */
import { Ticker, type Clock } from './clock';
import { SpeakingOrder } from './speaking_order';

const EVERY_MS = 100;
/** `audioLevel` above which somebody speaks (about −46 dBFS), and for how long after that the ring stays. */
const LOUD = 0.005;
const HANG_OVER_MS = 300;
/** A name that is written out stays longer: nobody reads what comes and goes with each word. */
const NAMED_MS = 1_500;

export interface Speaker {
  readonly id: string;
  /** 0 to 1. */
  level(): number;
}

export class SpeakingWatch {
  readonly order = new SpeakingOrder();
  readonly #ticker: Ticker;
  readonly #clock: Clock;
  readonly #speakers: () => Iterable<Speaker>;
  readonly #changed: () => void;
  readonly #loudAt = new Map<string, number>();
  #speaking: ReadonlySet<string> = new Set();
  #named: ReadonlySet<string> = new Set();

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

  /** Those who speak, or have just spoken, in the order in which they began. */
  get named(): ReadonlySet<string> {
    return this.#named;
  }

  start(): void {
    this.#ticker.start();
  }

  stop(): void {
    this.#ticker.stop();
    this.#loudAt.clear();
    this.#speaking = this.#named = new Set();
    this.order.reset();
  }

  #look(): void {
    const now = this.#clock.now();
    const present = [...this.#speakers()];
    for (const speaker of present) if (speaker.level() > LOUD) this.#loudAt.set(speaker.id, now);
    const within = (milliseconds: number) => (id: string) =>
      now - (this.#loudAt.get(id) ?? -Infinity) <= milliseconds;
    const ids = present.map(({ id }) => id);
    const speaking = new Set(ids.filter(within(HANG_OVER_MS)));
    const named = inOrder(this.#named, ids.filter(within(NAMED_MS)));
    const same = isSame(speaking, this.#speaking) && isSame(named, this.#named);
    this.#speaking = speaking;
    this.#named = named;
    const moved = this.order.look(speaking, now);
    if (!same || moved) this.#changed();
  }
}

/** Whoever was there before stays in front. */
function inOrder(before: ReadonlySet<string>, now: readonly string[]): ReadonlySet<string> {
  return new Set([...[...before].filter((id) => now.includes(id)), ...now]);
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((id) => other.has(id));
}
