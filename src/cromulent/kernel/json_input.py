"""What JSON a stranger may send: bounded depth, no NaN, no duplicate keys, no lone surrogates.

Everything else is an input error, never a crash.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NoReturn

from cromulent.kernel.errors import InvalidInput

MAX_DEPTH = 32
_SURROGATE_ESCAPES = ("\\ud", "\\uD")


def check_json(text: str) -> None:
    """Raise `InvalidInput` (`malformed_json`) unless `text` is one JSON value that is safe to decode further."""
    if _deeper_than(text, MAX_DEPTH):
        raise InvalidInput(f"JSON may be nested {MAX_DEPTH} levels deep.", code="malformed_json")
    try:
        value: object = _DECODER.decode(text)
    except RecursionError:
        raise InvalidInput("The JSON is nested too deeply.", code="malformed_json") from None
    except ValueError as error:
        raise InvalidInput("The body is not valid JSON.", code="malformed_json") from error
    if any(escape in text for escape in _SURROGATE_ESCAPES):
        _refuse_lone_surrogates(value)


def _deeper_than(text: str, limit: int) -> bool:
    """Count brackets outside strings; a cheap upper bound first spares nearly every input the walk."""
    if text.count("[") + text.count("{") <= limit:
        return False
    depth, in_string, escaped = 0, False, False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            if depth > limit:
                return True
        elif character in "]}":
            depth -= 1
    return False


def _object_of(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _refuse_lone_surrogates(value: object) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InvalidInput("The text holds half of a character.", code="malformed_json") from None


_DECODER = json.JSONDecoder(object_pairs_hook=_object_of, parse_constant=_refuse_constant)
