"""Frames that are nearly right: the golden ones, with something done to them."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.protocol.golden import vectors

ODD_VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1,
    2,
    1.5,
    -0.0,
    1e308,
    2**31,
    2**53 - 1,
    2**53,
    -(2**63),
    2**64,
    10**40,
    "",
    " ",
    "x",
    "\x00",
    "\ufeff",
    "\u202e\u0301",
    "😀" * 300,
    "x" * 5000,
    "a=candidate:1 1 udp 1 192.0.2.1 9 typ host",
    "v=0\r\n" * 20,
    "stale",
    "candidates",
    "description",
    "repair_request",
    "disconnected",
    "connected",
    [],
    {},
    [[]],
    [None],
    [{}],
    {"": None},
    {"candidates": [{}]},
    {"candidates": [{"candidate": "", "sdpMid": 0}] * 60},
    {"type": "offer", "sdp": "x" * 33_000},
    {"type": "answer", "sdp": ""},
    {"type": "rollback"},
]
PIECES = [
    "{",
    "}",
    "[",
    "]",
    '"',
    ":",
    ",",
    "\\",
    "\\u",
    "\\ud83d",
    "NaN",
    "1e999",
    "-",
    "\n",
    "\x00",
    "é",
    "null",
    "//",
]


def golden_frames() -> list[str]:
    """What a correct client says."""
    return [vector.text for vector in vectors() if vector.direction == "client"]


class Mutator:
    """Endless frames, the same for the same seed. `known` are values of this instance to put in place of others: ids, tokens."""

    def __init__(self, seed: int, known: dict[str, list[str]]) -> None:
        self._luck = random.Random(seed)
        self._known = known
        frames = golden_frames()
        self._commands = [frame for frame in frames if '"op":"command"' in frame]
        self._golden = frames
        self._changes: list[Callable[[Any], Any]] = [self._odd, self._odd, self._left_out, self._swapped, self._deeper]

    def frames(self) -> Iterator[str]:
        """One after another."""
        while True:
            source = self._golden if self._luck.random() < 0.03 else self._commands
            frame = self._at_home(json.loads(self._luck.choice(source)))
            for _ in range(self._luck.randrange(4)):
                frame = self._changed(frame)
            text = json.dumps(frame, ensure_ascii=self._luck.random() < 0.5)
            yield self._torn(text) if self._luck.random() < 0.05 else text

    def _at_home(self, frame: Any) -> Any:
        """With most ids exchanged for ones that exist, so that commands get far."""
        for holder, key in list(_places(frame)):
            values = self._known.get(str(key))
            if values and self._luck.random() < 0.8:
                holder[key] = self._luck.choice(values)
        return frame

    def _changed(self, frame: Any) -> Any:
        """Changed somewhere, mostly in what a command says: what is wrong with its envelope ends the connection."""
        change = self._luck.choice(self._changes)
        if isinstance(frame, dict) and self._luck.random() < 0.95:
            return {**frame, "d": change(frame.get("d") or {"more": None})}
        return change(frame)

    def _odd(self, frame: Any) -> Any:
        holder, key = self._place(frame)
        if holder is None:
            return self._luck.choice(ODD_VALUES)
        holder[key] = copy.deepcopy(self._luck.choice(ODD_VALUES))
        return frame

    def _left_out(self, frame: Any) -> Any:
        holder, key = self._place(frame)
        if holder is not None:
            del holder[key]
        return frame

    def _swapped(self, frame: Any) -> Any:
        (one, a), (other, b) = self._place(frame), self._place(frame)
        if one is not None and other is not None:
            one[a], other[b] = copy.deepcopy(other[b]), copy.deepcopy(one[a])
        return frame

    def _deeper(self, frame: Any) -> Any:
        holder, key = self._place(frame)
        for _ in range(self._luck.choice((1, 1, 1, 2, 2, 3, 28))):
            frame_or_value = frame if holder is None else holder[key]
            wrapped: Any = [frame_or_value] if self._luck.random() < 0.5 else {"d": frame_or_value}
            if holder is None:
                frame = wrapped
            else:
                holder[key] = wrapped
        return frame

    def _place(self, frame: Any) -> tuple[Any, Any]:
        """Somewhere in the frame: what holds a value, and where in it; rarely the frame itself, which nothing holds."""
        places = list(_places(frame))
        return (None, None) if not places or self._luck.random() < 0.02 else self._luck.choice(places)

    def _torn(self, text: str) -> str:
        """With something done to its characters."""
        at, end = sorted(self._luck.randrange(len(text) + 1) for _ in range(2))
        piece = self._luck.choice(PIECES)
        return self._luck.choice(
            (
                text[:at],
                text[:at] + text[end:],
                text[:at] + piece + text[at:],
                text[:at] + piece + text[at + 1 :],
                text + text[at:end],
                text[:end] + text[at:],
            )
        )


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every member of every object and list in it."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])
