"""Ids: unique, growing, of the one spelling."""

from __future__ import annotations

import re
import threading
import uuid

import pytest

from cromulent.kernel.ids import IdGenerator, RandomBytes, is_id, new_event_id


def test_ids_grow_and_are_of_version_seven() -> None:
    made = [IdGenerator()()] + [new_id() for new_id in [IdGenerator()] for _ in range(20_000)]
    assert made[1:] == sorted(set(made[1:]))
    for text in made[:100]:
        parsed = uuid.UUID(text)
        assert (parsed.version, parsed.variant, str(parsed)) == (7, uuid.RFC_4122, text)
        assert is_id(text)


def test_threads_get_different_ids() -> None:
    new_id = IdGenerator()
    made: list[list[str]] = [[], [], [], []]
    threads = [threading.Thread(target=lambda own=own: own.extend(new_id() for _ in range(5_000))) for own in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({text for own in made for text in own}) == 20_000
    assert all(own == sorted(own) for own in made)


@pytest.mark.parametrize("text", ["", "x", "0" * 36, "{0}", "0A"])
def test_another_spelling_is_no_id(text: str) -> None:
    good = "01a207f0-f52d-7009-8267-13bef5955d01"
    assert is_id(good)
    assert not is_id(text)
    for other in (good.upper(), good + "\n", f"{{{good}}}", good.replace("-", ""), good[:-1] + "g"):
        assert not is_id(other)


def test_random_bytes_are_given_out_once() -> None:
    random_bytes = RandomBytes(bulk=64)
    taken = [random_bytes(count) for count in (16, 9, 64, 40, 40, 1)]
    assert [len(part) for part in taken] == [16, 9, 64, 40, 40, 1]
    assert len(set(taken)) == len(taken)


def test_event_ids_fit_into_an_address() -> None:
    made = {new_event_id() for _ in range(1_000)}
    assert len(made) == 1_000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", text) for text in made)
