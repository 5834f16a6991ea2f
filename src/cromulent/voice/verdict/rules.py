"""The rule table of the verdict: why one person does not hear another, or not well. The first rule that applies is the verdict.

`docs/voice.md` says what each means and what to do about it; the client has the sentences.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cromulent.voice.report import RelayProtocol
from cromulent.voice.verdict.pair import LOSSY_PERCENT, End, Pair

Fault = Literal["speaker", "listener", "network", "instance"]

QUIET_DBFS = -55
"""Speech at a proper distance is some 30 dB louder."""
SLOW_MS = 400
"""One way half of it: from there on people fall into each other's words (ITU-T G.114)."""
UNEVEN_MS = 60
"""More than a jitter buffer takes without being heard."""
FEW_PER_SECOND = 25
"""Browsers send 50 packets of Opus a second."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A verdict and when it is passed. `side` is whose it is to mend."""

    code: str
    side: Fault
    applies: Callable[[Pair], bool]


def _microphone(state: str) -> Callable[[Pair], bool]:
    return lambda pair: pair.speaker.report is not None and pair.speaker.report.microphone == state


def _unreachable(pair: Pair) -> bool:
    return not pair.arrives and not pair.speaker.receives


def _both_say(pair: Pair, reason: Literal["relay_unreachable", "no_answer", "no_path", "udp_blocked"]) -> bool:
    return pair.speaker.says(reason) and pair.listener.says(reason)


def _one_says(pair: Pair, reason: Literal["relay_auth", "nat_no_relay"]) -> bool:
    return pair.speaker.says(reason) or pair.listener.says(reason)


def _plays_nothing(pair: Pair) -> bool:
    return pair.listener.report is not None and pair.listener.report.playback == "blocked"


def _sleeps(end: End, other: End) -> bool:
    """Its page says nothing, and the other has lost its sound."""
    return end.report is None and other.seen is not None and (not other.receives or other.says("not_heard"))


def _relays_by(end: End, *protocols: RelayProtocol) -> bool:
    return end.seen is not None and end.seen.path == "relay" and end.seen.relay_protocol in protocols


def _is_being(pair: Pair, state: Literal["connecting", "repairing"]) -> bool:
    return not pair.arrives and any(
        end.seen is not None and end.seen.link == state for end in (pair.listener, pair.speaker)
    )


def _is_rebuilt_by_relay(pair: Pair) -> bool:
    ends = (pair.listener, pair.speaker)
    return not pair.arrives and any(end.seen is not None and end.seen.step == "rebuild_relay" for end in ends)


def _hears_nobody(end: End) -> bool:
    return end.report is not None and end.standing.others >= 2 and end.standing.hears == 0


def _heard_by_nobody(end: End) -> bool:
    return end.report is not None and end.standing.others >= 2 and end.standing.heard_by == 0


def _loses(pair: Pair) -> bool:
    return pair.listener.seen is not None and pair.listener.seen.loss_percent >= LOSSY_PERCENT


def _transmits_below(pair: Pair, dbfs: int) -> bool:
    report = pair.speaker.report
    return report is not None and report.transmitting and report.level_dbfs is not None and report.level_dbfs < dbfs


def _path_stands(pair: Pair) -> bool:
    """The listener has no sound though the two are connected."""
    return not pair.arrives and (
        (pair.speaker.receives and pair.listener.misses)
        or pair.listener.says("no_media")
        or pair.speaker.says("not_heard")
    )


def _sends_nothing(end: End) -> bool:
    return end.seen is not None and not end.sends


def _round_trip(pair: Pair) -> int:
    return (pair.listener.seen and pair.listener.seen.round_trip_ms) or 0


def _jitter(pair: Pair) -> int:
    return (pair.listener.seen and pair.listener.seen.jitter_ms) or 0


def _arrives_thinly(pair: Pair) -> bool:
    seen = pair.listener.seen
    return seen is not None and seen.link == "ok" and 0 < seen.received_per_second < FEW_PER_SECOND


