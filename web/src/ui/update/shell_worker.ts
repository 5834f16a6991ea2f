/** The service worker as the page sees it: registered, asked to look for a newer build, and of which build the waiting one is. */
import type { BuildAnswer, Question } from '../../service_worker/questions';

/** A worker of another build than the one that serves waits until it is let. */
export interface WaitingWorker {
  readonly build: string;
  /** Lets it serve, unless another page is open. */
  takeOver(): void;
}

export interface ShellWorker {
  /** Begins to watch; `waiting` is called for every worker that waits. */
  start(waiting: (worker: WaitingWorker) => void): void;
  /** Has the browser look for a newer one. */
  check(): void;
}

const SCRIPT = '/service_worker.js';

export class BrowserShellWorker implements ShellWorker {
  readonly #container: ServiceWorkerContainer | undefined;
  #registration: ServiceWorkerRegistration | null = null;
  #waiting: (worker: WaitingWorker) => void = () => undefined;

  /** Without a container (an insecure address, a private window) there is no worker, and the page does without. */
  constructor(container: ServiceWorkerContainer | undefined) {
    this.#container = container;
  }

  start(waiting: (worker: WaitingWorker) => void): void {
    this.#waiting = waiting;
    void this.#register();
  }

  check(): void {
    this.#registration?.update().catch(() => undefined); // it will be looked for again
  }

  async #register(): Promise<void> {
    try {
      this.#registration = (await this.#container?.register(SCRIPT, { updateViaCache: 'none' })) ?? null;
    } catch {
      return; // a certificate that is not trusted, or a browser that will have none
    }
    const registration = this.#registration;
    if (!registration) return;
    if (registration.waiting) this.#meet(registration.waiting);
    this.#follow(registration);
    registration.addEventListener('updatefound', () => this.#follow(registration));
  }

  /** The very first worker is that of this page. A later one waits; but not where no page is served by the one before. */
  #follow({ installing, active }: ServiceWorkerRegistration): void {
    if (!installing || !active) return;
    const onInstalled = (): void => {
      if (installing.state !== 'redundant') this.#meet(installing);
    };
    installing.addEventListener('statechange', onInstalled, { once: true });
  }

  #meet(worker: ServiceWorker): void {
    const { port1, port2 } = new MessageChannel();
    const takeOver = (): void => worker.postMessage({ ask: 'take_over' } satisfies Question);
    port1.onmessage = ({ data }: MessageEvent<BuildAnswer>) => this.#waiting({ build: data.build, takeOver });
    worker.postMessage({ ask: 'build' } satisfies Question, [port2]);
  }
}
