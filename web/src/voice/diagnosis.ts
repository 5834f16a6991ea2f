/** Why a link does not carry sound, from what its connection has learnt. */
import type { Connection } from './connection';
import type { RelayEvidence } from './evidence';
import type { ReasonCode } from './reasons';

export interface LinkFacts {
  readonly connection: Connection | null;
  /** Whether the peer has ever sent us a signal. */
  readonly answered: boolean;
  /** Whether any relay was given to us. */
  readonly relayConfigured: boolean;
  /** Whether one of those is reached without UDP. */
  readonly relayOverTcp: boolean;
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
  const { evidence } = connection;
  return evidence.hasRelay ? 'no_path' : reasonWithoutRelay(facts, evidence, now);
}

/** A fault of the relay that is certain already, or null. */
export function knownRelayFault(facts: LinkFacts, now: number): ReasonCode | null {
  const { connection, relayConfigured, hidden } = facts;
  if (hidden && !relayConfigured) return 'relay_only';
  if (!connection || !relayConfigured) return null;
  const { evidence } = connection;
  if (evidence.relayRefused(now)) return 'relay_auth';
  return evidence.relaySilent(now) ? reasonWithoutRelay(facts, evidence, now) : null;
}

/** No relay is ours: none was given, or it is out of reach, perhaps with everything else that takes UDP. */
function reasonWithoutRelay(
  { relayConfigured, relayOverTcp }: LinkFacts,
  evidence: RelayEvidence,
  now: number,
): ReasonCode {
  if (!relayOverTcp && evidence.udpBlocked(now)) return 'udp_blocked';
  return relayConfigured ? 'relay_unreachable' : 'nat_no_relay';
}
