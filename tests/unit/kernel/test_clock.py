"""Instants on the wire, and the clock of the tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from cromulent.kernel.clock import FakeClock, to_wire


def test_an_instant_is_spelled_in_utc_with_milliseconds() -> None:
    instant = datetime(2026, 1, 2, 3, 4, 5, 999_999, UTC)
    assert to_wire(instant) == "2026-01-02T03:04:05.999Z"
    assert to_wire(instant.replace(microsecond=0)) == "2026-01-02T03:04:05.000Z"
    assert to_wire(instant.astimezone(timezone(timedelta(hours=-5)))) == to_wire(instant)


def test_both_readings_of_the_fake_clock_move_together() -> None:
    clock = FakeClock()
    now, monotonic = clock.now(), clock.monotonic()
    clock.advance(1.5)
    assert (clock.now() - now, clock.monotonic() - monotonic) == (timedelta(seconds=1.5), 1.5)
