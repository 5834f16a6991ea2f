"""The use cases of administration that belong to no other domain: the switches, and reading the audit log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cromulent.accounts import User, find_user, get_user, require_administrator
from cromulent.admin import store
from cromulent.admin.model import AuditEntry
from cromulent.channels import Channel, access_administered_channel, access_channel
from cromulent.db import Connection, Database, Unit
from cromulent.kernel.errors import InvalidInput, NotFound
from cromulent.kernel.paging import MAX_SEQ
from cromulent.probes import IceReport, IceServersProbe
from cromulent.settings import InstanceSettings, SettingsChange, change_settings
from cromulent.voice import (
    Failing,
    Gone,
    JudgedRoom,
    NotAMember,
    NotVoiceChannel,
    ParticipantDisconnected,
    ParticipantMoved,
    mute_participant,
    unmute_participant,
)

MAX_AUDIT_PAGE = 50


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, the newest first, and those of the users they name who exist; `next` is the `before` of the following page, if any."""

    entries: Sequence[AuditEntry]
    users: Sequence[User]
    next: int | None


@dataclass(frozen=True, slots=True)
class IceHealth:
    """The provider of ICE servers in the words of the configuration; `failing` is None while it works."""

    provider: str
    failing: Failing | None


@dataclass(frozen=True, slots=True)
class CallView:
    """A call, and the users who are in it."""

    room: JudgedRoom
    users: Sequence[User]


class AdminService:
    """On behalf of an administrator; `Forbidden` for everybody else."""

    def __init__(self, database: Database, ice: IceServersProbe, calls: Callable[[], list[JudgedRoom]]) -> None:
        self._database = database
        self._ice = ice
        self._calls = calls

    async def change_settings(self, actor: User, change: SettingsChange) -> InstanceSettings:
        """Change switches of the instance, effective at once. Raises `Forbidden`, `InvalidInput`."""

        def unit(unit: Unit) -> InstanceSettings:
            require_administrator(unit.connection, actor.id)
            return change_settings(unit, change, actor.id)

        return await self._database.write(unit)

    async def disconnect_participant(self, actor: User, channel_id: str, user_id: str) -> None:
        """Take somebody out of a call, if they are in it. Raises `NotFound`, `Forbidden`, `NotVoiceChannel`."""

        def unit(unit: Unit) -> None:
            channel = _administered_room(unit.connection, actor.id, channel_id)
            unit.record(ParticipantDisconnected(get_user(unit.connection, user_id).id, channel.id, actor.id))

        await self._database.write(unit)

    async def mute_participant(self, actor: User, channel_id: str, user_id: str) -> None:
        """Mute somebody in a voice channel, now or when they come. Raises `NotFound`, `Forbidden`, `NotVoiceChannel`."""

        def unit(unit: Unit) -> None:
            channel = _administered_room(unit.connection, actor.id, channel_id)
            mute_participant(unit, get_user(unit.connection, user_id).id, channel.id, actor.id)

        await self._database.write(unit)

    async def unmute_participant(self, actor: User, channel_id: str, user_id: str) -> None:
        """End an administrator's mute, not somebody's own. Raises `NotFound`, `Forbidden`, `NotVoiceChannel`."""

        def unit(unit: Unit) -> None:
            channel = _administered_room(unit.connection, actor.id, channel_id)
            unmute_participant(unit, get_user(unit.connection, user_id).id, channel.id, actor.id)

        await self._database.write(unit)

    async def calls(self, actor: User) -> list[CallView]:
        """The calls in voice channels they may know of, with what is wrong in them. Raises `Forbidden`."""
        calls = self._calls()

        def read(connection: Connection) -> list[CallView]:
            require_administrator(connection, actor.id)
            visible = [call for call in calls if _may_know(connection, actor.id, call.channel_id)]
            return [
                CallView(call, _users_named(connection, [one.user_id for one in call.participants])) for call in visible
            ]

        return await self._database.read(read)

    async def ice_health(self, actor: User) -> IceHealth:
        """Who gives the ICE servers, and whether they do. Raises `Forbidden`."""
        await self._database.read(lambda connection: require_administrator(connection, actor.id))
        return IceHealth(self._ice.provider, self._ice.failing)

    async def check_ice_servers(self, actor: User, host: str) -> IceReport:
        """Try what a page of theirs, loaded from `host`, would get: nothing is changed, so it is no act. Raises `Forbidden`."""
        await self._database.read(lambda connection: require_administrator(connection, actor.id))
        return await self._ice.run(actor.id, host)

    async def move_participant(self, actor: User, channel_id: str, user_id: str, to_channel_id: str) -> None:
        """Send somebody who is in a call to another voice channel, of which they must be a member.

        Raises `NotFound`, `Forbidden`, `NotVoiceChannel`, `NotAMember`, `Gone` when they are not in that call.
        """
        there = {one.user_id for call in self._calls() if call.channel_id == channel_id for one in call.participants}

        def unit(unit: Unit) -> None:
            for each in (channel_id, to_channel_id):
                _administered_room(unit.connection, actor.id, each)
            user = get_user(unit.connection, user_id)
            try:
                access_channel(unit.connection, user.id, to_channel_id)
            except NotFound:
                raise NotAMember from None
            if user.id not in there:
                raise Gone
            unit.record(ParticipantMoved(user.id, channel_id, to_channel_id, actor.id))

        await self._database.write(unit)

    async def audit_log(self, actor: User, before: int | None, limit: int) -> AuditPage:
        """Up to `limit` (1–50) entries older than the one numbered `before`. Raises `Forbidden`, `InvalidInput` (`invalid_page`)."""
        if not 1 <= limit <= MAX_AUDIT_PAGE:
            raise InvalidInput(f"A page has 1 to {MAX_AUDIT_PAGE} entries.", code="invalid_page")
        if before is not None and not 0 <= before <= MAX_SEQ:
            raise InvalidInput("`before` is the number of an entry.", code="invalid_page")

        def read(connection: Connection) -> AuditPage:
            require_administrator(connection, actor.id)
            found = store.entries_before(connection, before, limit + 1)
            shown = found[:limit]
            return AuditPage(shown, _users_of(connection, shown), shown[-1].number if len(found) > limit else None)

        return await self._database.read(read)


def _administered_room(connection: Connection, user_id: str, channel_id: str) -> Channel:
    channel = access_administered_channel(connection, user_id, channel_id)
    if channel.kind != "voice":
        raise NotVoiceChannel
    return channel


def _may_know(connection: Connection, user_id: str, channel_id: str) -> bool:
    try:
        access_administered_channel(connection, user_id, channel_id)
    except NotFound:
        return False
    return True


def _users_of(connection: Connection, entries: Sequence[AuditEntry]) -> list[User]:
    return _users_named(connection, [one for entry in entries for one in (entry.act.actor_id, entry.act.subject_id)])


def _users_named(connection: Connection, user_ids: Sequence[str | None]) -> list[User]:
    found = [find_user(connection, user_id) for user_id in dict.fromkeys(user_ids) if user_id is not None]
    return [user for user in found if user is not None]
