"""The budgets of the code's size, one place for both languages, and how a set of measures is held against them."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median, quantiles

FUNCTION_LINES = 60
FILE_LINES = 400
CLASS_FIELDS = 15
POSITIONAL_PARAMETERS = 5

MEDIAN_FUNCTION_LINES = 9
MOST_FUNCTION_LINES = 25  # nine of ten functions are no longer

LIMITS = {
    "function": (FUNCTION_LINES, "lines"),
    "file": (FILE_LINES, "lines"),
    "class": (CLASS_FIELDS, "fields"),
    "parameters": (POSITIONAL_PARAMETERS, "positional parameters"),
}


@dataclass(frozen=True)
class Measure:
    """One measured thing: what is counted (a key of `LIMITS`), where it stands, and how much there is."""

    kind: str
    where: str
    amount: int


def beyond_limits(measures: list[Measure]) -> list[str]:
    """A sentence for every measure that is over its limit."""
    findings: list[str] = []
    for measure in measures:
        limit, unit = LIMITS[measure.kind]
        if measure.amount > limit:
            findings.append(f"{measure.where}: {measure.amount} {unit}, at most {limit}")
    return findings


def bad_distribution(measures: list[Measure]) -> list[str]:
    """What is wrong with the lengths of all functions taken together: their median and their ninth decile."""
    lengths = [measure.amount for measure in measures if measure.kind == "function"]
    if len(lengths) < 2:
        return []
    findings: list[str] = []
    if median(lengths) > MEDIAN_FUNCTION_LINES:
        findings.append(f"the median function has {median(lengths)} lines, at most {MEDIAN_FUNCTION_LINES}")
    ninth_decile = quantiles(lengths, n=10, method="inclusive")[8]
    if ninth_decile > MOST_FUNCTION_LINES:
        findings.append(f"nine of ten functions have up to {ninth_decile} lines, at most {MOST_FUNCTION_LINES}")
    return findings
