"""Every rule of the verdict, once where it applies, and the table as a whole."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from cromulent.voice import RULES, Participant, PeerReport, Report
from cromulent.voice import Connection as State
from cromulent.voice.report import LinkReason, Microphone
from cromulent.voice.verdict import End, Pair, Standing, judge, pairs_of

WELL = PeerReport("other", "ok", 50, 50, round_trip_ms=30, jitter_ms=3, path="direct")
DEAD = replace(WELL, link="failed", received_per_second=0, step="fail")
SILENT = replace(WELL, link="unstable", received_per_second=0)
REPORT = Report("live", "playing", transmitting=False, level_dbfs=None, peers=())
PERSON = Participant(
    "one", "user", "Firefox", muted=False, deafened=False, sends_audio=True, connection=State.CONNECTED
)
ALONE = Standing(others=3, hears=0, heard_by=0)


@dataclass(frozen=True)
class Case:
    """A rule and the simplest pair it explains."""

    code: str
    side: str
    speaker: End
    listener: End


def end(
    seen: PeerReport | None = WELL,
    report: Report | None = REPORT,
    participant: Participant = PERSON,
    standing: Standing | None = None,
) -> End:
    """One end of a pair, well unless told otherwise."""
    return End(participant, report, seen, standing or Standing(others=3, hears=3, heard_by=3))


def because(reason: LinkReason) -> End:
    """An end whose link has failed for a reason."""
    return end(replace(DEAD, sent_per_second=0, reason=reason))


def microphone(state: Microphone) -> End:
    """A speaker whose microphone is like this."""
    return end(report=replace(REPORT, microphone=state))


RELAYED = replace(WELL, path="relay", relay_protocol="tcp")
LOSSY = replace(WELL, loss_percent=20)
QUIET = replace(REPORT, transmitting=True, level_dbfs=-70)

CASES = [
    Case("away", "speaker", replace(end(DEAD), away=True), end(DEAD)),
    Case("away", "listener", end(DEAD), replace(end(DEAD), away=True)),
    Case("page_asleep", "speaker", end(None, None), end(SILENT)),
    Case("page_asleep", "listener", end(SILENT), end(None, None)),
    Case("playback_blocked", "listener", end(), end(report=replace(REPORT, playback="blocked"))),
    Case("mic_denied", "speaker", microphone("denied"), end()),
    Case("mic_insecure", "speaker", microphone("insecure"), end()),
    Case("mic_missing", "speaker", microphone("missing"), end()),
    Case("mic_busy", "speaker", microphone("busy"), end()),
    Case("mic_opening", "speaker", microphone("opening"), end()),
    Case("relay_auth", "instance", because("relay_auth"), end(DEAD)),
    Case("udp_blocked", "network", because("udp_blocked"), because("udp_blocked")),
    Case("udp_blocked", "speaker", because("udp_blocked"), because("nat_no_relay")),
    Case("udp_blocked", "listener", because("nat_no_relay"), because("udp_blocked")),
    Case("relay_closed", "instance", because("relay_unreachable"), because("relay_unreachable")),
    Case("relay_unreachable", "speaker", because("relay_unreachable"), because("no_path")),
    Case("relay_unreachable", "listener", because("no_path"), because("relay_unreachable")),
    Case("relay_mute", "instance", because("no_path"), because("no_path")),
    Case("nat_no_relay", "instance", because("nat_no_relay"), end(DEAD)),
    Case("hears_nobody", "listener", end(DEAD), end(DEAD, standing=ALONE)),
    Case("heard_by_nobody", "speaker", end(DEAD, standing=ALONE), end(DEAD)),
    Case("signals_lost", "instance", because("no_answer"), because("no_answer")),
    Case("no_answer", "speaker", end(DEAD), because("no_answer")),
    Case("no_answer", "listener", because("no_answer"), end(DEAD)),
    Case("mic_off", "speaker", microphone("off"), end(SILENT)),
    Case("listens_only", "speaker", end(participant=replace(PERSON, sends_audio=False)), end(SILENT)),
    Case("not_sending", "speaker", end(replace(WELL, sent_per_second=0)), end(SILENT)),
    Case("one_way", "network", end(), end(SILENT)),
    Case("no_media", "network", end(SILENT), end(replace(SILENT, reason="no_media"))),
    Case("trying_relay", "network", end(DEAD), end(replace(DEAD, link="repairing", step="rebuild_relay"))),
    Case("repairing", "network", end(DEAD), end(replace(DEAD, link="repairing", step="restart"))),
    Case("connecting", "network", end(DEAD), end(replace(DEAD, link="connecting", step=None))),
    Case("deafened", "listener", end(), end(participant=replace(PERSON, deafened=True))),
    Case("muted_by_administrator", "speaker", end(participant=replace(PERSON, muted_by_administrator=True)), end()),
    Case("muted", "speaker", end(participant=replace(PERSON, muted=True)), end()),
    Case("mic_silent", "speaker", microphone("silent"), end()),
    Case("mic_quiet", "speaker", end(report=QUIET), end()),
    Case("loses_packets", "listener", end(), end(LOSSY, standing=Standing(3, 3, 3, loses_from=2))),
    Case("loses_packets", "speaker", end(standing=Standing(3, 3, 3, loses_to=2)), end(LOSSY)),
    Case("loses_packets", "network", end(), end(LOSSY)),
    Case("computer_busy", "speaker", end(), end(replace(WELL, received_per_second=20))),
    Case("slow", "network", end(), end(replace(WELL, round_trip_ms=450))),
    Case("uneven", "network", end(), end(replace(WELL, jitter_ms=70))),
    Case("relay_over_tcp", "listener", end(), end(RELAYED)),
    Case("relay_over_tcp", "speaker", end(RELAYED), end()),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code} of {case.side}")
def test_a_rule_explains_its_pair(case: Case) -> None:
    rule = judge(Pair(case.speaker, case.listener))
    assert rule is not None
    assert (rule.code, rule.side) == (case.code, case.side)


def test_every_rule_is_tried() -> None:
    assert [(rule.code, rule.side) for rule in RULES] == [(case.code, case.side) for case in CASES]


def test_a_pair_that_is_well_is_left_alone() -> None:
    assert judge(Pair(end(), end())) is None


def test_a_link_that_has_just_come_has_no_rate_yet_and_accuses_nobody() -> None:
    connecting = judge(Pair(end(), end(replace(SILENT, link="connecting"))))
    assert connecting is not None
    assert connecting.code == "connecting"
    assert judge(Pair(end(), end(replace(SILENT, link="ok")))) is None
    assert judge(Pair(end(replace(WELL, sent_per_second=0)), end(replace(SILENT, link="ok")))) is None


def test_whoever_reaches_the_relay_alone_blames_nobody() -> None:
    assert judge(Pair(because("no_path"), end(DEAD))) is None
    assert judge(Pair(end(DEAD), because("no_path"))) is None


def test_reports_that_stay_away_accuse_a_page_only_if_it_says_nothing_itself() -> None:
    unheard = end(replace(WELL, reason="not_heard"))
    asleep = judge(Pair(unheard, end(None, None)))
    assert asleep is not None
    assert (asleep.code, asleep.side) == ("page_asleep", "listener")
    assert judge(Pair(unheard, end())) is None


def test_pages_that_report_nothing_are_accused_of_nothing() -> None:
    silent = end(None, None)
    assert judge(Pair(silent, silent)) is None


@pytest.mark.parametrize(
    "report",
    [replace(QUIET, level_dbfs=-30), replace(QUIET, level_dbfs=None), replace(QUIET, transmitting=False)],
)
def test_a_microphone_is_quiet_only_while_it_transmits(report: Report) -> None:
    assert judge(Pair(end(report=report), end())) is None


def test_somebody_is_alone_only_where_others_hear_each_other_too() -> None:
    two = Standing(others=1)
    verdict = judge(Pair(end(DEAD, standing=two), end(DEAD, standing=two)))
    assert verdict is None or verdict.code not in ("hears_nobody", "heard_by_nobody")


def test_the_matrix_counts_whom_somebody_hears_and_loses() -> None:
    people = [replace(PERSON, id=one) for one in ("a", "b", "c")]
    of = {
        "a": PeerReport("a", "ok", 50, 50),
        "b": PeerReport("b", "unstable", 0, 50),
        "c": PeerReport("c", "ok", 50, 50, loss_percent=30),
    }
    reports = {one: replace(REPORT, peers=tuple(peer for key, peer in of.items() if key != one)) for one in of}
    pairs = {(pair.speaker.participant.id, pair.listener.participant.id): pair for pair in pairs_of(people, reports)}
    assert len(pairs) == 6
    assert (pairs["b", "a"].arrives, pairs["a", "b"].arrives) == (False, True)
    assert pairs["a", "b"].speaker.standing == Standing(others=2, hears=1, heard_by=2, loses_from=1, loses_to=0)
    assert pairs["b", "a"].speaker.standing == Standing(others=2, hears=2, heard_by=0, loses_from=1, loses_to=0)
    assert pairs["c", "a"].speaker.standing == Standing(others=2, hears=1, heard_by=2, loses_from=0, loses_to=2)
