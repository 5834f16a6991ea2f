"""Passwords that everybody tries first: long enough to be allowed, and still worth nothing."""

from __future__ import annotations

_WORDS = (
    "abc admin administrator adminadmin asdf baseball batman changeme computer cromulent default dragon football "
    "freedom geheim guest hello iloveyou internet letmein login love lovely magic master minecraft monkey mustang "
    "mypassword passphrase passw0rd passwd password password1 passwort pokemon princess qazwsx qwerty qwertyuiop "
    "qwertz qwertzuiop root secret shadow starwars sunshine superman trustno1 test user welcome whatever zaq12wsx"
)
_COMMON = frozenset(_WORDS.split())
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "1234567890" * 2,
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "1q2w3e4r5t6y7u8i9o0p",
)
_ORNAMENTS = "0123456789!?.,;:#*+-_@$%&/()= "
_LONGEST_UNIT = 6


def is_common(password: str, user_name: str) -> bool:
    """True for a known word with ornaments, a run of keys, something short repeated, or the user's own name."""
    text = password.casefold()
    bare = text.strip(_ORNAMENTS)
    if not bare:
        return _is_repeated(text) or _is_run(text)
    core = {text, bare, _unit_of(bare)}
    known = _COMMON | {user_name.casefold(), user_name.casefold().strip(_ORNAMENTS)}
    return bool(core & known) or _is_repeated(text) or _is_run(text) or _is_run(bare)


def _is_run(text: str) -> bool:
    return any(text in run or text[::-1] in run for run in _RUNS)


def _is_repeated(text: str) -> bool:
    return len(_unit_of(text)) <= _LONGEST_UNIT


def _unit_of(text: str) -> str:
    """The shortest piece `text` consists of when it is repeated, the last time perhaps cut short."""
    for length in range(1, len(text) + 1):
        if (text[:length] * (len(text) // length + 1)).startswith(text):
            return text[:length]
    return text
