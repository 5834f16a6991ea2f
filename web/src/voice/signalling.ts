/** What the engine needs of the gateway: commands, dispatches, and to know whether anybody answers. */
import type { Room } from '../core/protocol.generated';

export interface Signalling {
  /** Rejects with an error that has a stable `code`: the server's, or one of `LOST_CODES`. */
  command<R>(t: string, d: unknown): Promise<R>;
  /** Listens to a dispatch by its name; the answer stops listening. */
  on(t: string, handler: (d: unknown) => void): () => void;
  /** Identified, and `ready` or `resumed` has come. */
  readonly live: boolean;
  /** Called with the rooms of the snapshot when the gateway is live, and with null when it is lost. */
  onLive(handler: (live: boolean, rooms: Room[] | null) => void): () => void;
  /** Whether the gateway answers within so many milliseconds. */
  probe(timeoutMs: number): Promise<boolean>;
  /** Opens a new socket now. */
  reopen(): void;
  /** Tries at once to come back, if the next attempt was to be later. */
  hurry(): void;
}

/** Codes of a command that never got an answer of the server. */
export const LOST_CODES: ReadonlySet<string> = new Set([
  'offline',
  'not_connected',
  'connection_lost',
  'timeout',
]);

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly detail?: unknown;
}

/** The refusal inside whatever a command rejected with; an unknown error counts as a lost command. */
export function refusalOf(error: unknown): Refusal {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    const message = 'message' in error && typeof error.message === 'string' ? error.message : '';
    return { code: error.code, message, detail: 'detail' in error ? error.detail : undefined };
  }
  return { code: 'offline', message: String(error) };
}

export function isLost(refusal: Refusal): boolean {
  return LOST_CODES.has(refusal.code);
}
