/** How a fake connection finds candidates: hosts at once, what STUN and relays give after a moment, or not at all. */
import type { FakeNetwork } from './network';
import type { FakePeerConnection } from './peer_connection';

const HOST_MS = 5;
const SERVERS_MS = 40;
/** As long as browsers take to give a silent server up. */
const SILENCE_MS = 40_000;
const STUN = 'stun:stun.example';

export function gather(
  connection: FakePeerConnection,
  net: FakeNetwork,
  configuration: RTCConfiguration,
  ufrag: string,
): void {
  const relays = (configuration.iceServers ?? [])
    .flatMap((server) => server.urls)
    .filter((url) => url.startsWith('turn'));
  const line = (kind: string) => `candidate:1 1 udp 1 192.0.2.1 9 typ ${kind} ufrag ${ufrag}`;
  const direct = configuration.iceTransportPolicy !== 'relay';
  if (direct) net.clock.after(HOST_MS, () => connection.found(ufrag, line('host')));
  net.clock.after(SERVERS_MS, () => {
    const silent = direct && net.stun === 'silent' ? [STUN] : [];
    if (direct && net.stun === 'up') connection.found(ufrag, line('srflx'));
    for (const url of relays) {
      const relay = net.relayFor(connection.transport.host, url);
      if (relay === 'up') connection.found(ufrag, line('relay'));
      if (relay === 'refuses') connection.gathered({ url, errorCode: 401 });
      if (relay === 'full') connection.gathered({ url, errorCode: 486 });
      if (relay === 'silent') silent.push(url);
    }
    if (silent.length > 0) silence(connection, net, silent);
    else connection.gathered('complete');
  });
}

function silence(connection: FakePeerConnection, net: FakeNetwork, urls: readonly string[]): void {
  net.clock.after(SILENCE_MS, () => {
    for (const url of urls) connection.gathered({ url, errorCode: 701 });
    connection.gathered('complete');
  });
}
