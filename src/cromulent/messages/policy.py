"""What a message may be and how often somebody may post: the numbers, in one place."""

from __future__ import annotations

from cromulent.kernel.rate_limits import Limit

MAX_TEXT_LENGTH = 4_000
"""Unicode code points of a message's text."""
MAX_HISTORY_PAGE = 50
POSTS_PER_10_SECONDS = 10
RENDERING_SECONDS = 0.2
"""How long the rendering of one text may take before the worker is ended and the text shown as it was typed."""


def posting_limit(posts_per_10_seconds: int) -> Limit | None:
    """How often one user may post, and how often edit and delete, counted apart; 0 is no limit at all."""
    return Limit(posts_per_10_seconds, 10.0) if posts_per_10_seconds > 0 else None
