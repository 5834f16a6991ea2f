"""What a check has found, and how it is printed: one line, never a secret."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal
from urllib.parse import unquote, urlsplit

import msgspec

from cromulent.config import Config

_CHECK_WIDTH = 14
_HIDDEN = "[not shown]"


class Finding(msgspec.Struct, frozen=True):
    """`found` is a sentence on what is; `remedy` one on what to change, where something should be."""

    check: str
    outcome: Literal["ok", "advice", "warning", "failed"]
    found: str
    remedy: str = ""


def ok(check: str, found: str) -> Finding:
    """It is as it should be."""
    return Finding(check, "ok", found)


def advice(check: str, found: str) -> Finding:
    """What to see to, where nothing can be tried."""
    return Finding(check, "advice", found)


def warning(check: str, found: str, remedy: str) -> Finding:
    """It works, and may not for everybody or for long."""
    return Finding(check, "warning", found, remedy)


def failed(check: str, found: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(check, "failed", found, remedy)


def line_of(finding: Finding) -> str:
    """As it is printed."""
    words = " ".join(f"{finding.found} {finding.remedy}".split())
    return f"{finding.outcome:<8} {finding.check:<{_CHECK_WIDTH}} {words}"


def without_secrets(findings: Iterable[Finding], config: Config) -> list[Finding]:
    """The same without any secret of the configuration, whoever put it into a text by mistake."""
    secrets = secrets_of(config)
    return [
        Finding(one.check, one.outcome, _clean(one.found, secrets), _clean(one.remedy, secrets)) for one in findings
    ]


def secrets_of(config: Config) -> Sequence[str]:
    """Every word of the configuration that must not be seen."""
    password = urlsplit(config.database_url).password or ""
    listed = [config.turn.secret, config.turn.credential, config.turn.ice_servers, password, unquote(password)]
    return [secret for secret in listed if secret]


def _clean(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, _HIDDEN)
    return text
