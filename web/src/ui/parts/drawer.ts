/** A drawer over the page: takes the focus, leaves with Escape, and gives the focus back. What it covers is to be `inert`. */
import { onStepBack } from './step_back';

const FOCUSABLE = 'a[href], button:not(:disabled), input, select, textarea, [tabindex="0"]';

/** Call it when the drawer is open; the answer is for when it closes. The panel itself must be focusable, for it may hold nothing that is. */
export function openDrawer(panel: HTMLElement, close: () => void): () => void {
  const before = document.activeElement;
  (panel.querySelector<HTMLElement>(FOCUSABLE) ?? panel).focus();
  const end = onStepBack(close);
  return () => {
    end();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  };
}
