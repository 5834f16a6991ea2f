"""Errors of the domain: what a person reads."""

from __future__ import annotations

import pytest

from cromulent.kernel.errors import RateLimited


@pytest.mark.parametrize(
    ("seconds", "patience"),
    [
        (0.2, "Wait a second, then try again."),
        (1.1, "Wait 2 seconds, then try again."),
        (119, "Wait 119 seconds, then try again."),
        (121, "Wait 3 minutes, then try again."),
        (900, "Wait 15 minutes, then try again."),
        (86_400, "Wait 24 hours, then try again."),
    ],
)
def test_who_was_too_fast_reads_when_to_try_again(seconds: float, patience: str) -> None:
    assert RateLimited(retry_after_seconds=seconds).message == f"That was too fast. {patience}"
    assert RateLimited("No.", retry_after_seconds=seconds).message == f"No. {patience}"
