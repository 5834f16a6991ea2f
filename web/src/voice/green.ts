/** When the voice bar is green: a pure rule over what is known of every peer. */

/** Once green, somebody new gets so long to be heard. */
const NEWCOMER_MS = 5_000;

export interface PeerFacts {
  readonly heard: boolean;
  /** The peer's lease is fresh. */
  readonly present: boolean;
  /** The link has failed, or it is known already why it cannot carry sound. */
  readonly failed: boolean;
  /** The server is being asked whether the peer is still there. */
  readonly asking: boolean;
  readonly everHeard: boolean;
  readonly knownForMs: number;
}

/** Whether everybody who is there can be heard; being alone is enough. */
export function everybodyHeard(peers: readonly PeerFacts[], wasGreen: boolean): boolean {
  return peers.every((peer) => counts(peer) || (wasGreen && excused(peer)));
}

function counts(peer: PeerFacts): boolean {
  return peer.heard || !peer.present;
}

function excused(peer: PeerFacts): boolean {
  if (peer.failed) return false;
  return peer.asking || (!peer.everHeard && peer.knownForMs < NEWCOMER_MS);
}
