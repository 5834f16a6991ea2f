"""The base of what a client sends."""

from __future__ import annotations

from typing import TypeVar

import msgspec

T = TypeVar("T")


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The JSON object of a request. Unknown members are refused, so that a typing mistake is not taken for silence."""


class Nothing(Body, frozen=True):
    """An empty object."""


def given(value: T | msgspec.UnsetType) -> T | None:
    """None for a member of a body that was left out; null is not the same, and refused."""
    return None if isinstance(value, msgspec.UnsetType) else value
