/** Asks the server whether a peer that has fallen silent is still there, so that its dead network does not count as ours. */
import type { Clock } from './clock';
import type { Signalling } from './signalling';

const ASK_AGAIN_MS = 10_000;
/** The server answers within 1.5 s; after so long the question excuses nobody any more. */
const PATIENCE_MS = 2_000;

interface Question {
  readonly askedAt: number;
  open: boolean;
}

export class StallQuestions {
  readonly #signalling: Signalling;
  readonly #clock: Clock;
  readonly #questions = new Map<string, Question>();

  constructor(signalling: Signalling, clock: Clock) {
    this.#signalling = signalling;
    this.#clock = clock;
  }

  /** Whether a question about that peer is open and young enough to be waited for. */
  asking(peerId: string): boolean {
    const question = this.#questions.get(peerId);
    return question !== undefined && question.open && this.#clock.now() - question.askedAt < PATIENCE_MS;
  }

  /** Asks unless that was done a moment ago; `told` gets the answer, and nothing if there is none. */
  async ask(peerId: string, told: (present: boolean) => void): Promise<void> {
    const before = this.#questions.get(peerId);
    if (!this.#signalling.live || (before && this.#clock.now() - before.askedAt < ASK_AGAIN_MS)) return;
    const question = { askedAt: this.#clock.now(), open: true };
    this.#questions.set(peerId, question);
    try {
      const d = { participant_id: peerId };
      const { present } = await this.#signalling.command<{ present: boolean }>('voice.report_stall', d);
      question.open = false;
      told(present);
    } catch {
      question.open = false;
    }
  }

  /** The peer was heard: the next silence is a new one. */
  forget(peerId: string): void {
    this.#questions.delete(peerId);
  }
}
