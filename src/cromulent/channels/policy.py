"""How much of channels is done at once, and how often: the numbers, in one place."""

from __future__ import annotations

from cromulent.kernel.rate_limits import Limit

MAX_MEMBERS_PAGE = 200
MAX_CHANNELS_PAGE = 100
ENROLLED_AT_ONCE = 200
"""Members made in one unit when a channel becomes default: some 10 ms of the writer, and one write for each who listens."""
COMING_AND_GOING = Limit(30, 60.0)
"""How often one user may join and leave channels by themselves: each of it is told to every member."""
