"""Counted things as Prometheus reads them."""

from __future__ import annotations

from collections import Counter

from cromulent.kernel.metrics import Histogram, Metric, Sample, by, exposition, one


def test_a_counter_by_label_and_a_gauge() -> None:
    leaves = Metric("leaves_total", "counter", "Departures.", by("reason", Counter({"lost": 2, "left": 1})))
    up = Metric("up", "gauge", "1 while it answers.", one(True))
    assert exposition([leaves, up]).splitlines() == [
        "# HELP leaves_total Departures.",
        "# TYPE leaves_total counter",
        'leaves_total{reason="left"} 1',
        'leaves_total{reason="lost"} 2',
        "# HELP up 1 while it answers.",
        "# TYPE up gauge",
        "up 1",
    ]


def test_a_label_cannot_break_out_of_its_line() -> None:
    text = exposition([Metric("x", "gauge", "X.", [Sample(1.5, {"name": 'a"b\\c\nd'})])])
    assert text.splitlines()[2] == r'x{name="a\"b\\c\nd"} 1.5'


def test_a_histogram_counts_each_value_in_every_bucket_it_fits() -> None:
    histogram = Histogram((0.5, 2.0))
    for value in (0.25, 0.5, 1.0, 9.0):
        histogram.observe(value)
    assert exposition([Metric("s", "histogram", "S.", histogram.samples())]).splitlines()[2:] == [
        's_bucket{le="0.5"} 2',
        's_bucket{le="2"} 3',
        's_bucket{le="+Inf"} 4',
        "s_sum 10.75",
        "s_count 4",
    ]
