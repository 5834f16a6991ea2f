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

function millisecondsIn(entry: Entry | undefined, field: string): number | null {
  const value = entry?.[field];
  return typeof value === 'number' ? Math.round(value * 1000) : null;
}

const CANDIDATE_TYPES = ['host', 'srflx', 'prflx', 'relay'] as const;
const RELAY_PROTOCOLS = ['udp', 'tcp', 'tls'] as const;

function oneOf<T extends string>(known: readonly T[], value: unknown): T | null {
  return known.find((one) => one === value) ?? null;
}

export function readStats(report: StatsReport): MediaSample {
  const entries: Entry[] = [];
  report.forEach((entry) => entries.push(entry));
  const audio = (type: string) => entries.find((entry) => entry.type === type && entry['kind'] === 'audio');
  const inbound = audio('inbound-rtp');
  const outbound = audio('outbound-rtp');
  const remote = audio('remote-inbound-rtp');
  const pair = selectedPair(entries);
  const roundTrip = pair?.['currentRoundTripTime'] ?? remote?.['roundTripTime'];
  return {
    packetsReceived: numberIn(inbound, 'packetsReceived'),
    packetsLost: numberIn(inbound, 'packetsLost'),
    packetsDiscarded: numberIn(inbound, 'packetsDiscarded'),
    packetsSent: numberIn(outbound, 'packetsSent'),
    bytesReceived: numberIn(inbound, 'bytesReceived'),
    jitterMs: millisecondsIn(inbound, 'jitter'),
    jitterBufferDelay: numberIn(inbound, 'jitterBufferDelay'),
    jitterBufferEmittedCount: numberIn(inbound, 'jitterBufferEmittedCount'),
    lastReport: remote ? numberIn(remote, 'timestamp') : null,
    fractionLost: numberIn(remote, 'fractionLost'),
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

type Way = Pick<MediaSample, 'path' | 'relayUrl' | 'localCandidate' | 'remoteCandidate' | 'relayProtocol'>;

const NO_WAY: Way = {
  path: null,
  relayUrl: null,
  localCandidate: null,
  remoteCandidate: null,
  relayProtocol: null,
};

function pathOf(entries: readonly Entry[], pair: Entry | undefined): Way {
  if (!pair) return NO_WAY;
  const local = entries.find((entry) => entry['id'] === pair['localCandidateId']);
  const remote = entries.find((entry) => entry['id'] === pair['remoteCandidateId']);
  const ours = local?.['candidateType'] === 'relay';
  const url = ours ? local?.['url'] : null;
  return {
    path: ours || remote?.['candidateType'] === 'relay' ? 'relay' : 'direct',
    relayUrl: typeof url === 'string' ? url : null,
    localCandidate: oneOf(CANDIDATE_TYPES, local?.['candidateType']),
    remoteCandidate: oneOf(CANDIDATE_TYPES, remote?.['candidateType']),
    relayProtocol: ours ? oneOf(RELAY_PROTOCOLS, local['relayProtocol']) : null,
  };
}
