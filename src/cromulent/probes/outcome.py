"""What came of trying one URL, in words for whoever runs the instance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The ways it can end; all but the first are failures."""

    WORKS = "works"
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    REFUSED = "refused"
    FULL = "full"
    SILENT = "silent"
    INVALID = "invalid"


_REMEDIES = {
    Outcome.WORKS: "",
    Outcome.UNREACHABLE: "See that the server at this address runs and that firewalls and routers let this port in.",
    Outcome.UNTRUSTED: "Give it a certificate for this name that is valid now, with its whole chain.",
    Outcome.REFUSED: "Compare the secret (or user name and credential) here and there, and the clocks of both machines.",
    Outcome.FULL: "Raise its quotas, or look who uses it.",
    Outcome.SILENT: "See that the relay's own ports are open and that its external address is the one it is reached at.",
    Outcome.INVALID: "Correct the URL: turn:host:port?transport=udp.",
}


@dataclass(frozen=True, slots=True)
class UrlProbe:
    """One URL tried. `said` is what was seen, as a part of a sentence; `relays` tells TURN from STUN."""

    url: str
    outcome: Outcome
    said: str
    relays: bool = True

    @property
    def works(self) -> bool:
        """Whether it does what it is for."""
        return self.outcome is Outcome.WORKS

    @property
    def remedy(self) -> str:
        """What to do about it; empty where it works."""
        return _REMEDIES[self.outcome]

    @property
    def way(self) -> str:
        """How it is spoken to: UDP, TCP or TLS."""
        if self.url.startswith(("turns:", "stuns:")):
            return "TLS"
        return "TCP" if self.url.endswith("transport=tcp") else "UDP"
