/** What somebody wrote and has not sent, in a place that survives a reload. */

/** `sending`: queued or under way; `waiting`: an attempt failed for a passing reason, the next comes by itself; `failed`: for good. */
export type PendingState = 'sending' | 'waiting' | 'failed';

/** Why an attempt failed: the stable code, a sentence for a person, the HTTP status (0 when no answer came). */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly status: number;
}

/** `nonce` names the message on every attempt, so that a retry never makes a second one. */
export interface PendingMessage {
  readonly nonce: string;
  readonly userId: string;
  readonly channelId: string;
  readonly text: string;
  /** Wall-clock milliseconds, growing with each message: the order of writing. */
  readonly createdAt: number;
  readonly state: PendingState;
  readonly error: Problem | null;
}

/** What stands in the editor of a message. */
export interface KeptEdit {
  readonly channelId: string;
  readonly messageId: string;
  /** What the message was when the editing began. */
  readonly before: string;
  readonly text: string;
}

/** Steps happen in the order they were asked for, and none rejects: a browser that keeps nothing is no reason to stop writing. */
export interface UnsentStore {
  /** False as soon as something would be lost by closing the page. */
  readonly durable: boolean;
  /** A user's messages in the order of writing. */
  messages(userId: string): Promise<PendingMessage[]>;
  putMessages(messages: readonly PendingMessage[]): Promise<void>;
  removeMessages(nonces: readonly string[]): Promise<void>;
  /** A user's drafts by channel. */
  drafts(userId: string): Promise<Map<string, string>>;
  /** An empty text removes the draft. */
  putDraft(userId: string, channelId: string, text: string): Promise<void>;
  /** A user's edits by channel. */
  edits(userId: string): Promise<Map<string, KeptEdit>>;
  /** Keeps the one edit of a channel; null removes it. */
  putEdit(userId: string, channelId: string, edit: KeptEdit | null): Promise<void>;
  /** Removes everything of a user. */
  clear(userId: string): Promise<void>;
}

/** Keeps things as long as the page lives. */
export class MemoryUnsentStore implements UnsentStore {
  readonly durable: boolean = false;
  readonly #messages = new Map<string, PendingMessage>();
  readonly #drafts = new Map<string, Map<string, string>>();
  readonly #edits = new Map<string, Map<string, KeptEdit>>();

  messages(userId: string): Promise<PendingMessage[]> {
    const own = [...this.#messages.values()].filter((message) => message.userId === userId);
    return Promise.resolve(inOrder(own));
  }

  putMessages(messages: readonly PendingMessage[]): Promise<void> {
    for (const message of messages) this.#messages.set(message.nonce, message);
    return Promise.resolve();
  }

  removeMessages(nonces: readonly string[]): Promise<void> {
    for (const nonce of nonces) this.#messages.delete(nonce);
    return Promise.resolve();
  }

  drafts(userId: string): Promise<Map<string, string>> {
    return Promise.resolve(new Map(this.#drafts.get(userId)));
  }

  putDraft(userId: string, channelId: string, text: string): Promise<void> {
    const drafts = this.#drafts.get(userId) ?? new Map<string, string>();
    if (text === '') drafts.delete(channelId);
    else drafts.set(channelId, text);
    this.#drafts.set(userId, drafts);
    return Promise.resolve();
  }

  edits(userId: string): Promise<Map<string, KeptEdit>> {
    return Promise.resolve(new Map(this.#edits.get(userId)));
  }

  putEdit(userId: string, channelId: string, edit: KeptEdit | null): Promise<void> {
    const edits = this.#edits.get(userId) ?? new Map<string, KeptEdit>();
    if (edit === null) edits.delete(channelId);
    else edits.set(channelId, edit);
    this.#edits.set(userId, edits);
    return Promise.resolve();
  }

  clear(userId: string): Promise<void> {
    this.#drafts.delete(userId);
    this.#edits.delete(userId);
    for (const { nonce, userId: owner } of this.#messages.values())
      if (owner === userId) this.#messages.delete(nonce);
    return Promise.resolve();
  }
}

export function inOrder(messages: readonly PendingMessage[]): PendingMessage[] {
  return [...messages].sort((a, b) => a.createdAt - b.createdAt || (a.nonce < b.nonce ? -1 : 1));
}
