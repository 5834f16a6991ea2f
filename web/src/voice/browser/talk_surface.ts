/** Keys, mouse buttons and the focus of the window, for push to talk. */
import type { TalkPress, TalkSurface } from '../push_to_talk';

const EDITABLE =
  'input, textarea, select, [contenteditable]:not([contenteditable="false"]), [role="textbox"]';

/** Listens before anything on the page does. */
export const talkSurface: TalkSurface = (talk) => {
  const away = () => talk.away();
  const stop = new AbortController();
  const options = { capture: true, signal: stop.signal };
  window.addEventListener('keydown', (event) => talk.pressed(pressOfKey(event)), options);
  window.addEventListener('keyup', (event) => talk.released(pressOfKey(event)), options);
  window.addEventListener('pointerdown', (event) => talk.pressed(pressOfPointer(event)), options);
  window.addEventListener('pointerup', (event) => talk.released(pressOfPointer(event)), options);
  window.addEventListener('pointercancel', away, options);
  window.addEventListener('blur', away, { signal: stop.signal });
  document.addEventListener('visibilitychange', () => document.hidden && away(), options);
  return () => stop.abort();
};

function pressOfKey(event: KeyboardEvent): TalkPress {
  const modified = event.ctrlKey || event.altKey || event.metaKey || event.isComposing;
  return { key: event.code, modified, ...pressOf(event) };
}

/** A side button does not take the focus into a text field, so it may be pressed over one. */
function pressOfPointer(event: PointerEvent): TalkPress {
  return { key: event.button, modified: false, ...pressOf(event), editable: false };
}

function pressOf(event: Event) {
  const target = event.composedPath()[0];
  const editable = target instanceof Element && target.closest(EDITABLE) !== null;
  return { editable, preventDefault: () => event.preventDefault() };
}
