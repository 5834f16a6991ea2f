"""Who a user is, what names, addresses and passwords may be, and what a login stands for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from cromulent.accounts.common_passwords import is_common
from cromulent.kernel.errors import InvalidInput
from cromulent.kernel.visible_text import visible_line

Role = Literal["administrator", "member"]

RESET_LINK_LIFE = timedelta(hours=24)
"""How long a link to set a password anew is good, unless it is used before."""
LOGIN_SESSION_LIFE = timedelta(days=60)
"""How long a login lasts without being used; each use makes it last that long again."""
SLIDE_AFTER = timedelta(hours=1)
"""A login session's expiry is moved at most so often, to spare the database."""
MAX_LOGIN_SESSIONS = 50
"""Logins a user may hold at once; the next one ends the one unused for longest."""
MAX_DEVICE_LENGTH = 80
MAX_EMAIL_LENGTH = 160
MAX_DISPLAY_NAME_LENGTH = 40
PASSWORD_LENGTHS = (12, 128)

_USER_NAME = re.compile(r"[A-Za-z0-9_-]{2,40}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class User:
    """A person with an identity on this instance."""

    id: str
    user_name: str
    display_name: str
    role: Role
    email: str | None
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking, by which login."""

    user: User
    login_session_id: str
    device: str


@dataclass(frozen=True, slots=True)
class LoginSession:
    """What a cookie or a token stands for."""

    id: str
    user_id: str
    device: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A fresh login. The token is told once, to the client, and kept nowhere."""

    user: User
    login_session_id: str
    token: str


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What somebody wants to be, checked: make it with `checked_account`."""

    user_name: str
    display_name: str
    email: str | None
    password: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a login comes from: the device as a person would call it, the network address, and the mark of a known browser."""

    device: str
    address: str
    mark: str = ""


def checked_account(user_name: str, email: str | None, password: str, display_name: str | None = None) -> NewAccount:
    """The account as it will be stored; without a display name it is the user name. Raises `InvalidInput`, naming the `field`."""
    return NewAccount(
        user_name=checked_user_name(user_name),
        display_name=checked_display_name(user_name if display_name is None else display_name),
        email=checked_email(email),
        password=checked_password(password, user_name),
    )


def checked_user_name(text: str) -> str:
    """2–40 of `A–Z a–z 0–9 _ -`. Raises `InvalidInput` (`invalid_user_name`)."""
    if not _USER_NAME.fullmatch(text):
        raise _invalid("user_name", "A user name has 2 to 40 characters: letters (A–Z), digits, _ and -.")
    return text


def checked_display_name(text: str) -> str:
    """1–40 visible characters, runs of blanks made one. Raises `InvalidInput` (`invalid_display_name`)."""
    line = visible_line(text, 1, MAX_DISPLAY_NAME_LENGTH)
    if line is None:
        raise _invalid("display_name", f"A display name has 1 to {MAX_DISPLAY_NAME_LENGTH} visible characters.")
    return line


def checked_email(text: str | None) -> str | None:
    """An address, or None for none or an empty one. Raises `InvalidInput` (`invalid_email`)."""
    address = (text or "").strip()
    if not address:
        return None
    if len(address) > MAX_EMAIL_LENGTH or not address.isprintable() or not _EMAIL.fullmatch(address):
        raise _invalid("email", f"That is not an e-mail address of at most {MAX_EMAIL_LENGTH} characters.")
    return address


def checked_password(text: str, user_name: str) -> str:
    """12–128 characters that are not among the first anybody would try. Raises `InvalidInput` (`invalid_password`, `common_password`)."""
    shortest, longest = PASSWORD_LENGTHS
    if not shortest <= len(text) <= longest or any(unicodedata.category(character) == "Cs" for character in text):
        raise _invalid("password", f"A password has {shortest} to {longest} characters.")
    if is_common(text, user_name):
        raise InvalidInput(
            "This password is among the first ones anybody would try. Please choose another.",
            code="common_password",
            detail={"field": "password"},
        )
    return text


def checked_device(text: str) -> str:
    """What a device is called: one printable line of at most 80 characters, never empty."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return line[:MAX_DEVICE_LENGTH].strip() or "Unknown device"


def folded(text: str) -> str:
    """The form in which names and addresses are compared: without regard to case."""
    return unicodedata.normalize("NFC", text).casefold()


def _invalid(field: str, message: str) -> InvalidInput:
    return InvalidInput(message, code=f"invalid_{field}", detail={"field": field})
