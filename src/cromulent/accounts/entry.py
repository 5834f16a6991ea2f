"""What everybody passes who wants in: the limits on trying, and the hashing of passwords."""

from __future__ import annotations

from dataclasses import dataclass

from cromulent.accounts.known_devices import KnownDevices
from cromulent.accounts.passwords import PasswordHasher
from cromulent.accounts.throttle import LoginThrottle, network_of
from cromulent.kernel.clock import Clock
from cromulent.kernel.errors import RateLimited
from cromulent.kernel.rate_limits import Limit, RateLimiter

REGISTRATIONS_PER_ADDRESS = Limit(20, 3600.0)
"""A whole party behind one router gets in; a program that makes users does not get far."""


@dataclass(frozen=True, slots=True)
class EntryChecks:
    """Shared by logging in, registering and changing a password, so that they count together."""

    passwords: PasswordHasher
    throttle: LoginThrottle
    registrations: RateLimiter
    devices: KnownDevices

    @classmethod
    def open(cls, clock: Clock, secret_key: bytes) -> EntryChecks:
        """With nothing counted yet. `secret_key` signs the marks of known devices and outlives a restart."""
        registrations = RateLimiter(REGISTRATIONS_PER_ADDRESS, clock)
        return cls(PasswordHasher(), LoginThrottle(clock), registrations, KnownDevices(secret_key))

    def count_registration(self, address: str) -> None:
        """Count a user who is about to be made from an address. Raises `RateLimited`."""
        bucket = self.registrations.bucket(network_of(address))
        if not bucket.take():
            raise RateLimited(
                "Too many people have registered from your network.",
                retry_after_seconds=bucket.seconds_until(),
            )
