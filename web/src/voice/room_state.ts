/** The states of a voice room as one tab sees it, and which may follow which. */

export type RoomState = 'idle' | 'joining' | 'connected' | 'reconnecting' | 'disconnected' | 'superseded';

const TRANSITIONS: Readonly<Record<RoomState, readonly RoomState[]>> = {
  idle: ['joining', 'disconnected'],
  joining: ['connected', 'reconnecting', 'disconnected', 'superseded'],
  connected: ['reconnecting', 'disconnected', 'superseded'],
  reconnecting: ['connected', 'disconnected', 'superseded'],
  disconnected: [],
  superseded: [],
};

export class RoomStateMachine {
  #state: RoomState = 'idle';
  readonly #note: (from: RoomState, to: RoomState) => void;

  constructor(note: (from: RoomState, to: RoomState) => void) {
    this.#note = note;
  }

  get state(): RoomState {
    return this.#state;
  }

  /** Whether this room is over; a new call is a new room. */
  get ended(): boolean {
    return this.#state === 'disconnected' || this.#state === 'superseded';
  }

  /** Stays where it is when asked to; throws on a step that is not in the table. */
  become(next: RoomState): void {
    if (next === this.#state) return;
    if (!TRANSITIONS[this.#state].includes(next))
      throw new Error(`a room may not go from ${this.#state} to ${next}`);
    const from = this.#state;
    this.#state = next;
    this.#note(from, next);
  }
}
