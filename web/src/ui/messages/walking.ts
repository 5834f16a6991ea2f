/** Arrow keys walk from message to message; Tab then reaches the buttons of the one that has been walked to. */

/** The key of the row an element is in. */
export function keyOfRow(element: EventTarget | null): string | null {
  if (!(element instanceof Element)) return null;
  return element.closest<HTMLElement>('[data-key]')?.dataset.key ?? null;
}

/** Moves the focus by one message; answers whether the key was one for walking. From the list itself it goes to the last one seen. */
export function walk(event: KeyboardEvent, view: HTMLElement): boolean {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return false;
  const articles = [...view.querySelectorAll<HTMLElement>('article')];
  const at = articles.indexOf(event.target as HTMLElement);
  if (at < 0 && event.target !== view) return false;
  const next = at < 0 ? lastSeen(articles, view) : articles[at + step];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: 'nearest' });
  return true;
}

function lastSeen(articles: readonly HTMLElement[], view: HTMLElement): HTMLElement | undefined {
  const { bottom } = view.getBoundingClientRect();
  return articles.findLast((article) => article.getBoundingClientRect().bottom <= bottom + 1) ?? articles[0];
}
