/** Muted and deafened: what the person has chosen on this page, what a call that is moved here brings along, and what is ruled. */

export interface Muting {
  readonly muted: boolean;
  readonly deafened: boolean;
}

export class MuteFlags {
  #now: Muting;
  #chosen = false;
  #undeafened = false;
  #byAdministrator = false;

  constructor(first: Muting) {
    this.#now = pick(first);
  }

  get now(): Muting {
    return this.#now;
  }

  /** An administrator has muted this person, who cannot end that. */
  get byAdministrator(): boolean {
    return this.#byAdministrator;
  }

  /** What an administrator has decided, as the roster shows it; answers whether that is news. */
  rule(muted: boolean): boolean {
    const news = muted !== this.#byAdministrator;
    this.#byAdministrator = muted;
    return news;
  }

  /** Un-deafening does not un-mute: whether that was the last thing the person did, who may think otherwise. */
  get stillMuted(): boolean {
    return this.#undeafened && this.#now.muted;
  }

  /** The person has pressed a button. */
  choose(flags: Muting): void {
    this.#undeafened = this.#now.deafened && !flags.deafened;
    this.#now = flags;
    this.#chosen = true;
  }

  /** A join is asked for; a call that is moved was last seen like `moved`. */
  joining(moved: Muting | null): void {
    if (moved) this.#now = pick(moved);
    this.#chosen = this.#undeafened = false;
  }

  /** The server shows us like `shown`: that is what the call goes on with, unless a button was pressed since we asked. */
  admitted(shown: Muting): void {
    if (!this.#chosen) this.#now = pick(shown);
  }
}

function pick({ muted, deafened }: Muting): Muting {
  return { muted, deafened };
}
