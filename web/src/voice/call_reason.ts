/** Which one reason the bar of a running call shows: what this page knows for certain, or what both ends know together. */
import type { Reason } from './reasons';
import type { Verdict } from './verdict_texts';

/** What one end alone can say only of the symptom. */
const VAGUE: ReadonlySet<Reason['code']> = new Set([
  'being_repaired',
  'no_path',
  'no_media',
  'no_answer',
  'not_heard',
]);

type Peers = ReadonlyMap<string, { readonly verdicts: readonly Verdict[] }>;

/** `known` is what this page found by itself. A verdict replaces it where it says more about the same peer. */
export function reasonOfCall(known: Reason | null, peers: Peers): Reason | null {
  if (known === null) return urgentOf(peers, null);
  return (VAGUE.has(known.code) ? urgentOf(peers, peerIn(known.detail)) : null) ?? known;
}

function urgentOf(peers: Peers, peerId: string | null): Reason | null {
  for (const [id, { verdicts }] of peers) {
    const urgent = peerId === null || peerId === id ? verdicts.find((one) => one.urgent) : undefined;
    if (urgent) return { ...urgent, detail: { participant_id: id } };
  }
  return null;
}

function peerIn(detail: unknown): string | null {
  const { participant_id: peerId } = (detail ?? {}) as { participant_id?: unknown };
  return typeof peerId === 'string' ? peerId : null;
}
