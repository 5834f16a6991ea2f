/** Push to talk by key, mouse button or the page's own button: held or latched, never while typing, never stuck. */

export type TalkKey =
  { readonly kind: 'key'; readonly code: string } | { readonly kind: 'pointer'; readonly button: number };

export interface TalkPress {
  /** `KeyboardEvent.code`, or the number of the pointer's button. */
  readonly key: string | number;
  /** Whether it was aimed at something one types into. */
  readonly editable: boolean;
  /** Whether Control, Alt or Meta is held, or an input method is composing. */
  readonly modified: boolean;
  preventDefault(): void;
}

export interface TalkHandlers {
  pressed(press: TalkPress): void;
  released(press: TalkPress): void;
  /** The window lost the focus, the page was hidden, or the pointer was cancelled. */
  away(): void;
}

/** The page's keys and pointers; the answer stops listening. */
export type TalkSurface = (handlers: TalkHandlers) => () => void;

export class PushToTalk {
  readonly #surface: TalkSurface;
  readonly #changed: (held: boolean) => void;
  #key: TalkKey = { kind: 'key', code: 'Space' };
  #latching = false;
  #held = false;
  #latched = false;
  #stopListening: (() => void) | null = null;

  /** `changed` is told whether to talk. */
  constructor(surface: TalkSurface, changed: (held: boolean) => void) {
    this.#surface = surface;
    this.#changed = changed;
  }

  get active(): boolean {
    return this.#latching ? this.#latched : this.#held;
  }

  /** `latching` makes one press start and the next one stop, for who cannot hold a key. */
  configure(key: TalkKey, latching: boolean): void {
    this.#set(false, false);
    this.#key = key;
    this.#latching = latching;
  }

  /** Listens to the page. */
  start(): void {
    this.#stopListening ??= this.#surface({
      pressed: (press) => this.#pressed(press),
      released: (press) => this.#released(press),
      away: () => this.release(),
    });
  }

  stop(): void {
    this.#stopListening?.();
    this.#stopListening = null;
    this.#set(false, false);
  }

  /** The button on the page went down. */
  press(): void {
    if (this.#held) return;
    this.#set(true, this.#latching && !this.#latched);
  }

  /** The button came up, or can be held no longer; a latch stays. */
  release(): void {
    this.#set(false, this.#latched);
  }

  #pressed(press: TalkPress): void {
    if (!this.#isKey(press)) return;
    if (press.editable) return this.release();
    if (press.modified) return;
    press.preventDefault();
    this.press();
  }

  #released(press: TalkPress): void {
    if (!this.#isKey(press)) return;
    if (this.#held) press.preventDefault(); // a button in focus would be clicked by the space bar
    this.release();
  }

  #isKey(press: TalkPress): boolean {
    return press.key === (this.#key.kind === 'key' ? this.#key.code : this.#key.button);
  }

  #set(held: boolean, latched: boolean): void {
    const before = this.active;
    this.#held = held;
    this.#latched = latched;
    if (before !== this.active) this.#changed(this.active);
  }
}
