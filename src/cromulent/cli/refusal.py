"""How a command says no."""

from __future__ import annotations


class Refusal(Exception):
    """The command cannot do it; the text is the one line the operator gets."""
