/** The tabs of one browser among themselves: which of them does a piece of work, and that something has changed for all. */

export type Topic = 'messages' | 'drafts' | 'edits' | 'settings' | 'login';

export interface Tabs {
  /** Calls `elected` once no other tab does the work of that name; the answer resigns. */
  elect(work: string, elected: () => void): () => void;
  /** Tells the other tabs that what is kept has changed. */
  tell(topic: Topic): void;
  /** Listens to the other tabs; the answer stops. */
  listen(topic: Topic, listener: () => void): () => void;
}

/**
 * Web Locks and a BroadcastChannel. A page without TLS has no locks: then every tab does the work, which must therefore
 * bear being done twice.
 */
export class BrowserTabs implements Tabs {
  readonly #locks: LockManager | undefined;
  readonly #channel: BroadcastChannel | null;

  constructor(locks: LockManager | undefined, channel: BroadcastChannel | null) {
    this.#locks = locks;
    this.#channel = channel;
  }

  elect(work: string, elected: () => void): () => void {
    if (!this.#locks) {
      elected();
      return () => undefined;
    }
    const resignation = new AbortController();
    const { signal } = resignation;
    const resigned = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    const serve = (): Promise<void> => {
      elected();
      return resigned;
    };
    this.#locks.request(`cromulent.${work}`, { signal }, serve).catch(() => undefined); // resigned before elected
    return () => resignation.abort();
  }

  tell(topic: Topic): void {
    this.#channel?.postMessage(topic);
  }

  listen(topic: Topic, listener: () => void): () => void {
    const hear = ({ data }: MessageEvent): void => {
      if (data === topic) listener();
    };
    this.#channel?.addEventListener('message', hear);
    return () => this.#channel?.removeEventListener('message', hear);
  }
}
