/** What the page tells the engine of the world around it. */

export interface Environment {
  /** Hidden pages have slower timers. */
  readonly hidden: boolean;
  /** The network has come back or has changed, or the page is looked at again. */
  onWake(handler: (cause: 'online' | 'visible') => void): () => void;
  /** The page is about to be gone. */
  onPageHide(handler: () => void): () => void;
}
