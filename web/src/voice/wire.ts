/** The voice frames of docs/protocol.md as this engine reads and writes them; what other clients wrote is checked. */
import type { IceServer, Participant, Room } from '../core/protocol.generated';

export type { IceServer, Participant, Room };

export type IceTransportPolicy = 'all' | 'relay';

export interface IceServersReply {
  ice_servers: IceServer[];
  expires_in_seconds: number | null;
  ice_transport_policy: IceTransportPolicy;
}

export interface JoinReply extends IceServersReply {
  participant_id: string;
  resume_token: string;
  participants: Participant[];
  rev: number;
  settled: boolean;
}

export type SignalBody =
  | { kind: 'description'; data: { type: 'offer' | 'answer'; sdp: string } }
  | { kind: 'candidates'; data: { candidates: RTCIceCandidateInit[] } }
  | { kind: 'repair_request'; data: Record<string, never> }
  | { kind: 'stale'; data: Record<string, never> };

export type SignalKind = SignalBody['kind'];

/** A signal without its addresses. `generation` and `negotiation_id` count from 1. */
export type Signal = SignalBody & { generation: number; negotiation_id: number };

export type ReceivedSignal = Signal & { channel_id: string; from: string; to: string };

/** The limits of the server; what exceeds them would be dropped there. */
export const CANDIDATE_BYTES = 2048;
export const CANDIDATES_PER_NEGOTIATION = 50;

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** The signal in a dispatch, or null for anything malformed. */
export function readSignal(d: unknown): ReceivedSignal | null {
  if (!isFields(d) || !isCount(d['generation']) || !isCount(d['negotiation_id'])) return null;
  const { channel_id, from, to } = d;
  if (typeof channel_id !== 'string' || typeof from !== 'string' || typeof to !== 'string') return null;
  const body = readBody(d['kind'], d['data']);
  if (!body) return null;
  return { ...body, channel_id, from, to, generation: d['generation'], negotiation_id: d['negotiation_id'] };
}

function readBody(kind: unknown, data: unknown): SignalBody | null {
  if (kind === 'repair_request' || kind === 'stale') return { kind, data: {} };
  if (!isFields(data)) return null;
  if (kind === 'candidates') return readCandidates(data['candidates']);
  const { type, sdp } = data;
  if (kind !== 'description' || typeof sdp !== 'string') return null;
  return type === 'offer' || type === 'answer' ? { kind, data: { type, sdp } } : null;
}

function readCandidates(candidates: unknown): SignalBody | null {
  if (!Array.isArray(candidates)) return null;
  const known = candidates.filter(
    (one): one is RTCIceCandidateInit => isFields(one) && typeof one['candidate'] === 'string',
  );
  return { kind: 'candidates', data: { candidates: known.slice(0, CANDIDATES_PER_NEGOTIATION) } };
}
