"""What can be wrong with writing a message, beyond the kinds everybody knows."""

from __future__ import annotations

from cromulent.kernel.errors import Conflict, InvalidInput


class NonceReused(InvalidInput):
    """The author has used this nonce for another message; a retry repeats the request as it was."""

    code = "nonce_reused"
    message = "This nonce belongs to another message of yours."


class NotTextChannel(Conflict):
    """Voice channels hold no messages."""

    code = "not_text_channel"
    message = "Nothing can be written in a voice channel."


class AlreadyDeleted(Conflict):
    """What was deleted stays so."""

    code = "message_deleted"
    message = "This message was deleted."
