"""The objects of `docs/protocol.md` as they travel, in HTTP answers and in dispatches alike, and how the domains' values become them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

import msgspec

from cromulent.kernel.clock import to_wire

if TYPE_CHECKING:
    from cromulent import accounts, channels, messages, notifications, settings

PROTOCOL = 1
"""The version of `docs/protocol.md`, told by `GET /instance` and in `hello`."""


class User(msgspec.Struct, frozen=True):
    """A user as everybody sees them; the e-mail address is not part of it."""

    id: str
    user_name: str
    display_name: str
    role: Literal["administrator", "member"]


class PeerSound(msgspec.Struct, frozen=True):
    """How a user hears another: the volume in per cent, and whether not at all."""

    volume: int
    muted: bool


class UserSettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a user has chosen, told only to them; what they have not is left out. `rev` grows with each change."""

    rev: int
    theme: Literal["system", "dark", "light"] | None = None
    talk_mode: Literal["push_to_talk", "voice_activity"] | None = None
    talk_key: str | None = None
    talk_latching: bool | None = None
    talk_release_ms: int | None = None
    voice_threshold_dbfs: int | None = None
    echo_cancellation: bool | None = None
    noise_suppression: Literal["off", "browser", "rnnoise"] | None = None
    auto_gain_control: bool | None = None
    input_volume: int | None = None
    output_volume: int | None = None
    relay_only: bool | None = None
    muted_sounds: list[Literal["joined", "left", "muted", "unmuted", "lost"]] | None = None
    peer_sounds: dict[str, PeerSound] | None = None


class Instance(msgspec.Struct, frozen=True):
    """What everybody may know of the instance's switches."""

    name: str
    registration_mode: Literal["invite", "open", "closed"]
    voice_enabled: bool


class Channel(msgspec.Struct, frozen=True):
    """A channel as its members see it; `user_limit` is null where the instance's limit is the only one, and in text channels."""

    id: str
    kind: Literal["text", "voice"]
    name: str
    slug: str
    topic: str
    position: int
    visibility: Literal["public", "private"]
    is_default: bool
    write_permission: Literal["everyone", "administrators"]
    user_limit: int | None


class Message(msgspec.Struct, frozen=True):
    """A message; the same for everybody who may see it. Instants are RFC 3339 in UTC."""

    id: str
    channel_id: str
    author_id: str
    seq: int
    rev: int
    nonce: str
    text: str
    html: str
    posted_at: str
    edited_at: str | None
    deleted: bool


class ReadState(msgspec.Struct, frozen=True):
    """How far its user has read a channel: something is unread while `last_seq` is greater than `read_seq`."""

    channel_id: str
    read_seq: int
    last_seq: int


class IceServer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The browser's `RTCIceServer`; `username` and `credential` are left out where there are none."""

    urls: list[str]
    username: str | None = None
    credential: str | None = None


def user_to_wire(user: accounts.User) -> User:
    """The public profile of a user."""
    return User(user.id, user.user_name, user.display_name, user.role)


def user_settings_to_wire(current: accounts.UserSettings) -> UserSettings:
    """A user's own choices as they travel."""
    return msgspec.convert(asdict(current), UserSettings)


def instance_to_wire(current: settings.InstanceSettings) -> Instance:
    """The public switches."""
    return Instance(current.name, current.registration_mode, current.voice_enabled)


def read_state_to_wire(state: notifications.ReadState) -> ReadState:
    """How far a user has read, as it travels to them."""
    return ReadState(state.channel_id, state.read_seq, state.last_seq)


def channel_to_wire(channel: channels.Channel) -> Channel:
    """A channel as it travels."""
    return Channel(
        id=channel.id,
        kind=channel.kind,
        name=channel.name,
        slug=channel.slug,
        topic=channel.topic,
        position=channel.position,
        visibility=channel.visibility,
        is_default=channel.is_default,
        write_permission=channel.write_permission,
        user_limit=channel.user_limit,
    )


def message_to_wire(message: messages.Message) -> Message:
    """A message as it travels."""
    return Message(
        id=message.id,
        channel_id=message.channel_id,
        author_id=message.author_id,
        seq=message.seq,
        rev=message.rev,
        nonce=message.nonce,
        text=message.text,
        html=message.html,
        posted_at=to_wire(message.posted_at),
        edited_at=None if message.edited_at is None else to_wire(message.edited_at),
        deleted=message.deleted,
    )
