"""The part of the composition root that builds voice: rooms, and ICE servers from what the operator has configured."""

from __future__ import annotations

from cromulent.accounts import get_user_settings
from cromulent.config import Config, ConfigError
from cromulent.db import Database
from cromulent.gateway import Hub, OwnPort, announce_voice_through
from cromulent.kernel.clock import Clock
from cromulent.probes import IceServersProbe, trusting_anybody
from cromulent.settings import SettingsService
from cromulent.voice import (
    IcePolicy,
    IceServers,
    IceSettings,
    Provider,
    Seated,
    StoredLedger,
    VoicePolicy,
    VoicePorts,
    VoiceService,
    gate_of,
    provider_of,
)


def build_voice(
    config: Config,
    database: Database,
    settings: SettingsService,
    hub: Hub,
    *,
    seated: Seated,
    ice: IceServers,
    clock: Clock,
) -> VoiceService:
    """Rooms, signalling and what they need of the rest."""
    ports = VoicePorts(
        announce=announce_voice_through(hub),
        gate=gate_of(database),
        voice_enabled=lambda: settings.current.voice_enabled,
        ledger=StoredLedger(database),
        ice=ice,
        seated=seated,
        chosen=lambda user_id: database.read(lambda connection: get_user_settings(connection, user_id)),
    )
    policy = VoicePolicy(room_limit=config.limits.participants_per_room)
    return VoiceService(ports, settings.secret_key, clock, policy)


def ice_servers(config: Config, own_port: OwnPort, clock: Clock) -> IceServers:
    """What pages get: the provider's servers, or our own. Raises `ConfigError`."""
    own = own_port.servers(config.turn.stun_url, config.turn.urls)
    return IceServers(provider_from(config), own, clock, IcePolicy(config.turn.ice_transport_policy))


def ice_probe(config: Config, ice: IceServers) -> IceServersProbe:
    """Our own relay is asked by whatever name pages have, which its certificate may be right not to be trusted for from here."""
    own = config.turn.provider in ("built-in", "none")
    return IceServersProbe(ice, trusting_anybody() if own else None)


def provider_from(config: Config) -> Provider:
    """Who gives ICE servers besides the instance itself. Raises `ConfigError`."""
    turn = config.turn
    settings = IceSettings(
        provider=turn.provider,
        account=turn.account,
        urls=turn.urls,
        secret=turn.secret,
        life_seconds=turn.life_seconds,
        ice_servers=turn.ice_servers,
        username=turn.username,
        credential=turn.credential,
    )
    try:
        return provider_of(settings)
    except ValueError as error:
        raise ConfigError(str(error)) from None
