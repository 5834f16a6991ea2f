/** Whether the ICE servers work: what the server knows already, and what it finds when it is asked to try them. */
import type { IceCheck, IceHealth } from '../../core/admin_api';
import { Submission } from '../auth/submission.svelte';

export interface IceAdministration {
  iceHealth(): Promise<IceHealth>;
  checkIceServers(): Promise<IceCheck>;
}

export class RelayCheck {
  /** Null until it is known. */
  health = $state.raw<IceHealth | null>(null);
  /** What the last check found; null before it, and while another runs. */
  found = $state.raw<IceCheck | null>(null);
  readonly submission = new Submission();
  readonly #api: IceAdministration;

  constructor(api: IceAdministration) {
    this.#api = api;
  }

  /** Asks what the server knows. Without an answer nothing is claimed. */
  async load(): Promise<void> {
    try {
      this.health = await this.#api.iceHealth();
    } catch {
      this.health = null;
    }
  }

  /** Has everything tried, and learns what is known after it. */
  async run(): Promise<void> {
    if (this.submission.busy) return;
    this.found = null;
    await this.submission.run(async () => {
      this.found = await this.#api.checkIceServers();
    });
    await this.load();
  }
}
