"""What happens to messages."""

from __future__ import annotations

from dataclasses import dataclass

from cromulent.kernel.facts import Fact
from cromulent.messages.model import Message


@dataclass(frozen=True, slots=True)
class MessagePosted(Fact):
    """A message was posted. Heard by the members of its channel."""

    message: Message
