"""A small world around the voice service: pages, members, a provider, a clock that is moved, a server that can be restarted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from cromulent.accounts import UserSettings
from cromulent.channels import Channel
from cromulent.kernel.clock import FakeClock
from cromulent.kernel.errors import NotFound, Unavailable
from cromulent.kernel.ids import new_id
from cromulent.voice import (
    Audio,
    Change,
    Connection,
    Grant,
    HolderAsked,
    IceServer,
    IceServers,
    Joined,
    JoinRequest,
    Notice,
    OwnStun,
    SignalReceived,
    VoicePolicy,
    VoicePorts,
    VoiceService,
)

HOST = "chat.example.org"
SECRET_KEY = b"k" * 32
OPEN = Audio(muted=False, deafened=False, sends_audio=True)
MUTED = Audio(muted=True, deafened=False, sends_audio=True)
DEAFENED = Audio(muted=True, deafened=True, sends_audio=True)


class FakePage:
    """A page: what it was told, and whether its script answers when it is asked."""

    def __init__(self, world: World, user_id: str, device: str, login_session_id: str | None = None) -> None:
        self.world = world
        self.user_id = user_id
        self.device = device
        self.login_session_id = login_session_id or f"login of {user_id}"
        self.heard_at = world.clock.monotonic()
        self.inbox: list[Notice] = []
        self.ping_interval: float | None = None
        self.pings = 0
        self.socket_alive = True
        self.script_alive = True

    def dispatch(self, name: str, payload: Notice) -> None:
        assert name == payload.name
        self.inbox.append(payload)
        if isinstance(payload, HolderAsked) and self.script_alive:
            self.world.voice.answer(self, payload.ask_id)

    def ping(self) -> None:
        self.pings += 1
        if self.socket_alive:
            self.speak()

    def set_ping_interval(self, seconds: float | None) -> None:
        self.ping_interval = seconds

    def speak(self) -> None:
        """A byte comes from its socket."""
        self.heard_at = self.world.clock.monotonic()

    async def join(
        self,
        channel_id: str,
        *,
        join_id: str | None = None,
        token: str | None = None,
        takeover: bool = False,
        audio: Audio = OPEN,
    ) -> Joined:
        """Send `voice.join` and wait for the answer."""
        request = JoinRequest(channel_id, join_id or new_id(), audio, token, takeover)
        return await self.world.voice.join(self, request, HOST)

    def told(self, kind: type[Notice]) -> list[Notice]:
        """What it was told of one kind."""
        return [notice for notice in self.inbox if isinstance(notice, kind)]

    @property
    def signals(self) -> list[SignalReceived]:
        """The signals it got."""
        return [notice for notice in self.inbox if isinstance(notice, SignalReceived)]


class FakeLedger:
    """Revocations that survive a restart of the service; `broken` makes writing fail, `closed` makes it wait."""

    def __init__(self) -> None:
        self.void_before: dict[tuple[str, str], datetime] = {}
        self.broken = False

    async def find(self, user_id: str, channel_id: str) -> datetime | None:
        return self.void_before.get((user_id, channel_id))

    async def keep(self, user_id: str, channel_id: str, before: datetime) -> None:
        if self.broken:
            raise Unavailable
        key = (user_id, channel_id)
        self.void_before[key] = max(before, self.void_before.get(key, before))


class FakeProvider:
    """A provider that can be made to wait or to fail."""

    name = "fake"

    def __init__(self) -> None:
        self.asked = 0
        self.fails = False
        self.life_seconds: float | None = 600.0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def servers(self, user_id: str, now: datetime) -> Grant:
        self.asked += 1
        await self.may_answer.wait()
        if self.fails:
            raise OSError("the provider is out of order")
        return Grant((IceServer(("turn:relay.example.org",), f"user {self.asked}", "secret"),), self.life_seconds)


@dataclass
class World:
    """Everything around one service. `announced` is what the members of each channel were told, in order."""

    policy: VoicePolicy = field(default_factory=VoicePolicy)
    clock: FakeClock = field(default_factory=FakeClock)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    provider: FakeProvider = field(default_factory=FakeProvider)
    channels: dict[str, Channel] = field(default_factory=dict[str, Channel])
    outsiders: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    announced: list[Notice] = field(default_factory=list[Notice])
    voice_enabled: bool = True
    chosen: dict[str, UserSettings] = field(default_factory=dict[str, UserSettings])
    mutes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Who is muted where, as the disk has it at a start."""
    seated: list[tuple[str, str | None]] = field(default_factory=list[tuple[str, str | None]])
    """What a relay was told, in order: who is in which room now."""

    def __post_init__(self) -> None:
        for name in ("lounge", "attic"):
            self.add_channel(name, "voice")
        self.add_channel("general", "text")
        self.restart()

    def add_channel(self, channel_id: str, kind: str, *, user_limit: int | None = None) -> None:
        """A channel everybody is a member of, unless they are one of `outsiders`."""
        self.channels[channel_id] = Channel(
            id=channel_id,
            kind="voice" if kind == "voice" else "text",
            name=channel_id,
            slug=channel_id,
            topic="",
            position=0,
            visibility="public",
            is_default=True,
            write_permission="everyone",
            user_limit=user_limit,
        )

    def restart(self) -> None:
        """Kill the server and start it again: what was in memory is gone."""
        self.announced.clear()
        ports = VoicePorts(
            announce=self._announce,
            gate=self._gate,
            voice_enabled=lambda: self.voice_enabled,
            ledger=self.ledger,
            ice=IceServers(self.provider, OwnStun(), self.clock),
            seated=lambda user_id, channel_id: self.seated.append((user_id, channel_id)),
            chosen=self._chosen,
        )
        self.voice = VoiceService(ports, SECRET_KEY, self.clock, self.policy)
        self.voice.expect_mutes(self.mutes)

    def settle(self) -> None:
        """Let the time after a start pass."""
        self.pass_time(self.policy.settle_seconds + 1)

    def pass_time(self, seconds: float, *speaking: FakePage) -> None:
        """Time passes tick by tick; from the sockets of `speaking` bytes keep coming."""
        for _ in range(round(seconds / self.policy.tick_seconds)):
            self.clock.advance(self.policy.tick_seconds)
            for page in speaking:
                page.speak()
            self.voice.tick()

    def page(self, user_id: str, device: str = "Firefox on Linux") -> FakePage:
        """A page of a user, connected."""
        return FakePage(self, user_id, device)

    def roster(self, channel_id: str) -> dict[str, Connection]:
        """User id → connection of those in a room."""
        (room,) = self.voice.rooms_of([channel_id]) or [None]
        return {one.user_id: one.connection for one in room.participants} if room else {}

    def told(self, kind: type[Notice]) -> list[Notice]:
        """What members were told of one kind."""
        return [notice for notice in self.announced if isinstance(notice, kind)]

    async def until_waiting(self, task: Awaitable[object]) -> None:
        """Let a join run until it waits for the clock."""
        for _ in range(20):
            await asyncio.sleep(0)

    async def _gate(self, user_id: str, channel_id: str) -> Channel:
        channel = self.channels.get(channel_id)
        if channel is None or (user_id, channel_id) in self.outsiders:
            raise NotFound
        return channel

    async def _chosen(self, user_id: str) -> UserSettings:
        return self.chosen.get(user_id, UserSettings())

    def _announce(self, channel_id: str, name: str, payload: Notice) -> None:
        assert name == payload.name
        self.announced.append(payload)


async def finish(world: World, waiting: Callable[[], Awaitable[Joined]], *speaking: FakePage) -> Joined:
    """Run something that waits for the clock, moving the clock until it is done (at most 10 s)."""
    task = asyncio.ensure_future(waiting())
    for _ in range(40):
        for _ in range(10):
            await asyncio.sleep(0)
        if task.done():
            break
        world.pass_time(world.policy.tick_seconds, *speaking)
    return await task


CONNECTED = Change(connection=Connection.CONNECTED)
