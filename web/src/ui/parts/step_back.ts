/** Escape steps back one level: the one that was opened last. */

const levels: (() => void)[] = [];

/** `leave` is called when Escape is pressed while no later level is open; the answer ends this level. */
export function onStepBack(leave: () => void): () => void {
  if (levels.length === 0) window.addEventListener('keydown', onKey);
  levels.push(leave);
  return () => {
    levels.splice(levels.indexOf(leave), 1);
    if (levels.length === 0) window.removeEventListener('keydown', onKey);
  };
}

function onKey(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
  if (document.querySelector(':modal')) return; // a dialog leaves by itself
  event.preventDefault();
  levels.at(-1)?.();
}
