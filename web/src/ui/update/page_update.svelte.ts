/** Whether there is a newer page than this one. It is asked for, never taken: a reload would end a call and lose an edit. */
import type { Emitter } from '../../core/emitter';
import type { GatewayEvents } from '../../core/gateway';
import type { ShellWorker, WaitingWorker } from './shell_worker';

export interface PageUpdateParts {
  gateway: { readonly events: Emitter<GatewayEvents> };
  worker: ShellWorker;
  /** Of this page: its version, and the name of its build. */
  version: string;
  build: string;
}

export class PageUpdate {
  #ready = $state(false);
  readonly #worker: ShellWorker;
  readonly #build: string;

  constructor({ gateway, worker, version, build }: PageUpdateParts) {
    this.#worker = worker;
    this.#build = build;
    gateway.events.on('hello', (hello) => {
      if (hello.version !== version) this.#ready = true;
      worker.check(); // the server may have been started anew, with another page
    });
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** Not now: it is said again when the connection or the page comes back. */
  dismiss(): void {
    this.#ready = false;
  }

  /** Begins to keep the page for when the server cannot be reached. */
  start(): void {
    this.#worker.start((waiting) => this.#meet(waiting));
  }

  #meet(waiting: WaitingWorker): void {
    if (waiting.build === this.#build) waiting.takeOver();
    else this.#ready = true;
  }
}
