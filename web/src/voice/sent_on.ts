/** Hears that an administrator moves this page's call to another channel. */
import type { Signalling } from './signalling';

interface SentOnDispatch {
  participant_id: string;
  to_channel_id: string;
}

export class SentOn {
  readonly #signalling: Signalling;
  readonly #follow: (participantId: string, channelId: string) => void;
  #stop: (() => void) | null = null;

  constructor(signalling: Signalling, follow: (participantId: string, channelId: string) => void) {
    this.#signalling = signalling;
    this.#follow = follow;
  }

  start(): void {
    this.#stop ??= this.#signalling.on('voice.sent_on', (d) => {
      const { participant_id: participantId, to_channel_id: channelId } = d as SentOnDispatch;
      this.#follow(participantId, channelId);
    });
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }
}
