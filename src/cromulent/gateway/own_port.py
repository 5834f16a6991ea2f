"""The port at which the instance itself answers: STUN in this process, or STUN and the relay in one of its own."""

from __future__ import annotations

from dataclasses import dataclass

from cromulent.gateway.relay_process import RelayProcess, open_relay_ports
from cromulent.gateway.relay_totals import RelayTotals
from cromulent.gateway.stun_port import StunPort, open_stun_port
from cromulent.kernel.clock import Clock
from cromulent.kernel.metrics import Metric
from cromulent.relay import RelayTls, RestCredentials
from cromulent.voice import BuiltInRelay, OwnServers, OwnStun


@dataclass(frozen=True, slots=True)
class RelayWish:
    """That there be a relay: with these credentials and, by TLS too, with this certificate."""

    credentials: RestCredentials
    tls: RelayTls | None = None


@dataclass(frozen=True, slots=True)
class OwnPort:
    """What has been opened: STUN alone, a relay that answers STUN too, or nothing."""

    stun: StunPort | None = None
    relay: RelayProcess | None = None

    @property
    def number(self) -> int:
        """The port; 0 where nothing answers."""
        if self.relay is not None:
            return self.relay.ports.number
        return 0 if self.stun is None else self.stun.number

    def servers(self, stun_url: str, turn_urls: tuple[str, ...]) -> OwnServers:
        """As ICE servers. `stun_url` and `turn_urls` replace what would be derived from the page's host."""
        stun = OwnStun(self.number, stun_url)
        if self.relay is None:
            return stun
        tcp, tls = bool(self.relay.ports.listeners), self.relay.tls is not None
        return BuiltInRelay(stun, self.relay.credentials, tcp, tls, turn_urls)

    def seat(self, user_id: str, channel_id: str | None) -> None:
        """A user's voice is now in this room, or in none: who relays must know."""
        if self.relay is not None:
            self.relay.seat(user_id, channel_id)

    def metrics(self) -> list[Metric]:
        """What the relay does and has done; without one everything is 0."""
        return RelayTotals().metrics(up=False) if self.relay is None else self.relay.metrics()

    async def close(self) -> None:
        """Stop answering."""
        if self.stun is not None:
            self.stun.close()
        if self.relay is not None:
            await self.relay.close()


async def open_own_port(port: int, clock: Clock, wish: RelayWish | None) -> OwnPort:
    """Open the port, or nothing where it is 0 or taken."""
    if not port:
        return OwnPort()
    if wish is None:
        return OwnPort(stun=await open_stun_port(port, clock))
    ports = await open_relay_ports(port)
    return OwnPort(relay=None if ports is None else RelayProcess(ports, wish.credentials, wish.tls))
