/** Where a tab keeps the call it is in, so that a page can ask before the engine is loaded. */

export const CALL_KEY = 'cromulent.call';

/** Whether the page before this one, in the same tab, was in a call. */
export function remembersCall(storage: () => Storage): boolean {
  try {
    return (storage().getItem(CALL_KEY) ?? 'null') !== 'null';
  } catch {
    return false; // a browser that keeps nothing
  }
}
