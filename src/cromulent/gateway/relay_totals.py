"""What the relays of this server have done together, as the last of them says and the dead ones said."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

from cromulent.kernel.metrics import Metric, by, one
from cromulent.relay import RelayCounts, Report

_NOTHING = Report(0, RelayCounts())


class RelayTotals:
    """Is told when a relay starts and what each says; `reports` is how often this one has said something."""

    def __init__(self) -> None:
        self.reports = 0
        self._starts = 0
        self._past = Counter[str]()
        self._last = _NOTHING

    def began(self) -> None:
        """Another relay answers now; what the one before did stays counted."""
        self._past.update(asdict(self._last.counts))
        self._last = _NOTHING
        self._starts += 1
        self.reports = 0

    def ended(self) -> None:
        """The relay is gone, and what it held."""
        self._last = Report(0, self._last.counts)

    def heard(self, report: Report) -> None:
        """The relay has said what it has done since its start."""
        self._last = report
        self.reports += 1

    def metrics(self, *, up: bool) -> list[Metric]:
        """All numbers; `up` is whether a relay answers."""
        sums = self._past + Counter(asdict(self._last.counts))
        return [
            Metric("cromulent_relay_up", "gauge", "1 while the built-in relay answers.", one(up)),
            Metric("cromulent_relay_starts_total", "counter", "Starts of its process.", one(self._starts)),
            Metric("cromulent_relay_allocations", "gauge", "Allocations now.", one(self._last.allocations)),
            Metric(
                "cromulent_relay_requests_total",
                "counter",
                "Requests, by what became of them.",
                by("outcome", _some(sums, "granted", "refused", "withheld")),
            ),
            Metric(
                "cromulent_relay_packets_total",
                "counter",
                "Packets between clients, by what became of them.",
                by("outcome", _some(sums, "delivered", "dropped")),
            ),
            Metric("cromulent_relay_bytes_total", "counter", "Bytes delivered.", one(sums["delivered_bytes"])),
            Metric("cromulent_relay_late_total", "counter", "Dropped behind too much on a line.", one(sums["late"])),
            Metric("cromulent_relay_displaced_total", "counter", "Given up for newer ones.", one(sums["displaced"])),
        ]


def _some(sums: Counter[str], *names: str) -> Counter[str]:
    return Counter({name: sums[name] for name in names})