RULES: tuple[Rule, ...] = (
    # who is not there
    Rule("away", "speaker", lambda pair: pair.speaker.away and not pair.arrives),
    Rule("away", "listener", lambda pair: pair.listener.away and not pair.arrives),
    Rule("page_asleep", "speaker", lambda pair: not pair.arrives and _sleeps(pair.speaker, pair.listener)),
    Rule("page_asleep", "listener", lambda pair: _sleeps(pair.listener, pair.speaker)),
    # the two ends of the sound, whatever lies between
    Rule("playback_blocked", "listener", _plays_nothing),
    Rule("mic_denied", "speaker", _microphone("denied")),
    Rule("mic_insecure", "speaker", _microphone("insecure")),
    Rule("mic_missing", "speaker", _microphone("missing")),
    Rule("mic_busy", "speaker", _microphone("busy")),
    Rule("mic_opening", "speaker", _microphone("opening")),
    # no path between them, from what is certain to what is left
    Rule("relay_auth", "instance", lambda pair: _unreachable(pair) and _one_says(pair, "relay_auth")),
    Rule("udp_blocked", "network", lambda pair: _unreachable(pair) and _both_say(pair, "udp_blocked")),
    Rule("udp_blocked", "speaker", lambda pair: _unreachable(pair) and pair.speaker.says("udp_blocked")),
    Rule("udp_blocked", "listener", lambda pair: _unreachable(pair) and pair.listener.says("udp_blocked")),
    Rule("relay_closed", "instance", lambda pair: _unreachable(pair) and _both_say(pair, "relay_unreachable")),
    Rule("relay_unreachable", "speaker", lambda pair: _unreachable(pair) and pair.speaker.says("relay_unreachable")),
    Rule("relay_unreachable", "listener", lambda pair: _unreachable(pair) and pair.listener.says("relay_unreachable")),
    Rule("relay_mute", "instance", lambda pair: _unreachable(pair) and _both_say(pair, "no_path")),
    Rule("nat_no_relay", "instance", lambda pair: _unreachable(pair) and _one_says(pair, "nat_no_relay")),
    Rule("hears_nobody", "listener", lambda pair: not pair.arrives and _hears_nobody(pair.listener)),
    Rule("heard_by_nobody", "speaker", lambda pair: not pair.arrives and _heard_by_nobody(pair.speaker)),
    Rule("signals_lost", "instance", lambda pair: _unreachable(pair) and _both_say(pair, "no_answer")),
    Rule("no_answer", "speaker", lambda pair: _unreachable(pair) and pair.listener.says("no_answer")),
    Rule("no_answer", "listener", lambda pair: _unreachable(pair) and pair.speaker.says("no_answer")),
    # a path, and no sound on it
    Rule("mic_off", "speaker", lambda pair: _microphone("off")(pair) and not pair.arrives),
    Rule("listens_only", "speaker", lambda pair: not pair.speaker.participant.sends_audio and not pair.arrives),
    Rule("not_sending", "speaker", lambda pair: _path_stands(pair) and _sends_nothing(pair.speaker)),
    Rule("one_way", "network", lambda pair: _path_stands(pair) and pair.speaker.sends and pair.speaker.receives),
    Rule("no_media", "network", lambda pair: _path_stands(pair) and pair.listener.says("no_media")),
    # being worked on
    Rule("trying_relay", "network", _is_rebuilt_by_relay),
    Rule("repairing", "network", lambda pair: _is_being(pair, "repairing")),
    Rule("connecting", "network", lambda pair: _is_being(pair, "connecting")),
    # sound that comes, and cannot be heard or is meant not to be
    Rule("deafened", "listener", lambda pair: pair.listener.participant.deafened),
    Rule("muted_by_administrator", "speaker", lambda pair: pair.speaker.participant.muted_by_administrator),
    Rule("muted", "speaker", lambda pair: pair.speaker.participant.muted),
    Rule("mic_silent", "speaker", _microphone("silent")),
    Rule("mic_quiet", "speaker", lambda pair: _transmits_below(pair, QUIET_DBFS)),
    # sound that comes badly
    Rule("loses_packets", "listener", lambda pair: _loses(pair) and pair.listener.standing.loses_from >= 2),
    Rule("loses_packets", "speaker", lambda pair: _loses(pair) and pair.speaker.standing.loses_to >= 2),
    Rule("loses_packets", "network", _loses),
    Rule("computer_busy", "speaker", _arrives_thinly),
    Rule("slow", "network", lambda pair: _round_trip(pair) >= SLOW_MS),
    Rule("uneven", "network", lambda pair: _jitter(pair) >= UNEVEN_MS),
    # well, in a way worth knowing
    Rule("relay_over_tcp", "listener", lambda pair: _relays_by(pair.listener, "tcp", "tls")),
    Rule("relay_over_tcp", "speaker", lambda pair: _relays_by(pair.speaker, "tcp", "tls")),
)  # fmt: skip


def judge(pair: Pair) -> Rule | None:
    """The rule that explains the pair; None when there is nothing to explain."""
    return next((rule for rule in RULES if rule.applies(pair)), None)
