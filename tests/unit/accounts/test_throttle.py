"""How often a login may fail."""

from __future__ import annotations

import pytest

from cromulent.accounts import TooManyAttempts
from cromulent.accounts.throttle import MAX_KEYS, LoginThrottle, network_of
from cromulent.kernel.clock import FakeClock


@pytest.fixture
def throttle(clock: FakeClock) -> LoginThrottle:
    return LoginThrottle(clock)


def test_an_account_takes_five_failures_in_a_quarter_of_an_hour(throttle: LoginThrottle, clock: FakeClock) -> None:
    for number in range(5):
        throttle.begin("ann", f"192.0.2.{number}")
    with pytest.raises(TooManyAttempts) as refused:
        throttle.begin("ann", "192.0.2.99")
    assert refused.value.retry_after_seconds == pytest.approx(900)
    throttle.begin("ben", "192.0.2.99")
    clock.advance(899)
    with pytest.raises(TooManyAttempts):
        throttle.begin("ann", "192.0.2.99")
    clock.advance(1)
    throttle.begin("ann", "192.0.2.99")


def test_an_address_takes_twenty_failures_in_five_minutes(throttle: LoginThrottle, clock: FakeClock) -> None:
    for number in range(20):
        throttle.begin(f"user{number}", "192.0.2.1")
    with pytest.raises(TooManyAttempts):
        throttle.begin("another", "192.0.2.1")
    throttle.begin("another", "192.0.2.2")
    clock.advance(300)
    throttle.begin("another", "192.0.2.1")


def test_attempts_still_under_way_count(throttle: LoginThrottle) -> None:
    under_way = [throttle.begin("ann", "192.0.2.1") for _ in range(5)]
    with pytest.raises(TooManyAttempts):
        throttle.begin("ann", "192.0.2.1")
    under_way[0].succeeded()
    throttle.begin("ann", "192.0.2.1")


def test_a_refused_attempt_does_not_prolong_the_wait(throttle: LoginThrottle, clock: FakeClock) -> None:
    for _ in range(5):
        throttle.begin("ann", "192.0.2.1")
    clock.advance(600)
    with pytest.raises(TooManyAttempts):
        throttle.begin("ann", "192.0.2.1")
    clock.advance(300)
    throttle.begin("ann", "192.0.2.1")


def test_successful_logins_use_nothing_up(throttle: LoginThrottle) -> None:
    for _ in range(100):
        throttle.begin("ann", "192.0.2.1").succeeded()


def test_a_success_does_not_clear_the_failures_of_its_address(throttle: LoginThrottle) -> None:
    for number in range(19):
        throttle.begin(f"user{number}", "192.0.2.1")
    throttle.begin("attacker", "192.0.2.1").succeeded()
    throttle.begin("user19", "192.0.2.1")
    with pytest.raises(TooManyAttempts):
        throttle.begin("user20", "192.0.2.1")


def test_a_household_is_one_address(throttle: LoginThrottle) -> None:
    for number in range(20):
        throttle.begin(None, f"2001:db8:0:1::{number:x}")
    with pytest.raises(TooManyAttempts):
        throttle.begin(None, "2001:db8:0:1:ffff::1")
    throttle.begin(None, "2001:db8:0:2::1")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("a socket", "a socket"),
    ],
)
def test_what_counts_as_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_the_failures_of_an_address_and_those_of_a_known_device_leave_each_other_alone(throttle: LoginThrottle) -> None:
    for number in range(19):
        throttle.begin(f"user{number}", "192.0.2.1")
    for _ in range(4):
        throttle.begin("ann", "192.0.2.1", known_device="laptop")
    throttle.begin("user19", "192.0.2.1")
    with pytest.raises(TooManyAttempts):
        throttle.begin("ann", "192.0.2.1")
    throttle.begin("ann", "192.0.2.1", known_device="laptop").succeeded()
    with pytest.raises(TooManyAttempts):
        throttle.begin("ann", "192.0.2.1")


def test_strangers_cannot_fill_the_memory(throttle: LoginThrottle) -> None:
    for number in range(MAX_KEYS + 10):
        throttle.begin(f"user{number}", f"{number}")
    assert len(throttle._accounts._instants) == MAX_KEYS
    assert len(throttle._addresses._instants) == MAX_KEYS


def test_a_known_device_has_failures_of_its_own(throttle: LoginThrottle) -> None:
    for number in range(5):
        throttle.begin("ann", f"192.0.2.{number}")
    for _ in range(5):
        throttle.begin("ann", "192.0.2.99", known_device="laptop")
    with pytest.raises(TooManyAttempts):
        throttle.begin("ann", "192.0.2.100", known_device="laptop")
    throttle.begin("ann", "192.0.2.101", known_device="phone")
