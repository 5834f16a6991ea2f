"""Taking addresses out of signals, for those who go through the relay only. Nothing here judges; it reads SDP (RFC 8839) and cuts."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from cromulent.voice.model import Candidate, Candidates, Description, SignalBody

_RELAYED = re.compile(r"candidate:\S+ \d+ \S+ \d+ \S+ \d+ typ relay(?= |$)", re.IGNORECASE)
_RELATED = re.compile(r" raddr \S+ rport \S+", re.IGNORECASE)
_NO_RELATED = " raddr 0.0.0.0 rport 0"
"""What a browser writes that hides where it reaches the relay from."""
_CANDIDATE_LINE = re.compile(r"^a=(candidate:[^\r\n]*)(\r?\n|$)", re.IGNORECASE | re.MULTILINE)
_DEFAULTS = (
    (re.compile(r"^(m=\w+ )[1-9][0-9]*", re.MULTILINE), r"\g<1>9"),
    (re.compile(r"^c=IN IP[46] [^\r\n]*", re.MULTILINE), "c=IN IP4 0.0.0.0"),
    (re.compile(r"^a=rtcp:[0-9]+ [^\r\n]*", re.MULTILINE), "a=rtcp:9 IN IP4 0.0.0.0"),
)
"""Lines that repeat the address of the default candidate, and what they say before there is one (RFC 8840)."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What is left of a signal, None when nothing is, and how many candidates were taken out."""

    body: SignalBody | None
    candidates: int


def without_addresses(body: SignalBody) -> Cut:
    """What may be told of who hides: relayed candidates, without where the relay is reached from."""
    cut = relayed_only(body)
    if isinstance(cut.body, Candidates):
        hidden = tuple(replace(one, candidate=_unrelated(one.candidate)) for one in cut.body.candidates)
        return replace(cut, body=Candidates(hidden))
    if isinstance(cut.body, Description):
        sdp = _CANDIDATE_LINE.sub(lambda line: f"a={_unrelated(line[1])}{line[2]}", cut.body.sdp)
        for pattern, nothing in _DEFAULTS:
            sdp = pattern.sub(nothing, sdp)
        return replace(cut, body=replace(cut.body, sdp=sdp))
    return cut


def relayed_only(body: SignalBody) -> Cut:
    """What may be told to who hides: other paths than through relays are none of theirs."""
    if isinstance(body, Candidates):
        kept = tuple(one for one in body.candidates if _may_pass(one))
        return Cut(Candidates(kept) if kept else None, len(body.candidates) - len(kept))
    if isinstance(body, Description):
        lines = [line[1] for line in _CANDIDATE_LINE.finditer(body.sdp)]
        sdp = _CANDIDATE_LINE.sub(lambda line: line[0] if _RELAYED.match(line[1]) else "", body.sdp)
        return Cut(replace(body, sdp=sdp), sum(1 for line in lines if not _RELAYED.match(line)))
    return Cut(body, 0)


def _may_pass(candidate: Candidate) -> bool:
    """Relayed, or the empty one that says there are no more."""
    return candidate.candidate == "" or _RELAYED.match(candidate.candidate) is not None


def _unrelated(candidate: str) -> str:
    return _RELATED.sub(_NO_RELATED, candidate)
