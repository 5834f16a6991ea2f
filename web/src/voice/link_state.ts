/** The states of a link to one peer, and which may follow which. */

export type LinkState = 'new' | 'negotiating' | 'connecting' | 'ok' | 'unstable' | 'repairing' | 'failed';

const TRANSITIONS: Readonly<Record<LinkState, readonly LinkState[]>> = {
  new: ['negotiating', 'failed'],
  negotiating: ['connecting', 'ok', 'unstable', 'failed'],
  connecting: ['negotiating', 'ok', 'unstable', 'failed'],
  ok: ['unstable'],
  unstable: ['ok', 'repairing'],
  repairing: ['ok', 'unstable', 'failed'],
  failed: ['ok', 'unstable'],
};

/** What the interface shows: everything before the first sound is one state. */
export type ShownLinkState = 'connecting' | 'ok' | 'unstable' | 'repairing' | 'failed';

/** Holds the state of one link; an impossible step is an error of ours, not of the network. */
export class LinkStateMachine {
  #state: LinkState = 'new';
  #repairs = 0;
  readonly #note: (from: LinkState, to: LinkState) => void;

  constructor(note: (from: LinkState, to: LinkState) => void) {
    this.#note = note;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** How often a repair was begun. */
  get repairs(): number {
    return this.#repairs;
  }

  /** Whether this link has never carried sound and is still being tried a first time. */
  get starting(): boolean {
    return this.#state === 'new' || this.#state === 'negotiating' || this.#state === 'connecting';
  }

  get shown(): ShownLinkState {
    return this.starting ? 'connecting' : (this.#state as ShownLinkState);
  }

  /** Stays where it is when asked to; throws on a step that is not in the table. */
  become(next: LinkState): void {
    if (next === this.#state) return;
    if (!TRANSITIONS[this.#state].includes(next))
      throw new Error(`a link may not go from ${this.#state} to ${next}`);
    const from = this.#state;
    this.#state = next;
    if (next === 'repairing') this.#repairs += 1;
    this.#note(from, next);
  }
}
