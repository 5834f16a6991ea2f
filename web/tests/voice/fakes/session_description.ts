/** Descriptions of the fake connections: enough of SDP to tell sessions, ICE restarts, m-lines and candidates apart. */

export interface Described {
  readonly session: string;
  readonly ufrag: string;
  /** Which offer this is, or answers. */
  readonly offer: string;
  readonly mids: readonly string[];
  readonly directions: readonly RTCRtpTransceiverDirection[];
  readonly candidates: readonly string[];
}

export function writeDescription(described: Described): string {
  const lines = [
    'v=0',
    `o=- ${described.session} 1 IN IP4 127.0.0.1`,
    `a=ice-ufrag:${described.ufrag}`,
    `a=offer:${described.offer}`,
  ];
  described.mids.forEach((mid, index) => lines.push(`m=audio ${mid} ${described.directions[index]}`));
  return [...lines, ...described.candidates.map((candidate) => `a=${candidate}`)].join('\n');
}

export function readDescription(sdp: string): Described {
  const lines = sdp.split('\n');
  const media = lines.filter((line) => line.startsWith('m=')).map((line) => line.split(' '));
  return {
    session: /^o=- (\S+)/m.exec(sdp)?.[1] ?? '',
    ufrag: /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1] ?? '',
    offer: /^a=offer:(\S+)/m.exec(sdp)?.[1] ?? '',
    mids: media.map((parts) => parts[1]!),
    directions: media.map((parts) => parts[2] as RTCRtpTransceiverDirection),
    candidates: lines.filter((line) => line.startsWith('a=candidate')).map((line) => line.slice(2)),
  };
}

export const kindOfCandidate = (candidate: string) => / typ (\w+)/.exec(candidate)?.[1] ?? '';
export const ufragOfCandidate = (candidate: string) => / ufrag (\S+)/.exec(candidate)?.[1] ?? '';
