/** The last 500 things the engine did, exportable without a single address. */
import type { Clock } from './clock';

const KEPT = 500;

type Details = Record<string, unknown>;

interface Entry {
  readonly at: number;
  readonly event: string;
  readonly details: Details;
}

/** Addresses of both families, mDNS names and candidates' foundations never leave; events should not hold them anyway. */
const ADDRESSES = [
  /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g,
  /(?<![\w.])(?:[\da-f]{0,4}:){2,7}[\da-f]{0,4}(?![\w:])/gi,
  /\b[\w-]+\.local\b/gi,
  /\b(?:stuns?|turns?|https?|wss?):\S+/gi,
];

export class Diagnostics {
  readonly #clock: Clock;
  readonly #startedAt: number;
  #entries: Entry[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  note(event: string, details: Details = {}): void {
    this.#entries.push({ at: this.#clock.now() - this.#startedAt, event, details });
    if (this.#entries.length > KEPT) this.#entries.shift();
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** One line an event: seconds since the start, the event, its details. */
  export(): string {
    return this.#entries.map((entry) => withoutAddresses(lineOf(entry))).join('\n');
  }
}

function lineOf({ at, event, details }: Entry): string {
  const fields = Object.entries(details).map(([name, value]) => `${name}=${String(value)}`);
  return [(at / 1000).toFixed(3), event, ...fields].join(' ');
}

export function withoutAddresses(text: string): string {
  return ADDRESSES.reduce((cleaned, pattern) => cleaned.replace(pattern, '[address]'), text);
}
