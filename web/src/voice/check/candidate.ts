/** What a candidate line says (RFC 8839, 5.1): its kind and its ports. The address itself is not read. */

export interface GatheredCandidate {
  readonly kind: 'host' | 'srflx' | 'prflx' | 'relay';
  readonly protocol: 'udp' | 'tcp';
  /** The port others would send to. */
  readonly port: number;
  /** The port on this computer behind it; 0 where the browser hides it. */
  readonly basePort: number;
}

const LINE =
  /^candidate:\S+ \d+ (?<protocol>udp|tcp) \d+ \S+ (?<port>\d+) typ (?<kind>host|srflx|prflx|relay)(?: raddr \S+ rport (?<base>\d+))?/i;

/** Null for what is no candidate. */
export function readCandidate(line: string): GatheredCandidate | null {
  const fields = LINE.exec(line)?.groups;
  if (!fields) return null;
  return {
    kind: fields['kind']!.toLowerCase() as GatheredCandidate['kind'],
    protocol: fields['protocol']!.toLowerCase() as GatheredCandidate['protocol'],
    port: Number(fields['port']),
    basePort: Number(fields['base'] ?? 0),
  };
}
