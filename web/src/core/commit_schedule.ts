/** Gathers changes into one commit per animation frame; a timer does it where frames do not come (hidden tabs). */
import type { Clock } from './clock';

const HIDDEN_MS = 100;

/** Asks for a frame; the answer cancels. */
export type RequestFrame = (callback: () => void) => () => void;

export const requestBrowserFrame: RequestFrame = (callback) => {
  const frame = requestAnimationFrame(callback);
  return () => cancelAnimationFrame(frame);
};

export class CommitSchedule {
  readonly #clock: Clock;
  readonly #requestFrame: RequestFrame;
  readonly #commit: () => void;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, requestFrame: RequestFrame, commit: () => void) {
    this.#clock = clock;
    this.#requestFrame = requestFrame;
    this.#commit = commit;
  }

  /** A commit is wanted; several wishes make one. Frame and timer race, so that hiding the tab in between loses nothing. */
  request(): void {
    if (this.#cancel) return;
    const cancelFrame = this.#requestFrame(() => this.flush());
    const cancelTimer = this.#clock.after(HIDDEN_MS, () => this.flush());
    this.#cancel = () => {
      cancelFrame();
      cancelTimer();
    };
  }

  /** Commits now what is wanted, if anything is. */
  flush(): void {
    if (!this.#cancel) return;
    this.#cancel();
    this.#cancel = null;
    this.#commit();
  }
}
