"""One world per test, settled unless the test says otherwise."""

from __future__ import annotations

import pytest

from tests.unit.voice.world import World


@pytest.fixture
def fresh_world() -> World:
    """A server that has just started."""
    return World()


@pytest.fixture
def world(fresh_world: World) -> World:
    """A server that has been running for a while."""
    fresh_world.settle()
    fresh_world.announced.clear()
    return fresh_world
