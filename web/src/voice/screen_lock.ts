/** Keeps the screen of a phone on during a call: a page that sleeps sends nothing and is soon gone. */
import type { Environment } from './environment';

/** What the browser gives; it takes it back by itself whenever the page is hidden. */
export interface HeldScreen {
  readonly released: boolean;
  release(): Promise<void>;
}

export interface ScreenLockPorts {
  readonly environment: Environment;
  /** Null where nothing is to be kept on: on computers, and in browsers that cannot. Rejects for want of battery, say. */
  readonly holdScreen: (() => Promise<HeldScreen>) | null;
}

export class ScreenLock {
  readonly #ports: ScreenLockPorts;
  readonly #stop: () => void;
  #wanted = false;
  #held: HeldScreen | null = null;
  #asking = false;

  constructor(ports: ScreenLockPorts) {
    this.#ports = ports;
    this.#stop = ports.environment.onWake((cause) => {
      if (cause === 'visible') void this.#hold();
    });
  }

  /** To be told whether a call runs. */
  follow(inCall: boolean): void {
    if (inCall === this.#wanted) return;
    this.#wanted = inCall;
    if (inCall) void this.#hold();
    else this.#letGo();
  }

  close(): void {
    this.#stop();
    this.follow(false);
  }

  async #hold(): Promise<void> {
    const { holdScreen, environment } = this.#ports;
    const has = this.#held !== null && !this.#held.released;
    if (!holdScreen || !this.#wanted || has || this.#asking || environment.hidden) return;
    this.#asking = true;
    this.#held = await holdScreen().catch(() => null);
    this.#asking = false;
    if (!this.#wanted) this.#letGo();
  }

  #letGo(): void {
    void this.#held?.release().catch(() => undefined);
    this.#held = null;
  }
}
