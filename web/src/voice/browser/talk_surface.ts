/** Keys, mouse buttons and the focus of the window, for push to talk. */
import type { TalkPress, TalkSurface } from '../push_to_talk';
import { isModified } from '../talk_key';

const EDITABLE =
  'input:not([type="range"], [type="checkbox"], [type="radio"]), textarea, select, [contenteditable]:not([contenteditable="false"]), [role="textbox"]';
/** What takes no text needs these keys itself. */
const OWN_KEYS: Readonly<Record<string, RegExp>> = {
  range: /^(Arrow|Home|End|Page)/,
  checkbox: /^Space$/,
  radio: /^(Space$|Arrow)/,
};

/**
 * Listens before anything on the page does. To the mouse, not to pointers: of a second button that is held beside a first
 * one pointer events tell neither that it went down nor that it came up.
 */
export const talkSurface: TalkSurface = (talk) => {
  const away = () => talk.away();
  const stop = new AbortController();
  const options = { capture: true, signal: stop.signal };
  window.addEventListener('keydown', (event) => talk.pressed(pressOfKey(event)), options);
  window.addEventListener('keyup', (event) => talk.released(pressOfKey(event)), options);
  window.addEventListener('mousedown', (event) => talk.pressed(pressOfMouse(event)), options);
  window.addEventListener('mouseup', (event) => talk.released(pressOfMouse(event)), options);
  for (const type of ['mouseup', 'auxclick', 'contextmenu'] as const)
    window.addEventListener(type, (event) => talk.followed(pressOfMouse(event)), options);
  window.addEventListener('pointercancel', away, options);
  window.addEventListener('blur', away, { signal: stop.signal });
  document.addEventListener('visibilitychange', () => document.hidden && away(), options);
  return () => stop.abort();
};

function pressOfKey(event: KeyboardEvent): TalkPress {
  return { key: event.code, modified: isModified(event), repeated: event.repeat, ...pressOf(event) };
}

function pressOfMouse(event: MouseEvent): TalkPress {
  return { key: event.button, modified: false, repeated: false, ...pressOf(event) };
}

function pressOf(event: MouseEvent | KeyboardEvent) {
  const target = event.composedPath()[0];
  const editable =
    target instanceof Element && (target.closest(EDITABLE) !== null || isOwnKey(target, event));
  return { editable, preventDefault: () => event.preventDefault() };
}

function isOwnKey(target: Element, event: MouseEvent | KeyboardEvent): boolean {
  const own = target instanceof HTMLInputElement ? OWN_KEYS[target.type] : undefined;
  return own !== undefined && 'code' in event && own.test(event.code);
}
