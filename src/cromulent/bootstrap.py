"""The composition root: builds everything an instance consists of, and says who reacts to what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog

from cromulent.accounts import (
    AccountService,
    EntryChecks,
    LoginSessionEnded,
    ProfileService,
    RegistrationService,
    UserAdministration,
    UserCreated,
)
from cromulent.admin import ACTS, AdminService, record_act
from cromulent.channels import ChannelDeleted, ChannelService, create_channel, enrol_new_user, voice_channel_ids
from cromulent.config import Config, ConfigError, source_address
from cromulent.db import Database, Reaction, Unit, Writing, head_pos, open_database, prune
from cromulent.gateway import (
    CommandTable,
    Connection,
    ConnectionEvents,
    GatewayLimits,
    GatewayServer,
    Handshake,
    Hub,
    InstanceInfo,
    PresenceNews,
    Room,
    StunPort,
    VoiceCommands,
    VoiceEndpoints,
    Welcome,
    announce_voice_through,
    encode_fact,
    keep_alive,
    open_stun_port,
    ping_commands,
    room_to_wire,
    typing_commands,
)
from cromulent.kernel.clock import Clock, SystemClock
from cromulent.kernel.errors import NotFound
from cromulent.kernel.facts import Fact
from cromulent.messages import MessagePosted, MessageService, Renderer, erase_messages
from cromulent.presence import PresenceTracker, TypingTracker
from cromulent.settings import SettingsService, initialise_settings
from cromulent.voice import (
    IcePolicy,
    IceServers,
    IceSettings,
    OwnStun,
    StoredLedger,
    VoicePolicy,
    VoicePorts,
    VoiceService,
    gate_of,
    provider_of,
)
from cromulent.web import AsgiApp, Receive, Scope, Send, Services, create_app, refuse_upgrade

log = structlog.get_logger(__name__)

DATABASE_NAME = "cromulent.db"
LOG_KEPT = timedelta(days=7)
LOG_ROWS_KEPT = 100_000
PRUNE_EVERY_SECONDS = 3600.0
PRESENCE_EVERY_SECONDS = 1.0
END_EXPIRED_EVERY_SECONDS = 10.0
RECONNECT_AFTER_MS = 500

ENROLMENT_AND_ERASURE: dict[type[Fact], list[Reaction]] = {
    UserCreated: [enrol_new_user],
    ChannelDeleted: [erase_messages],
}
INSIDE: dict[type[Fact], list[Reaction]] = {
    fact: [*ENROLMENT_AND_ERASURE.get(fact, []), *([record_act] if fact in ACTS else [])]
    for fact in {**ENROLMENT_AND_ERASURE, **ACTS}
}
"""Who reacts inside the unit that records a fact; a failure there fails the unit."""


def reactions_after_commit(parts: Parts) -> list[Callable[[Fact], None]]:
    """Who hears of each fact once it is committed, in this order."""

    def close_connections(fact: Fact) -> None:
        if isinstance(fact, LoginSessionEnded):
            parts.hub.close_login_session(fact.login_session_id, fact.user_id)

    def end_typing(fact: Fact) -> None:
        if isinstance(fact, MessagePosted):
            parts.typing.stop(fact.message.author_id, fact.message.channel_id)

    return [
        parts.settings.after_commit,
        parts.accounts.after_commit,
        parts.voice.after_commit,
        close_connections,
        end_typing,
    ]


@dataclass(frozen=True, slots=True)
class People:
    """The other services of accounts: who comes in, what users do about themselves, what administrators do about them."""

    registration: RegistrationService
    profiles: ProfileService
    administration: UserAdministration


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that lives as long as the instance."""

    database: Database
    settings: SettingsService
    accounts: AccountService
    people: People
    admin: AdminService
    channels: ChannelService
    renderer: Renderer
    messages: MessageService
    hub: Hub
    presence: PresenceTracker
    typing: TypingTracker
    voice: VoiceService
    voice_endpoints: VoiceEndpoints
    stun: StunPort | None


