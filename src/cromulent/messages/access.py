"""The gates: on behalf of a user a message is obtained only here, through the channel it is in."""

from __future__ import annotations

from cromulent.accounts import get_user
from cromulent.channels import access_channel, require_writable
from cromulent.db import Connection
from cromulent.kernel.errors import Forbidden, NotFound
from cromulent.messages.model import Message
from cromulent.messages.store import find_message


def access_message(connection: Connection, user_id: str, channel_id: str, message_id: str) -> Message:
    """The message, for a member of its channel. Raises `NotFound`."""
    channel = access_channel(connection, user_id, channel_id)
    message = find_message(connection, channel.id, message_id)
    if message is None:
        raise NotFound
    return message


def access_editable_message(connection: Connection, user_id: str, channel_id: str, message_id: str) -> Message:
    """The message, for its author while they may write in the channel. Raises `NotFound`, `Forbidden`."""
    message = access_message(connection, user_id, channel_id, message_id)
    if message.author_id != user_id:
        raise Forbidden("Only its author edits a message.")
    require_writable(connection, user_id, access_channel(connection, user_id, channel_id))
    return message


def access_deletable_message(connection: Connection, user_id: str, channel_id: str, message_id: str) -> Message:
    """The message, for its author and for administrators. Raises `NotFound`, `Forbidden`.

    What one has said one may take back where one may not write any more, too.
    """
    message = access_message(connection, user_id, channel_id, message_id)
    if message.author_id != user_id and get_user(connection, user_id).role != "administrator":
        raise Forbidden("Only its author and administrators delete a message.")
    return message
