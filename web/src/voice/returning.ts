/** Coming back into a room after a loss: one attempt at a time, and none while the page is moving to another room. */
export class Returning {
  readonly #attempt: () => Promise<void>;
  #state: 'idle' | 'under way' = 'idle';
  #held = false;
  #missed = false;

  /** `attempt` must not reject. */
  constructor(attempt: () => Promise<void>) {
    this.#attempt = attempt;
  }

  /** Whether attempts wait for the end of a move. */
  get held(): boolean {
    return this.#held;
  }

  /** Tries now, or as soon as that makes sense: two attempts at once would push each other aside at the server. */
  begin(): void {
    this.#missed = this.#held || this.#state === 'under way';
    if (this.#missed) return;
    this.#state = 'under way';
    void this.#attempt().finally(() => {
      this.#state = 'idle';
      this.#catchUp();
    });
  }

  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#catchUp();
  }

  #catchUp(): void {
    if (this.#missed && !this.#held) this.begin();
  }
}
