/** How a fake connection finds candidates: hosts at once, relays after a moment, or not at all. */
import type { FakeNetwork } from './network';
import type { FakePeerConnection } from './peer_connection';

const HOST_MS = 5;
const RELAY_MS = 40;
/** As long as browsers take to give a silent relay up. */
const SILENCE_MS = 40_000;

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
  if (configuration.iceTransportPolicy !== 'relay') {
    net.clock.after(HOST_MS, () => connection.found(ufrag, line('host')));
  }
  net.clock.after(RELAY_MS, () => {
    if (net.stun === 'silent') connection.gathered({ url: 'stun:stun.example', errorCode: 701 });
    else if (configuration.iceTransportPolicy !== 'relay') connection.found(ufrag, line('srflx'));
    for (const url of relays) {
      if (net.relay === 'up') connection.found(ufrag, line('relay'));
      if (net.relay === 'refuses') connection.gathered({ url, errorCode: 401 });
      if (net.relay === 'silent') return silence(connection, net, url);
    }
    connection.gathered('complete');
  });
}

function silence(connection: FakePeerConnection, net: FakeNetwork, url: string): void {
  net.clock.after(SILENCE_MS, () => {
    connection.gathered({ url, errorCode: 701 });
    connection.gathered('complete');
  });
}
