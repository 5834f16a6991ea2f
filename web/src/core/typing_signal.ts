/** Says that somebody is typing here, as seldom as the others need to hear it. */
import type { Clock } from './clock';
import { TYPING_REPEAT_MS } from './policy';

export class TypingSignal {
  readonly #clock: Clock;
  readonly #say: (channelId: string) => void;
  #saidFor: string | null = null;
  #saidAt = 0;

  constructor(clock: Clock, say: (channelId: string) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  /** A key was pressed in the composer of a channel. */
  typed(channelId: string): void {
    const now = this.#clock.now();
    if (this.#saidFor === channelId && now - this.#saidAt < TYPING_REPEAT_MS) return;
    this.#saidFor = channelId;
    this.#saidAt = now;
    this.#say(channelId);
  }

  /** The message was sent: the next key starts anew. */
  sent(): void {
    this.#saidFor = null;
  }
}
