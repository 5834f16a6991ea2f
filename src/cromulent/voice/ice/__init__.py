"""ICE servers: where a call's two ends learn their addresses and, where they cannot meet, a relay."""

from cromulent.voice.ice.choice import IceSettings, provider_of
from cromulent.voice.ice.coturn import CoturnProvider
from cromulent.voice.ice.coturn_config import CoturnSettings, coturn_config
from cromulent.voice.ice.own_servers import BuiltInRelay, OwnServers
from cromulent.voice.ice.own_stun import OwnStun, host_of
from cromulent.voice.ice.provider import Grant, NoProvider, Provider, StaticProvider
from cromulent.voice.ice.servers import Failing, IcePolicy, IceServers, reason_of
from cromulent.voice.ice.urls import IceUrl

__all__ = [
    "BuiltInRelay",
    "CoturnProvider",
    "CoturnSettings",
    "Failing",
    "Grant",
    "IcePolicy",
    "IceServers",
    "IceSettings",
    "IceUrl",
    "NoProvider",
    "OwnServers",
    "OwnStun",
    "Provider",
    "StaticProvider",
    "coturn_config",
    "host_of",
    "provider_of",
    "reason_of",
]
