"""Facts: what has happened, in the past tense. Each domain package defines its own as frozen dataclasses."""

from __future__ import annotations


class Fact:
    """The base of every fact a unit records. Facts carry values, never rows, connections or requests."""

    __slots__ = ()
