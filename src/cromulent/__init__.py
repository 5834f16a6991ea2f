"""Cromulent: a self-hosted place for friends to talk."""

__version__ = "0.1.0"
