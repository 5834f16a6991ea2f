/** Holds the state; takes dispatches in as they come and shows them in one commit per frame. */
import type { Clock } from './clock';
import { CommitSchedule, type RequestFrame } from './commit_schedule';
import type { Dispatch } from './protocol.generated';
import { emptyState, pruneTyping, reduce, type State } from './state';

export class Store {
  #state: State = emptyState;
  #queue: Dispatch[] = [];
  #typingTimer: (() => void) | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #schedule: CommitSchedule;
  readonly #clock: Clock;

  constructor(clock: Clock, requestFrame: RequestFrame) {
    this.#clock = clock;
    this.#schedule = new CommitSchedule(clock, requestFrame, () => this.#commit());
  }

  /** What was committed last. */
  get state(): State {
    return this.#state;
  }

  /** The state with all that has come, also what the next frame will show. */
  latest(): State {
    this.#applyQueue();
    return this.#state;
  }

  /** Called after every commit; the answer unsubscribes. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes a dispatch in, to be shown with the next frame. */
  push(dispatch: Dispatch): void {
    this.#queue.push(dispatch);
    this.#schedule.request();
  }

  /** Changes the state by something other than a dispatch, after those that came before it. */
  change(change: (state: State) => State): void {
    this.#applyQueue();
    this.#state = change(this.#state);
    this.#schedule.request();
  }

  /** Something beside the state has changed that is shown with it. */
  touch(): void {
    this.#schedule.request();
  }

  #commit(): void {
    this.#applyQueue();
    this.#watchTyping();
    for (const listener of [...this.#listeners]) listener();
  }

  #applyQueue(): void {
    const now = this.#clock.now();
    for (const dispatch of this.#queue) this.#state = reduce(this.#state, dispatch, now);
    this.#queue = [];
  }

  /** Wakes up when the first of those typing falls silent. */
  #watchTyping(): void {
    this.#typingTimer?.();
    this.#typingTimer = null;
    const ends = [...this.#state.typing.values()].flatMap((users) => [...users.values()]);
    if (ends.length === 0) return;
    const wait = Math.max(0, Math.min(...ends) - this.#clock.now());
    this.#typingTimer = this.#clock.after(wait, () => {
      this.change((state) => pruneTyping(state, this.#clock.now()));
    });
  }
}
