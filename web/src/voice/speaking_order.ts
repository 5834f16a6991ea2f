/** Who stands where in the list of a call: whoever speaks rises, seldom and one at a time, so that nothing jumps. */

/** A word in between moves nobody. */
export const RISES_AFTER_MS = 1_000;
/** A pause so short is part of speaking. */
const PAUSE_MS = 600;
/** Whoever spoke so lately is still in the conversation: people who talk in turns do not change places. */
export const RECENT_MS = 30_000;

interface Spoken {
  readonly since: number;
  readonly until: number;
}

/**
 * Knows no clock: it is told often who speaks. Whoever has spoken for a second and stands below somebody who has not
 * spoken lately is moved above the first of those; nobody is moved otherwise, and nobody at all while it is held.
 */
export class SpeakingOrder {
  readonly #spoken = new Map<string, Spoken>();
  #risen: readonly string[] = [];
  /** Somebody is at the list, by pointer or keyboard: what they are about to press must stay where it is. */
  held = false;

  /** Those who have ever risen, top first; whoever is not in it stands below, in the order of the roster. */
  get risen(): readonly string[] {
    return this.#risen;
  }

  /** Answers whether somebody was moved. */
  look(speaking: ReadonlySet<string>, now: number): boolean {
    for (const id of speaking) {
      const before = this.#spoken.get(id);
      const goesOn = before !== undefined && now - before.until <= PAUSE_MS;
      this.#spoken.set(id, { since: goesOn ? before.since : now, until: now });
    }
    if (this.held) return false;
    const before = this.#risen;
    for (const id of speaking) if (this.#spokeFor(id) >= RISES_AFTER_MS) this.#rise(id, now);
    return this.#risen !== before;
  }

  reset(): void {
    this.#spoken.clear();
    this.#risen = [];
  }

  #rise(id: string, now: number): void {
    const at = this.#risen.indexOf(id);
    const silent = this.#risen.findIndex((one) => !this.#spokeLately(one, now));
    const above = silent === -1 ? this.#risen.length : silent;
    if (at !== -1 && at <= above) return;
    const others = this.#risen.filter((one) => one !== id);
    this.#risen = [...others.slice(0, above), id, ...others.slice(above)];
  }

  #spokeFor(id: string): number {
    const { since, until } = this.#spoken.get(id) ?? { since: 0, until: 0 };
    return until - since;
  }

  #spokeLately(id: string, now: number): boolean {
    return now - (this.#spoken.get(id)?.until ?? -Infinity) <= RECENT_MS;
  }
}
