"""The composition root: builds everything an instance consists of, and says who reacts to what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from cromulent import notifications
from cromulent.accounts import (
    AccountService,
    EntryChecks,
    ProfileService,
    RegistrationService,
    UserAdministration,
    UserCreated,
)
from cromulent.admin import ACTS, AdminService, record_act
from cromulent.channels import (
    ChannelDeleted,
    ChannelService,
    MembershipAdded,
    MembershipRemoved,
    create_channel,
    enrol_new_user,
    voice_channel_ids,
)
from cromulent.config import Config, source_address
from cromulent.db import Database, Reaction, Unit, Writing, head_pos, keep_pruned, open_database
from cromulent.gateway import (
    CommandTable,
    Connection,
    ConnectionEvents,
    GatewayLimits,
    GatewayServer,
    Handshake,
    Hub,
    InstanceInfo,
    OwnPort,
    PresenceNews,
    RelayWish,
    Room,
    VoiceCommands,
    VoiceEndpoints,
    Welcome,
    close_connections_of,
    encode_fact,
    keep_alive,
    open_own_port,
    ping_commands,
    room_to_wire,
    typing_commands,
)
from cromulent.kernel.clock import Clock, SystemClock
from cromulent.kernel.errors import NotFound
from cromulent.kernel.facts import Fact
from cromulent.kernel.metrics import exposition
from cromulent.messages import MessagePosted, MessageService, Renderer, erase_messages
from cromulent.presence import PresenceTracker, TypingTracker
from cromulent.relay import RelayTls, RestCredentials
from cromulent.settings import SettingsService, initialise_settings
from cromulent.voice import VoiceService, forget_mutes, voice_mutes
from cromulent.voice_bootstrap import build_voice, ice_probe, ice_servers
from cromulent.web import AsgiApp, Receive, Scope, Send, Services, create_app, refuse_upgrade

log = structlog.get_logger(__name__)

DATABASE_NAME = "cromulent.db"
PRESENCE_EVERY_SECONDS = 1.0
END_EXPIRED_EVERY_SECONDS = 10.0
RECONNECT_AFTER_MS = 500

KEEPING_IN_STEP: dict[type[Fact], list[Reaction]] = {
    UserCreated: [enrol_new_user],
    MembershipAdded: [notifications.begin_to_read],
    MembershipRemoved: [notifications.stop_reading],
    MessagePosted: [notifications.count_own_message_as_read],
    ChannelDeleted: [erase_messages, notifications.forget_channel, forget_mutes],
}
INSIDE: dict[type[Fact], list[Reaction]] = {
    fact: [*KEEPING_IN_STEP.get(fact, []), *([record_act] if fact in ACTS else [])]
    for fact in {**KEEPING_IN_STEP, **ACTS}
}
"""Who reacts inside the unit that records a fact; a failure there fails the unit."""


def reactions_after_commit(parts: Parts) -> list[Callable[[Fact], None]]:
    """Who hears of each fact once it is committed, in this order."""

    def end_typing(fact: Fact) -> None:
        if isinstance(fact, MessagePosted):
            parts.typing.stop(fact.message.author_id, fact.message.channel_id)

    return [
        parts.settings.after_commit,
        parts.accounts.after_commit,
        parts.voice.after_commit,
        close_connections_of(parts.hub),
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
    notifications: notifications.NotificationService
    hub: Hub
    presence: PresenceTracker
    typing: TypingTracker
    voice: VoiceService
    voice_endpoints: VoiceEndpoints
    own_port: OwnPort


class Instance:
    """A running instance: what the server process and the commands hold on to."""

    def __init__(self, config: Config, parts: Parts, app: AsgiApp) -> None:
        self.config = config
        self.settings = parts.settings
        self.accounts = parts.accounts
        self.people = parts.people
        self.database = parts.database
        self.own_port = parts.own_port
        self.app = app
        self._parts = parts
        self._background = [asyncio.create_task(work) for work in _background_work(parts)]

    def metrics(self) -> str:
        """What has happened since the start, in Prometheus' text format."""
        return exposition([*self._parts.voice.metrics(), *self.own_port.metrics()])

    async def say_goodbye(self) -> None:
        """Tell the clients to come back, and close their sockets."""
        self._parts.hub.say_goodbye(RECONNECT_AFTER_MS)

    async def close(self) -> None:
        """Finish what is under way, commit, let go of everything."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        parts = self._parts
        await parts.own_port.close()
        await parts.voice.close()
        await parts.renderer.close()
        await parts.accounts.close()
        await parts.database.close()


async def open_instance(config: Config, clock: Clock | None = None, tls: RelayTls | None = None) -> Instance:
    """Open the data folder and build the instance on it; a new one gets its id and its first channels.

    `tls` is the certificate its relay speaks TLS with.
    """
    clock = clock or SystemClock()
    database = open_database(database_of(config), clock, Writing(encode_fact, INSIDE))
    database.start()
    await database.write(initialise_instance)
    parts = await _build(config, database, clock, tls)
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


async def _build(config: Config, database: Database, clock: Clock, tls: RelayTls | None) -> Parts:
    settings = SettingsService(database)
    await settings.load()
    hub = Hub(await database.read(head_pos))
    relay = RelayWish(RestCredentials.of_instance(settings.secret_key, config.turn.life_seconds), tls)
    wish = relay if config.turn.provider == "built-in" else None
    own_port = await open_own_port(config.stun_port, clock, wish)
    ice = ice_servers(config, own_port, clock)
    voice = build_voice(config, database, settings, hub, seated=own_port.seat, ice=ice, clock=clock)
    voice.expect_rooms(await database.read(voice_channel_ids))
    voice.expect_mutes(await database.read(voice_mutes))
    renderer = Renderer()
    entry = EntryChecks.open(clock, settings.secret_key)
    return Parts(
        database=database,
        settings=settings,
        accounts=AccountService(database, clock, entry),
        people=_people(database, clock, entry),
        admin=AdminService(database, ice_probe(config, ice), voice.judged_rooms),
        channels=ChannelService(database, clock),
        renderer=renderer,
        messages=MessageService(database, clock, renderer, posts_per_10_seconds=config.limits.posts_per_10_seconds),
        notifications=notifications.NotificationService(database, clock),
        hub=hub,
        presence=PresenceTracker(clock, PresenceNews(hub)),
        typing=TypingTracker(clock),
        voice=voice,
        voice_endpoints=VoiceEndpoints(voice),
        own_port=own_port,
    )


def _people(database: Database, clock: Clock, entry: EntryChecks) -> People:
    return People(
        RegistrationService(database, clock, entry),
        ProfileService(database, clock, entry),
        UserAdministration(database),
    )


def _gateway(config: Config, parts: Parts, clock: Clock) -> AsgiApp:
    limits = GatewayLimits(connections_per_user=config.limits.connections_per_user)
    current = parts.settings.current
    instance = InstanceInfo(current.instance_id, current.name, config.limits.participants_per_room)
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
        notifications=parts.notifications,
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
        keep_pruned(parts.database),
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
