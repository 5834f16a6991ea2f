"""The verdict: what both ends of each pair report, and the table of rules that makes one sentence of it."""

from cromulent.voice.verdict.pair import End, Pair, Standing, pairs_of
from cromulent.voice.verdict.rules import RULES, Fault, Rule, judge

__all__ = ["RULES", "End", "Fault", "Pair", "Rule", "Standing", "judge", "pairs_of"]
