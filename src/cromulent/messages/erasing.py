"""What becomes of the messages of a channel that is deleted."""

from __future__ import annotations

from cromulent.channels import ChannelDeleted
from cromulent.db import Unit
from cromulent.kernel.facts import Fact
from cromulent.messages import store


def erase_messages(unit: Unit, fact: Fact) -> None:
    """The reaction to `ChannelDeleted`, inside its unit: nothing that was written there stays."""
    if not isinstance(fact, ChannelDeleted):
        raise TypeError(f"erase_messages reacts to ChannelDeleted, not to {type(fact).__name__}")
    store.delete_messages(unit.connection, fact.channel.id)
