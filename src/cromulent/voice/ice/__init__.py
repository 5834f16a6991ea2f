"""ICE servers: where a call's two ends learn their addresses and, where they cannot meet, a relay."""

from cromulent.voice.ice.choice import IceSettings, provider_of
from cromulent.voice.ice.coturn import CoturnProvider
from cromulent.voice.ice.own_stun import OwnStun, host_of
from cromulent.voice.ice.provider import Grant, NoProvider, Provider, StaticProvider
from cromulent.voice.ice.servers import IcePolicy, IceServers

__all__ = [
    "CoturnProvider",
    "Grant",
    "IcePolicy",
    "IceServers",
    "IceSettings",
    "NoProvider",
    "OwnStun",
    "Provider",
    "StaticProvider",
    "host_of",
    "provider_of",
]
