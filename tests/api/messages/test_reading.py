"""Saying over HTTP how far one has read."""

from __future__ import annotations

from typing import Any

import pytest

from cromulent.kernel.ids import new_id
from tests.api.people import arrive, general
from tests.api.site import Site, code_of

pytestmark = pytest.mark.anyio


async def test_it_goes_forward_and_is_answered_with_how_far_it_is(site: Site) -> None:
    ann, ben = await arrive(site, "ann"), await arrive(site, "ben")
    channel = await general(site, ben)
    seqs = [(await ann.post(channel, new_id(), "hello")).json()["message"]["seq"] for _ in range(3)]
    url = f"channels/{channel.id}/read-state"
    for wished, read in ((seqs[1], seqs[1]), (seqs[0], seqs[1]), (seqs[2] + 100, seqs[2]), (0, seqs[2])):
        answer = await ben.client.put(url, json={"seq": wished})
        assert (answer.status_code, answer.json()) == (200, {"read_seq": read})


@pytest.mark.parametrize(
    "body", [{}, {"seq": -1}, {"seq": None}, {"seq": 1.5}, {"seq": 1, "read_seq": 1}, [], {"seq": "x"}]
)
async def test_what_is_no_seq_is_refused(site: Site, body: Any) -> None:
    ben = await arrive(site, "ben")
    answer = await ben.client.put(f"channels/{(await general(site, ben)).id}/read-state", json=body)
    assert (answer.status_code, code_of(answer)) == (400, "invalid_input")
