"""What happens to messages."""

from __future__ import annotations

from dataclasses import dataclass

from cromulent.kernel.facts import Fact
from cromulent.messages.model import Message


@dataclass(frozen=True, slots=True)
class MessagePosted(Fact):
    """A message was posted. Heard by the members of its channel."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessageEdited(Fact):
    """A message has another text. Heard by the members of its channel."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessageDeleted(Fact):
    """A message was deleted, by its author or by an administrator: `actor_id`. `message` is what is left of it.

    Heard by the members of its channel; who did it is not told to them.
    """

    message: Message
    actor_id: str
