"""The lease on a timeline: silence, grace, renewal, forgiveness."""

from __future__ import annotations

import pytest

from cromulent.voice.leases import Lease, LeaseState
from cromulent.voice.policy import LeasePolicy

POLICY = LeasePolicy(silence_seconds=8, grace_seconds=10, longest_grace_seconds=60)


def lease() -> Lease:
    return Lease(POLICY, 0)


def test_it_stays_fresh_while_bytes_come() -> None:
    one = lease()
    for now in range(0, 100, 4):
        one.hear(now)
        assert one.examine(now) is LeaseState.FRESH


def test_eight_seconds_of_silence_begin_the_grace_and_ten_more_end_it() -> None:
    one = lease()
    assert one.examine(7.9) is LeaseState.FRESH
    assert one.examine(8) is LeaseState.SILENT
    assert one.examine(17.9) is LeaseState.SILENT
    assert one.examine(18) is LeaseState.ENDED


def test_a_byte_in_the_grace_makes_it_fresh_again() -> None:
    one = lease()
    one.examine(8)
    one.hear(12)
    assert one.examine(12) is LeaseState.FRESH
    assert one.examine(19.9) is LeaseState.FRESH
    assert one.examine(20) is LeaseState.SILENT


def test_a_byte_that_is_known_already_changes_nothing() -> None:
    one = lease()
    one.hear(3)
    one.examine(11)
    one.hear(3)
    assert one.state is LeaseState.SILENT


def test_a_peer_that_hears_it_renews_the_grace() -> None:
    one = lease()
    one.examine(8)
    one.renew(15)
    assert one.examine(24.9) is LeaseState.SILENT
    assert one.examine(25) is LeaseState.ENDED


def test_the_grace_is_renewed_for_a_minute_at_most() -> None:
    one = lease()
    one.examine(8)
    ended_at = 0
    for now in range(10, 100, 2):
        if one.state is LeaseState.SILENT:
            one.renew(now)
            one.examine(now)
            ended_at = now
    assert ended_at == 68


def test_renewal_means_nothing_while_it_is_fresh() -> None:
    one = lease()
    one.renew(7)
    assert one.examine(8) is LeaseState.SILENT
    assert one.examine(18) is LeaseState.ENDED


def test_lateness_of_our_own_is_forgiven_before_and_in_the_grace() -> None:
    one = lease()
    one.forgive(5)
    assert one.examine(12.9) is LeaseState.FRESH
    assert one.examine(13) is LeaseState.SILENT
    one.forgive(5)
    assert one.examine(27.9) is LeaseState.SILENT
    assert one.examine(28) is LeaseState.ENDED


def test_an_ended_lease_cannot_come_back() -> None:
    one = lease()
    one.examine(8)
    one.examine(18)
    one.hear(19)
    assert one.state is LeaseState.ENDED
    with pytest.raises(RuntimeError, match="ended"):
        one._enter(LeaseState.FRESH)
