/** Whether somebody is at this page: it is on the screen and has the focus. */
import { createSubscriber } from 'svelte/reactivity';

const CHANGES = [
  [window, 'focus'],
  [window, 'blur'],
  [document, 'visibilitychange'],
] as const;

const follow = createSubscriber((update) => {
  for (const [target, name] of CHANGES) target.addEventListener(name, update);
  return () => {
    for (const [target, name] of CHANGES) target.removeEventListener(name, update);
  };
});

export function readerIsHere(): boolean {
  follow();
  return document.visibilityState === 'visible' && document.hasFocus();
}
