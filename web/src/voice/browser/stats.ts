/** From the report of getStats to the few numbers the engine watches. */
import type { MediaSample } from '../peer_connection';

type Entry = Readonly<Record<string, unknown>> & { readonly type: string };

/** What is read of an RTCStatsReport. */
export interface StatsReport {
  forEach(callback: (entry: Entry) => void): void;
}

const numberIn = (entry: Entry | undefined, field: string): number => {
  const value = entry?.[field];
  return typeof value === 'number' ? value : 0;
};

export function readStats(report: StatsReport): MediaSample {
  const entries: Entry[] = [];
  report.forEach((entry) => entries.push(entry));
  const audio = (type: string) => entries.find((entry) => entry.type === type && entry['kind'] === 'audio');
  const inbound = audio('inbound-rtp');
  const remote = audio('remote-inbound-rtp');
  const pair = selectedPair(entries);
  const roundTrip = pair?.['currentRoundTripTime'] ?? remote?.['roundTripTime'];
  return {
    packetsReceived: numberIn(inbound, 'packetsReceived'),
    packetsLost: numberIn(inbound, 'packetsLost'),
    lastReport: remote ? numberIn(remote, 'timestamp') : null,
    consentResponses: numberIn(pair, 'responsesReceived'),
    roundTripMs: typeof roundTrip === 'number' ? Math.round(roundTrip * 1000) : null,
    ...pathOf(entries, pair),
  };
}

/** The transport names it in most browsers; Firefox marks the pair itself. */
function selectedPair(entries: readonly Entry[]): Entry | undefined {
  const transport = entries.find((entry) => entry.type === 'transport' && entry['selectedCandidatePairId']);
  const pairs = entries.filter((entry) => entry.type === 'candidate-pair');
  const named = pairs.find((pair) => pair['id'] === transport?.['selectedCandidatePairId']);
  return named ?? pairs.find((pair) => pair['selected'] === true);
}

function pathOf(entries: readonly Entry[], pair: Entry | undefined): Pick<MediaSample, 'path' | 'relayUrl'> {
  if (!pair) return { path: null, relayUrl: null };
  const local = entries.find((entry) => entry['id'] === pair['localCandidateId']);
  const remote = entries.find((entry) => entry['id'] === pair['remoteCandidateId']);
  const ours = local?.['candidateType'] === 'relay';
  const url = ours ? local?.['url'] : null;
  return {
    path: ours || remote?.['candidateType'] === 'relay' ? 'relay' : 'direct',
    relayUrl: typeof url === 'string' ? url : null,
  };
}
