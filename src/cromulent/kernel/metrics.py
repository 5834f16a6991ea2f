"""What is counted, and Prometheus' text format of it (version 0.0.4)."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Sample:
    """One number. `suffix` is for the parts of a histogram."""

    value: float
    labels: Mapping[str, str]
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """One family; `help` is a sentence on what is counted, in one line."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    samples: Sequence[Sample]


class Histogram:
    """How often a value was at most this: `bounds` rise, in the metric's unit."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        """Count one."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def samples(self) -> list[Sample]:
        """As they are told: each bucket holds those below it too."""
        found: list[Sample] = []
        so_far = 0
        for bound, count in zip((*self._bounds, float("inf")), self._counts, strict=True):
            so_far += count
            found.append(Sample(so_far, {"le": _number(bound)}, "_bucket"))
        return [*found, Sample(self._sum, {}, "_sum"), Sample(so_far, {}, "_count")]


def one(value: float) -> list[Sample]:
    """The only sample of a family."""
    return [Sample(value, {})]


def by(label: str, counts: Counter[str]) -> list[Sample]:
    """One sample for each key, under this label."""
    return [Sample(count, {label: key}) for key, count in sorted(counts.items())]


def exposition(metrics: Iterable[Metric]) -> str:
    """All of them as text."""
    lines: list[str] = []
    for metric in metrics:
        lines += [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} {metric.kind}"]
        lines += [f"{metric.name}{part.suffix}{_labels(part.labels)} {_number(part.value)}" for part in metric.samples]
    return "\n".join([*lines, ""])


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    return "+Inf" if value == float("inf") else f"{value:g}" if value != int(value) else str(int(value))