class Instance:
    """A running instance: what the server process and the commands hold on to."""

    def __init__(self, config: Config, parts: Parts, app: AsgiApp) -> None:
        self.config = config
        self.settings = parts.settings
        self.accounts = parts.accounts
        self.people = parts.people
        self.database = parts.database
        self.app = app
        self._parts = parts
        self._background = [asyncio.create_task(work) for work in _background_work(parts)]

    async def say_goodbye(self) -> None:
        """Tell the clients to come back, and close their sockets."""
        self._parts.hub.say_goodbye(RECONNECT_AFTER_MS)

    async def close(self) -> None:
        """Finish what is under way, commit, let go of everything."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        parts = self._parts
        if parts.stun is not None:
            parts.stun.close()
        await parts.voice.close()
        await parts.renderer.close()
        await parts.accounts.close()
        await parts.database.close()


async def open_instance(config: Config, clock: Clock | None = None) -> Instance:
    """Open the data folder and build the instance on it; a new one gets its id and its first channels."""
    clock = clock or SystemClock()
    database = open_database(database_of(config), clock, Writing(encode_fact, INSIDE))
    database.start()
    await database.write(initialise_instance)
    parts = await _build(config, database, clock)
    database.writer.publish = parts.hub.publish
    database.writer.after_commit = _in_turn(reactions_after_commit(parts))
    return Instance(config, parts, _Entrance(_gateway(config, parts, clock), _web(config, parts)))


def initialise_instance(unit: Unit) -> None:
    """Make an empty database an instance: `#general` to write in, `Lounge` to talk in, everybody in both."""
    if initialise_settings(unit):
        create_channel(unit, "text", "general", is_default=True)
        create_channel(unit, "voice", "Lounge", is_default=True)


def database_of(config: Config) -> Path | str:
    """Where the database is: the URL of a PostgreSQL one, or the file in the data folder."""
    return config.database_url or database_path(config.data_folder)


def database_path(data_folder: Path) -> Path:
    """Where in a data folder the SQLite database is."""
    return data_folder / DATABASE_NAME


async def _build(config: Config, database: Database, clock: Clock) -> Parts:
    settings = SettingsService(database)
    await settings.load()
    hub = Hub(await database.read(head_pos))
    stun = await open_stun_port(config.stun_port, clock) if config.stun_port else None
    voice = _voice(config, database, settings, hub, stun=stun, clock=clock)
    voice.expect_rooms(await database.read(voice_channel_ids))
    renderer = Renderer()
    entry = EntryChecks.open(clock, settings.secret_key)
    return Parts(
        database=database,
        settings=settings,
        accounts=AccountService(database, clock, entry),
        people=_people(database, clock, entry),
        admin=AdminService(database),
        channels=ChannelService(database, clock),
        renderer=renderer,
        messages=MessageService(database, clock, renderer, posts_per_10_seconds=config.limits.posts_per_10_seconds),
        hub=hub,
        presence=PresenceTracker(clock, PresenceNews(hub)),
        typing=TypingTracker(clock),
        voice=voice,
        voice_endpoints=VoiceEndpoints(voice),
        stun=stun,
    )


def _people(database: Database, clock: Clock, entry: EntryChecks) -> People:
    return People(
        RegistrationService(database, clock, entry),
        ProfileService(database, clock, entry),
        UserAdministration(database),
    )


def _voice(
    config: Config, database: Database, settings: SettingsService, hub: Hub, *, stun: StunPort | None, clock: Clock
) -> VoiceService:
    ports = VoicePorts(
        announce=announce_voice_through(hub),
        gate=gate_of(database),
        voice_enabled=lambda: settings.current.voice_enabled,
        ledger=StoredLedger(database),
        ice=_ice_servers(config, stun, clock),
    )
    policy = VoicePolicy(room_limit=config.limits.participants_per_room)
    return VoiceService(ports, settings.secret_key, clock, policy)


def _ice_servers(config: Config, stun: StunPort | None, clock: Clock) -> IceServers:
    turn = config.turn
    settings = IceSettings(
        provider=turn.provider,
        urls=turn.urls,
        secret=turn.secret,
        life_seconds=turn.life_seconds,
        ice_servers=turn.ice_servers,
        username=turn.username,
        credential=turn.credential,
    )
    try:
        provider = provider_of(settings)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    own_stun = OwnStun(stun.number if stun else 0, turn.stun_url)
    return IceServers(provider, own_stun, clock, IcePolicy(turn.ice_transport_policy))


def _gateway(config: Config, parts: Parts, clock: Clock) -> AsgiApp:
    limits = GatewayLimits(connections_per_user=config.limits.connections_per_user)
    instance = InstanceInfo(parts.settings.current.instance_id, parts.settings.current.name)
    commands = CommandTable(
        [
            *ping_commands(),
            *typing_commands(parts.hub, parts.channels, parts.typing),
            *VoiceCommands(parts.voice, parts.voice_endpoints).handlers(),
        ]
    )
    return GatewayServer(
        hub=parts.hub,
        handshake=Handshake(parts.accounts, instance, limits),
        welcome=Welcome(parts.database, parts.hub, limits, presence=parts.presence, rooms=_rooms_of(parts.voice)),
        commands=commands,
        events=_connection_events(parts),
        limits=limits,
        clock=clock,
        allowed_origins=_origins(config),
        refuse_upgrade=refuse_upgrade,
    )


def _web(config: Config, parts: Parts) -> AsgiApp:
    services = Services(
        database=parts.database,
        settings=parts.settings,
        accounts=parts.accounts,
        registration=parts.people.registration,
        profiles=parts.people.profiles,
        user_administration=parts.people.administration,
        admin=parts.admin,
        channels=parts.channels,
        messages=parts.messages,
        voice=parts.voice,
        source_url=source_address(config),
    )
    return create_app(services, _origins(config))


def _connection_events(parts: Parts) -> ConnectionEvents:
    def closed(connection: Connection) -> None:
        parts.presence.connection_closed(connection.user_id)
        parts.voice_endpoints.connection_closed(connection)

    return ConnectionEvents(lambda connection: parts.presence.connection_opened(connection.user_id), closed)


def _rooms_of(voice: VoiceService) -> Callable[[list[str]], list[Room]]:
    return lambda channel_ids: [room_to_wire(view) for view in voice.rooms_of(channel_ids)]


def _background_work(parts: Parts) -> list[Coroutine[None, None, None]]:
    return [
        keep_alive(parts.hub),
        _every(PRESENCE_EVERY_SECONDS, parts.presence.tick),
        _every(parts.voice.tick_seconds, parts.voice.tick),
        _end_expired_login_sessions(parts.accounts),
        _prune_log(parts.database),
    ]


async def _every(seconds: float, work: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            work()
        except Exception:  # whoever waits for the next turn is not to blame for this one
            log.exception("background_work_failed")


async def _end_expired_login_sessions(accounts: AccountService) -> None:
    while True:
        try:
            await accounts.end_expired_login_sessions()
        except Exception as error:  # nobody is let in by them meanwhile
            log.error("login_sessions_not_ended", error=str(error))
        await asyncio.sleep(END_EXPIRED_EVERY_SECONDS)


async def _prune_log(database: Database) -> None:
    def unit(unit: Unit) -> int:
        return prune(unit.connection, older_than=unit.now - LOG_KEPT, keep_rows=LOG_ROWS_KEPT)

    while True:
        try:
            log.info("log_pruned", events=await database.write(unit))
        except Exception as error:  # a full disk now is no reason never to prune again
            log.error("log_not_pruned", error=str(error))
        await asyncio.sleep(PRUNE_EVERY_SECONDS)


class _Entrance:
    """The ASGI application of the process: the gateway's WebSocket in front, HTTP behind."""

    def __init__(self, gateway: AsgiApp, web: AsgiApp) -> None:
        self._gateway = gateway
        self._web = web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._web(scope, receive, send)
        elif scope["path"] == "/gateway":
            await self._gateway(scope, receive, send)
        else:
            await receive()
            await refuse_upgrade(send, NotFound())


def _origins(config: Config) -> frozenset[str]:
    return frozenset({config.public_url} if config.public_url else ())


def _in_turn(handlers: Sequence[Callable[[Fact], None]]) -> Callable[[Sequence[Fact]], None]:
    def after_commit(facts: Sequence[Fact]) -> None:
        for fact in facts:
            for handler in handlers:
                try:
                    handler(fact)
                except Exception:  # it is committed, and the others must hear of it: a log-out still closes its sockets
                    log.exception("reaction_failed", fact=type(fact).__name__)

    return after_commit
