"""The base of what a client sends."""

from __future__ import annotations

import msgspec


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The JSON object of a request. Unknown members are refused, so that a typing mistake is not taken for silence."""
