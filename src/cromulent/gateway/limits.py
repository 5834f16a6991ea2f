"""The gateway's limits, in one place."""

from __future__ import annotations

from dataclasses import dataclass

from cromulent.kernel.rate_limits import Limit

COMMANDS = Limit(120, 60.0)
SIGNALS = Limit(200, 10.0, burst=400)


@dataclass(frozen=True, slots=True)
class GatewayLimits:
    """Sizes in bytes, times in seconds."""

    frame_bytes: int = 64 * 1024
    command_bytes: int = 4 * 1024
    identify_seconds: float = 10.0
    ping_seconds: float = 15.0
    silence_seconds: float = 45.0
    unsent_bytes: int = 1024 * 1024
    page_rows: int = 200
    replay_rows: int = 2000
    connections_per_user: int = 50
    strangers_per_address: int = 100
    commands_under_way: int = 16
    commands: Limit = COMMANDS
    signals: Limit = SIGNALS
    report_bytes: int = 16 * 1024
    refusals_before_close: int = 200
