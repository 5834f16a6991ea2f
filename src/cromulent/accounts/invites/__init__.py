"""Invites: links by which people get in."""
