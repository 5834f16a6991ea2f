"""How patient presence is, in one place."""

from __future__ import annotations

from cromulent.kernel.rate_limits import Limit

GRACE_SECONDS = 15.0
"""A user without a connection counts as online for so long: a short drop must not flash "offline" at others."""
SETTLING_SECONDS = 15.0
"""After a start nobody is announced as gone for so long: everybody is still on the way back."""
MAX_ANNOUNCED = 1_000
"""Users in one announcement; further ones follow with the next tick."""
TYPING_SECONDS = 5.0
"""Typing is over after so long a silence."""
TYPING_REPEAT_SECONDS = 2.0
"""Typing in the same channel is announced at most so often."""
TYPING_LIMIT = Limit(10, 10.0)
"""Announcements of one user, over all channels."""
