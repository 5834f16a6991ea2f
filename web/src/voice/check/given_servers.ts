/** The ICE servers a user was given, sorted by what they are for and how they are reached. */
import { usable } from '../ice_servers';
import type { IceServer } from '../wire';

/** In the order in which a call would rather have them. */
export const TRANSPORTS = ['udp', 'tcp', 'tls'] as const;

export type RelayTransport = (typeof TRANSPORTS)[number];

export interface GivenServers {
  readonly stun: readonly RTCIceServer[];
  readonly relays: Readonly<Record<RelayTransport, readonly RTCIceServer[]>>;
  /** Without anything secret, as they were given. */
  readonly urls: readonly string[];
}

export function sortServers(servers: readonly IceServer[]): GivenServers {
  const good = usable(servers);
  const having = (wanted: (url: string) => boolean): RTCIceServer[] =>
    good.flatMap((server) => {
      const urls = [server.urls].flat().filter(wanted);
      return urls.length > 0 ? [{ ...server, urls }] : [];
    });
  const relayedBy = (transport: RelayTransport) => having((url) => transportOf(url) === transport);
  return {
    stun: having((url) => /^stuns?:/i.test(url)),
    relays: { udp: relayedBy('udp'), tcp: relayedBy('tcp'), tls: relayedBy('tls') },
    urls: good.flatMap(({ urls }) => urls),
  };
}

/** How a relay is reached (RFC 7065); null for what is no relay. */
function transportOf(url: string): RelayTransport | null {
  if (/^turns:/i.test(url)) return 'tls';
  if (!/^turn:/i.test(url)) return null;
  return /[?&]transport=tcp\b/i.test(url) ? 'tcp' : 'udp';
}
