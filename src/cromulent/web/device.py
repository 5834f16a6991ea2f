"""What to call the device a login comes from, in the words of its owner: "Firefox on Linux"."""

from __future__ import annotations

_PROGRAMS = (
    ("CromulentDesktop", "Cromulent"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("HeadlessChrome", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("CriOS", "Chrome"),
    ("Safari/", "Safari"),
)
"""In this order: each browser also names those it wants to be taken for."""
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_UNKNOWN = "Unknown device"


def device_of(user_agent: str) -> str:
    """A label for a `User-Agent`; for programs that are no browser their own name up to the first slash."""
    system = _first(_SYSTEMS, user_agent)
    program = _first(_PROGRAMS, user_agent)
    if program and system:
        return f"{program} on {system}"
    return program or system or user_agent.partition("/")[0].strip() or _UNKNOWN


def _first(table: tuple[tuple[str, str], ...], user_agent: str) -> str | None:
    return next((name for mark, name in table if mark in user_agent), None)
