"""The command line: `cromulent serve`, `cromulent admin create`."""

from cromulent.cli.app import main

__all__ = ["main"]
