/** Whom an administrator has muted: the server hears no sound, so every page sees to it for itself. */
import type { PeerLink } from './peer_link';

export function isSilenced({ participant }: Pick<PeerLink, 'participant'>): boolean {
  return participant.muted_by_administrator;
}

/** The participant ids of those who are not to be heard. */
export function silencedPeers(links: readonly PeerLink[]): ReadonlySet<string> {
  return new Set(links.filter(isSilenced).map((link) => link.peerId));
}
