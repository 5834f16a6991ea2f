/** Why a link does not carry sound, from what its connection has learnt. */
import type { Connection } from './connection';
import type { ReasonCode } from './reasons';

export interface LinkFacts {
  readonly connection: Connection | null;
  /** Whether the peer has ever sent us a signal. */
  readonly answered: boolean;
  /** Whether any relay was given to us. */
  readonly relayConfigured: boolean;
  /** Whether we go through relays only by our own choice. */
  readonly hidden: boolean;
}

/** The reason of a link whose ladder has come to its end. */
export function diagnose(facts: LinkFacts, now: number): ReasonCode {
  const { connection } = facts;
  if (!connection) return 'no_answer';
  const known = knownRelayFault(facts, now);
  if (known) return known;
  if (!facts.answered) return 'no_answer';
  if (connection.state === 'connected') return 'no_media';
  if (!facts.relayConfigured) return connection.evidence.udpBlocked(now) ? 'udp_blocked' : 'nat_no_relay';
  return 'relay_unreachable';
}

/** A fault of the relay that is certain already, or null. */
export function knownRelayFault(facts: LinkFacts, now: number): ReasonCode | null {
  const { connection, relayConfigured, hidden } = facts;
  if (hidden && !relayConfigured) return 'relay_only';
  if (!connection || !relayConfigured) return null;
  if (connection.evidence.relayRefused(now)) return 'relay_auth';
  return connection.evidence.relaySilent(now) ? 'relay_unreachable' : null;
}
