/** Tells the server how far has been read: soon, not too often, the farthest only, again when it did not get through. */
import { ApiError } from './api';
import type { Clock } from './clock';
import { backoffDelay, isPassing, OUTBOX_BACKOFF, READ_FIRST_MS, READ_EVERY_MS } from './policy';

export interface ReadReportsPorts {
  /** Rejects with an ApiError. */
  send(channelId: string, seq: number): Promise<unknown>;
  clock: Clock;
}

export class ReadReports {
  readonly #ports: ReadReportsPorts;
  /** By channel: what the server has not acknowledged. */
  readonly #waiting = new Map<string, number>();
  #underWay = false;
  #attempt = 0;
  #cancelTimer: (() => void) | null = null;

  constructor(ports: ReadReportsPorts) {
    this.#ports = ports;
  }

  add(channelId: string, seq: number): void {
    this.#waiting.set(channelId, Math.max(seq, this.#waiting.get(channelId) ?? 0));
    this.#sendAfter(READ_FIRST_MS);
  }

  /** What waits goes out now: the connection is back, or the page may be gone before what is under way is answered. */
  hurry(): void {
    this.#attempt = 0;
    this.#stopTimer();
    if (this.#underWay)
      for (const [channelId, seq] of this.#waiting) void this.#attemptToSend(channelId, seq);
    else void this.#send();
  }

  clear(): void {
    this.#stopTimer();
    this.#waiting.clear();
  }

  #sendAfter(milliseconds: number): void {
    if (this.#underWay) return;
    this.#cancelTimer ??= this.#ports.clock.after(milliseconds, () => {
      this.#stopTimer();
      void this.#send();
    });
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  async #send(): Promise<void> {
    if (this.#underWay || this.#waiting.size === 0) return;
    this.#underWay = true;
    const reports = [...this.#waiting].map(([channelId, seq]) => this.#attemptToSend(channelId, seq));
    const done = (await Promise.all(reports)).every((sent) => sent);
    this.#underWay = false;
    if (done) this.#attempt = 0;
    const wait = done ? READ_EVERY_MS : this.#backOff();
    this.#sendAfter(wait);
  }

  /** Whether that is settled, one way or the other. */
  async #attemptToSend(channelId: string, seq: number): Promise<boolean> {
    try {
      await this.#ports.send(channelId, seq);
    } catch (error) {
      if (error instanceof ApiError && isPassing(error)) return false;
    }
    if (this.#waiting.get(channelId) === seq) this.#waiting.delete(channelId);
    return true;
  }

  #backOff(): number {
    return backoffDelay(OUTBOX_BACKOFF, this.#attempt++, this.#ports.clock.random());
  }
}
