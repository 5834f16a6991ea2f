/** Push to talk by key, mouse button or the page's own button: held or latched, never by what one types, never stuck. */
import { codeOf, worksWhileTyping, type TalkKey } from './talk_key';

export interface TalkPress {
  /** `KeyboardEvent.code`, or the number of the mouse button. */
  readonly key: string | number;
  /** Whether it was aimed at something one types into. */
  readonly editable: boolean;
  /** Whether Control, Alt or Meta is held beside it, or an input method is composing. */
  readonly modified: boolean;
  /** The keyboard says again that it is still down. */
  readonly repeated: boolean;
  preventDefault(): void;
}

export interface TalkHandlers {
  pressed(press: TalkPress): void;
  released(press: TalkPress): void;
  /** What the browser itself makes of a mouse button: its menu, the page before, a new tab. */
  followed(press: TalkPress): void;
  /** The window lost the focus, the page was hidden, or the pointer was cancelled. */
  away(): void;
}

/** The page's keys and pointers; the answer stops listening. */
export type TalkSurface = (handlers: TalkHandlers) => () => void;

/** How the button on the page is held: by a pointer, or by the keyboard while it has the focus. */
export type ButtonFinger = 'pointer' | 'keyboard';

/** What may hold the talk key down, all at once: the chosen key, and the button on the page. */
type Finger = 'key' | ButtonFinger;

export class PushToTalk {
  readonly #down = new Set<Finger>();
  readonly #surface: TalkSurface;
  readonly #changed: (held: boolean) => void;
  #key: TalkKey = { kind: 'key', code: 'Space' };
  #latching = false;
  #latched = false;
  #stopListening: (() => void) | null = null;

  /** `changed` is told whether to talk. */
  constructor(surface: TalkSurface, changed: (held: boolean) => void) {
    this.#surface = surface;
    this.#changed = changed;
  }

  get active(): boolean {
    return this.#latching ? this.#latched : this.#down.size > 0;
  }

  /** `latching` makes one press start and the next one stop, for who cannot hold a key. */
  configure(key: TalkKey, latching: boolean): void {
    this.letGo();
    this.#key = key;
    this.#latching = latching;
  }

  /** Listens to the page. */
  start(): void {
    this.#stopListening ??= this.#surface({
      pressed: (press) => this.#pressed(press),
      released: (press) => this.#released(press),
      followed: (press) => this.#isKey(press) && press.preventDefault(),
      away: () => this.#away(),
    });
  }

  stop(): void {
    this.#stopListening?.();
    this.#stopListening = null;
    this.letGo();
  }

  /** Whatever is held or latched is so no longer; a key that is really down says so again. */
  letGo(): void {
    this.#change(() => {
      this.#down.clear();
      this.#latched = false;
    });
  }

  /** A latch ends; what is held stays held. */
  unlatch(): void {
    this.#change(() => {
      this.#latched = false;
    });
  }

  /** The button on the page went down. */
  press(finger: ButtonFinger): void {
    this.#press(finger);
  }

  /** The button came up, or can be held no longer; a latch stays. */
  release(finger: ButtonFinger): void {
    this.#release(finger);
  }

  #pressed(press: TalkPress): void {
    if (!this.#isKey(press)) return;
    if (press.editable && !worksWhileTyping(this.#key)) return this.#release('key');
    if (press.modified) return;
    press.preventDefault();
    if (!(press.repeated && this.#latching)) this.#press('key');
  }

  #released(press: TalkPress): void {
    if (!this.#isKey(press)) return this.#releasedBeside(press);
    if (this.#down.has('key')) press.preventDefault(); // a button in focus would be clicked by the space bar
    this.#release('key');
  }

  /** macOS tells of no key that comes up while Command is down. */
  #releasedBeside({ key }: TalkPress): void {
    if (key === 'MetaLeft' || key === 'MetaRight') this.#release('key');
  }

  #isKey(press: TalkPress): boolean {
    return press.key === codeOf(this.#key);
  }

  #press(finger: Finger): void {
    const first = this.#down.size === 0;
    this.#change(() => {
      this.#down.add(finger);
      if (first && this.#latching) this.#latched = !this.#latched;
    });
  }

  #release(finger: Finger): void {
    this.#change(() => this.#down.delete(finger));
  }

  /** Nothing can be held in a window one does not look at; a latch stays. */
  #away(): void {
    this.#change(() => this.#down.clear());
  }

  #change(change: () => void): void {
    const before = this.active;
    change();
    if (before !== this.active) this.#changed(this.active);
  }
}
