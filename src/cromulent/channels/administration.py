"""Units by which administrators make, change, order and delete channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cromulent.channels import store
from cromulent.channels.facts import ChannelCreated, ChannelDeleted, ChannelUpdated
from cromulent.channels.membership import enrol_everybody, remove_everybody
from cromulent.channels.model import (
    Channel,
    ChannelKind,
    Visibility,
    WritePermission,
    check_audience,
    check_user_limit,
    checked_name,
    checked_topic,
    slug_of,
)
from cromulent.channels.placing import MAX_POSITION, position_after, position_between, positions_for
from cromulent.channels.policy import ENROLLED_AT_ONCE
from cromulent.db import Unit, channel_feed
from cromulent.kernel.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelChange:
    """What is to be different about a channel; None, and a `user_limit` that is "unchanged", leave a thing as it is."""

    name: str | None = None
    topic: str | None = None
    visibility: Visibility | None = None
    is_default: bool | None = None
    write_permission: WritePermission | None = None
    user_limit: int | Literal["unchanged"] | None = "unchanged"

    def checked(self) -> ChannelChange:
        """The change as it will be stored. Raises `InvalidInput` (`invalid_channel_name`, `invalid_topic`)."""
        name = None if self.name is None else checked_name(self.name)
        return replace(self, name=name, topic=None if self.topic is None else checked_topic(self.topic))

    def applied_to(self, channel: Channel) -> Channel:
        """The channel as it is afterwards. Raises `InvalidInput` (`private_default_channel`, `invalid_user_limit`)."""
        name = channel.name if self.name is None else self.name
        changed = replace(
            channel,
            name=name,
            slug=slug_of(name, channel.kind),
            topic=channel.topic if self.topic is None else self.topic,
            visibility=self.visibility or channel.visibility,
            is_default=channel.is_default if self.is_default is None else self.is_default,
            write_permission=self.write_permission or channel.write_permission,
            user_limit=channel.user_limit if self.user_limit == "unchanged" else self.user_limit,
        )
        check_user_limit(changed.kind, changed.user_limit)
        if (changed.visibility, changed.is_default) != (channel.visibility, channel.is_default):
            check_audience(changed.visibility, is_default=changed.is_default)
        return changed


def create_channel(
    unit: Unit,
    kind: ChannelKind,
    name: str,
    *,
    topic: str = "",
    visibility: Visibility = "public",
    is_default: bool = False,
    write_permission: WritePermission = "everyone",
    user_limit: int | None = None,
    actor_id: str | None = None,
) -> Channel:
    """Make a channel behind the others of its kind. A default one enrols everybody; any other starts without members.

    Raises `InvalidInput` (`invalid_channel_name`, `invalid_topic`, `private_default_channel`, `invalid_user_limit`).
    """
    name = checked_name(name)
    check_user_limit(kind, user_limit)
    check_audience(visibility, is_default=is_default)
    channel = Channel(
        id=new_id(),
        kind=kind,
        name=name,
        slug=slug_of(name, kind),
        topic=checked_topic(topic),
        position=_last_place(unit, kind, visibility),
        visibility=visibility,
        is_default=is_default,
        write_permission=write_permission,
        user_limit=user_limit,
    )
    store.insert_channel(unit.connection, channel, unit.now)
    unit.record(ChannelCreated(channel, actor_id))
    if is_default:
        while not enrol_everybody(unit, channel, ENROLLED_AT_ONCE):
            pass
    return channel


def change_channel(unit: Unit, channel: Channel, changed: Channel, actor_id: str | None = None) -> Channel:
    """Keep a channel as it is to be, and tell its members; nothing happens when nothing is different."""
    if changed != channel:
        store.update_channel(unit.connection, changed)
        unit.record(ChannelUpdated(changed, channel, actor_id), channel_feed(channel.id))
    return changed


def move_channel(unit: Unit, channel: Channel, before: Channel | None, actor_id: str) -> Channel:
    """Put a channel before another of its kind, or behind all of them. Only its own place changes, as long as there is room."""
    others = [each for each in store.channels_of_kind(unit.connection, channel.kind) if each.id != channel.id]
    at = len(others) if before is None else [each.id for each in others].index(before.id)
    place = _place_among(others, at)
    if place is None or place > MAX_POSITION:
        others = _spread(unit, others)
        place = _place_among(others, at)
    if place is None or place > MAX_POSITION:
        raise RuntimeError("channels that were just spread leave no room")
    return change_channel(unit, channel, replace(channel, position=place), actor_id)


def delete_channel(unit: Unit, channel: Channel, actor_id: str | None = None) -> None:
    """Remove a channel with all that is in it: its members hear of it, and what the log tells of it is erased."""
    remove_everybody(unit, channel.id, actor_id)
    unit.record(ChannelDeleted(channel, actor_id))
    unit.erase_feed(channel_feed(channel.id))
    store.delete_channel(unit.connection, channel.id)


def _last_place(unit: Unit, kind: ChannelKind, visibility: Visibility) -> int:
    """Behind those that whoever hears of the new channel may know of: its place must tell nothing of the others."""
    seen_by_all: Visibility | None = "public" if visibility == "public" else None
    place = position_after(store.last_position(unit.connection, kind, seen_by_all))
    if place <= MAX_POSITION:
        return place
    _spread(unit, store.channels_of_kind(unit.connection, kind))
    return position_after(store.last_position(unit.connection, kind, seen_by_all))


def _place_among(others: Sequence[Channel], at: int) -> int | None:
    """A place before `others[at]`, or behind all of them when `at` is their number."""
    lower = others[at - 1].position if at > 0 else None
    return position_after(lower) if at == len(others) else position_between(lower, others[at].position)


def _spread(unit: Unit, channels: Sequence[Channel]) -> list[Channel]:
    """Give channels that stand too close new places in the same order."""
    places = positions_for(len(channels))
    return [
        change_channel(unit, channel, replace(channel, position=place))
        for channel, place in zip(channels, places, strict=True)
    ]
