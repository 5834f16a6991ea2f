/** When a microphone sends, said as simply as it can be: what the engine is held against. */
import type { TalkMode } from '../../../src/voice/gate';

export class TalkModel {
  readonly #now: () => number;
  readonly #fingers = new Set<string>();
  #latched = false;
  #tailEndsAt = 0;
  inCall = false;
  plugged = true;
  muted = false;
  ruled = false;
  deafened = false;
  mode: TalkMode = 'push_to_talk';
  latching = false;
  releaseMs = 180;
  voice = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The rule itself. */
  get sends(): boolean {
    if (!this.#may) return false;
    if (this.mode === 'voice_activity') return this.voice;
    return this.#held || this.#now() < this.#tailEndsAt;
  }

  get #may(): boolean {
    return this.inCall && this.plugged && !this.#silenced && !this.deafened;
  }

  /** Muted by oneself or by an administrator. */
  get #silenced(): boolean {
    return this.muted || this.ruled;
  }

  get #held(): boolean {
    return this.latching ? this.#latched : this.#fingers.size > 0;
  }

  press(finger: string): void {
    if (!this.inCall || this.mode !== 'push_to_talk') return;
    this.#change(() => {
      if (this.#fingers.size === 0) this.#latched = !this.#latched;
      this.#fingers.add(finger);
    });
  }

  release(finger: string): void {
    this.#change(() => this.#fingers.delete(finger));
  }

  /** The window is not looked at. */
  away(): void {
    this.#change(() => this.#fingers.clear());
  }

  /** Another key, or another way of holding it. */
  letGo(): void {
    this.#change(() => {
      this.#fingers.clear();
      this.#latched = false;
    });
  }

  /** Another microphone, another mode, another call: no tail is left of it either. */
  drop(): void {
    this.letGo();
    this.#tailEndsAt = 0;
  }

  /** The same person through another track. */
  exchangeTrack(): void {
    this.#tailEndsAt = 0;
  }

  mute(change: Partial<Pick<TalkModel, 'muted' | 'deafened' | 'ruled'>>): void {
    const silenced = this.#silenced;
    Object.assign(this, change);
    if (silenced !== this.#silenced) this.#latched = false;
    if (!this.#may) this.#tailEndsAt = 0;
  }

  #change(change: () => void): void {
    const held = this.#held && this.sends;
    change();
    if (held && !this.#held) this.#tailEndsAt = this.#now() + this.releaseMs;
  }
}
