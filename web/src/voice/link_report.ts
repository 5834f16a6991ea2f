/** What one page says of its link to a peer, in the words of the wire. */
import type { PeerReport } from '../core/protocol.generated';
import type { ShownLinkState } from './link_state';
import type { PacketWatch } from './packets';
import type { Reason } from './reasons';
import type { RepairStep } from './repair';

export type LinkReport = Omit<PeerReport, 'participant_id'>;

type LinkReason = NonNullable<PeerReport['reason']>;

const REASONS: readonly LinkReason[] = [
  'relay_auth',
  'relay_unreachable',
  'nat_no_relay',
  'udp_blocked',
  'no_path',
  'no_media',
  'no_answer',
  'not_heard',
];

interface LinkFacts {
  readonly link: ShownLinkState;
  readonly step: RepairStep | null;
  readonly reason: Reason['code'] | null;
  readonly repairs: number;
}

/** `watch` is that of the connection of the moment, or null before the first. */
export function linkReport(
  watch: PacketWatch | null,
  { link, step, reason, repairs }: LinkFacts,
): LinkReport {
  const last = watch?.last;
  const told = reason === 'relay_only' ? 'nat_no_relay' : reason; // what somebody has chosen is their own
  const known = REASONS.find((one) => one === told);
  return {
    link,
    received_per_second: rate(watch, 'packetsReceived'),
    sent_per_second: rate(watch, 'packetsSent'),
    loss_percent: Math.min(100, Math.round(watch?.lossPercent ?? 0)),
    repairs,
    ...withoutNull({
      step,
      reason: known ?? null,
      round_trip_ms: last?.roundTripMs ?? null,
      jitter_ms: last?.jitterMs ?? null,
      path: last?.path ?? null,
      local_candidate: last?.localCandidate ?? null,
      remote_candidate: last?.remoteCandidate ?? null,
      relay_protocol: last?.relayProtocol ?? null,
    }),
  };
}

/** A trickle is not nothing. */
function rate(watch: PacketWatch | null, counter: 'packetsReceived' | 'packetsSent'): number {
  return Math.ceil(watch?.perSecond(counter) ?? 0);
}

type WithoutNull<T> = { [K in keyof T]?: NonNullable<T[K]> };

function withoutNull<T extends object>(fields: T): WithoutNull<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as WithoutNull<T>;
}
