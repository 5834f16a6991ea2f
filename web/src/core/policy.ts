/** The client's policies as values: how long to wait, how much to keep. */

export interface BackoffPolicy {
  firstMs: number;
  factor: number;
  maxMs: number;
  /** The share of a delay that chance may take away, so that clients do not come back in step. */
  jitter: number;
}

export interface GatewayPolicy {
  backoff: BackoffPolicy;
  /** From opening the socket to `hello`. */
  connectTimeoutMs: number;
  /** From `identify` to `ready` or `resumed`. */
  identifyTimeoutMs: number;
  commandTimeoutMs: number;
  /** Silence of so many server heartbeats makes the client ask whether anybody is there. */
  silentHeartbeats: number;
  /** How long an asked server may take to answer before the connection is given up. */
  probeTimeoutMs: number;
  /** A connection that lived so long counts as good: back-off starts anew. */
  stableAfterMs: number;
  /** So many gaps in a row, and the next start is a fresh one instead of another resume. */
  gapsBeforeFreshStart: number;
}

export const GATEWAY_POLICY: GatewayPolicy = {
  backoff: { firstMs: 300, factor: 1.7, maxMs: 15_000, jitter: 0.5 },
  connectTimeoutMs: 10_000,
  identifyTimeoutMs: 10_000,
  commandTimeoutMs: 10_000,
  silentHeartbeats: 2,
  probeTimeoutMs: 5_000,
  stableAfterMs: 10_000,
  gapsBeforeFreshStart: 2,
};

/** The delay before attempt number `attempt` (0 is the first), in milliseconds. */
export function backoffDelay(policy: BackoffPolicy, attempt: number, random: number): number {
  const full = Math.min(policy.maxMs, policy.firstMs * policy.factor ** attempt);
  return full * (1 - policy.jitter * random);
}

/** Between attempts to send what the server did not take for a passing reason. */
export const OUTBOX_BACKOFF: BackoffPolicy = { firstMs: 2_000, factor: 2, maxMs: 60_000, jitter: 0.3 };

/** Passes by itself: nobody answered, too much was asked, the server has its own troubles. */
export function isPassing({ code, status }: { readonly code: string; readonly status: number }): boolean {
  return code === 'network' || code === 'timeout' || [408, 429].includes(status) || status >= 500;
}

/** Changes of settings go out at most so often: a slider is dragged. */
export const SETTINGS_EVERY_MS = 1_000;

/** How soon, and then how often, the server is told how far has been read. */
export const READ_FIRST_MS = 200;
export const READ_EVERY_MS = 2_000;

/** Messages a page of history holds. */
export const PAGE_SIZE = 50;

export const MESSAGE_LIMIT = 4_000;

/** How long one `typing.started` counts, and how often it is said while somebody types on. */
export const TYPING_LASTS_MS = 5_000;
export const TYPING_REPEAT_MS = 3_000;
