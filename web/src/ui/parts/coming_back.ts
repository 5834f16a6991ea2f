/** Somebody looks at the page again, after another window or tab: what cannot be told live is asked for then. */

/** Calls `act` at each return; the answer stops that. */
export function onComingBack(act: () => void): () => void {
  const onVisible = (): void => {
    if (document.visibilityState === 'visible') act();
  };
  window.addEventListener('focus', act);
  document.addEventListener('visibilitychange', onVisible);
  return () => {
    window.removeEventListener('focus', act);
    document.removeEventListener('visibilitychange', onVisible);
  };
}
