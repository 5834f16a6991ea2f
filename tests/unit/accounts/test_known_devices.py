"""The mark of a browser somebody has used: whose it is, and that nobody else can make one."""

from __future__ import annotations

import pytest

from cromulent.accounts.known_devices import KnownDevices
from cromulent.kernel.ids import new_id

ANN, BEN = new_id(), new_id()


def test_a_mark_is_known_for_its_user_and_kept_at_the_next_login() -> None:
    devices = KnownDevices(b"key")
    mark = devices.mark_for(ANN)
    assert devices.device_of(mark, ANN) is not None
    assert devices.device_of(mark, BEN) is None
    assert devices.mark_for(ANN, mark) == mark
    assert devices.mark_for(BEN, mark) != mark
    assert devices.device_of(devices.mark_for(ANN), ANN) != devices.device_of(mark, ANN)


def test_a_mark_of_another_instance_is_none_of_ours() -> None:
    assert KnownDevices(b"key").device_of(KnownDevices(b"another").mark_for(ANN), ANN) is None


@pytest.mark.parametrize(
    "change", ["", ".", "..", "x", "ä", "\udc80", "x" * 100_000, "{mark}x", "{mark}.", "{user}.{user}."]
)
def test_nobody_can_make_one(change: str) -> None:
    devices = KnownDevices(b"key")
    forged = change.replace("{mark}", devices.mark_for(ANN)).replace("{user}", ANN)
    assert devices.device_of(forged, ANN) is None
