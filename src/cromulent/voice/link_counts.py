"""What pages report of their links, in numbers: repairs and what came of them, reasons, first packets, ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable

from cromulent.kernel.metrics import Histogram, Metric, Sample, by, one
from cromulent.voice.report import PeerReport, Report

FIRST_PACKET_BOUNDS = (1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 30.0)
_WAYS = ("direct", "relay", "none")


class LinkCounts:
    """Each link is counted at both of its ends: what one hears is not what the other hears."""

    def __init__(self) -> None:
        self._begun = 0
        self._ended = Counter[tuple[str, str]]()
        self._reasons = Counter[str]()
        self._first_packet_seconds = Histogram(FIRST_PACKET_BOUNDS)

    def reported(self, before: Report | None, report: Report, new: Container[str]) -> None:
        """A page says how its links are; `before` is what it said last, `new` the peers whose links have begun here.

        What is said first of any other link may have been counted already, before a restart: it is where counting begins.
        """
        for peer in report.peers:
            known = before and before.of(peer.participant_id)
            if known is None and peer.participant_id not in new:
                continue
            self._begun += max(0, peer.repairs - (known.repairs if known else 0))
            if peer.reason is not None and (known is None or known.reason != peer.reason):
                self._reasons[peer.reason] += 1
            if known is not None:
                self._ended.update(_end_of_repair(known, peer))

    def heard_first(self, seconds: float) -> None:
        """Packets of somebody arrive for the first time, so long after both were in the room."""
        self._first_packet_seconds.observe(seconds)

    def metrics(self, reports: Iterable[Report]) -> list[Metric]:
        """The numbers; `reports` are those that hold now."""
        ways = Counter[str](dict.fromkeys(_WAYS, 0))
        ways.update(peer.path or "none" for report in reports for peer in report.peers)
        ended = [
            Sample(count, {"step": step, "outcome": outcome}) for (step, outcome), count in sorted(self._ended.items())
        ]
        return [
            Metric("cromulent_voice_links", "gauge", "Ends of links now, by their way.", by("path", ways)),
            Metric("cromulent_voice_repairs_begun_total", "counter", "Repairs that pages began.", one(self._begun)),
            Metric(
                "cromulent_voice_repairs_ended_total",
                "counter",
                "Repairs, by the last step and what came of them.",
                ended,
            ),
            Metric(
                "cromulent_voice_failure_reasons_total",
                "counter",
                "Reasons links had for not working.",
                by("reason", self._reasons),
            ),
            Metric(
                "cromulent_voice_first_packet_seconds",
                "histogram",
                "From both being in the room until packets arrive.",
                self._first_packet_seconds.samples(),
            ),
        ]


def _end_of_repair(before: PeerReport, now: PeerReport) -> list[tuple[str, str]]:
    if before.link == now.link:
        return []
    if now.link == "failed":
        return [(before.step or "none", "failed")]
    if now.link == "ok" and before.link in ("repairing", "failed"):
        return [(now.step or before.step or "none", "mended")]
    return []
