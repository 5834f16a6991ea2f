/** A track that remembers whether it was stopped. */
import type { AudioTrack } from '../../../src/voice/peer_connection';

export class FakeTrack implements AudioTrack {
  static count = 0;
  readonly id = `track${++FakeTrack.count}`;
  readonly #ended = new Set<() => void>();
  enabled = true;
  stopped = false;

  constructor(readonly deviceId = '') {}

  getSettings(): { readonly deviceId: string } {
    return { deviceId: this.deviceId };
  }

  stop(): void {
    this.stopped = true;
  }

  addEventListener(_type: 'ended', listener: () => void): void {
    this.#ended.add(listener);
  }

  /** Unplugged. */
  end(): void {
    this.stopped = true;
    for (const listener of this.#ended) listener();
  }
}
