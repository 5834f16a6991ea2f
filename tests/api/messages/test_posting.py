"""`POST /channels/{id}/messages`: the answers, and every way to be refused."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from cromulent.config import LimitsConfig
from cromulent.kernel.clock import FakeClock, to_wire
from cromulent.kernel.ids import new_id
from tests.api.people import arrive, general, private_channel
from tests.api.site import Site, code_of, without_request_id
from tests.store.databases import on_both_engines

pytestmark = pytest.mark.anyio


async def test_a_new_message_is_created_and_a_repeat_is_answered_with_it(site: Site) -> None:
    ann = await arrive(site, "ann")
    channel = await general(site, ann)
    nonce = new_id()
    answer = await ann.post(channel, nonce, "hi *there*")
    assert answer.status_code == 201
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["cache-control"] == "no-store"
    message = answer.json()["message"]
    assert message == {
        "id": message["id"],
        "channel_id": channel.id,
        "author_id": ann.user.id,
        "seq": message["seq"],
        "rev": message["seq"],
        "nonce": nonce,
        "text": "hi *there*",
        "html": "<p>hi <em>there</em></p>",
        "posted_at": to_wire(site.clock.now()),
        "edited_at": None,
        "deleted": False,
    }
    assert list(answer.json()) == ["message"]
    again = await ann.post(channel, nonce, "hi *there*")
    assert (again.status_code, again.content) == (200, answer.content)


async def test_what_is_said_for_one_user_with_the_login_of_another_is_refused(site: Site) -> None:
    ann, ben = await arrive(site, "ann"), await arrive(site, "ben")
    channel = await general(site, ann)
    ben.client.headers["cromulent-user"] = ann.user.id
    answer = await ben.post(channel, new_id(), "by ann")
    assert (answer.status_code, code_of(answer)) == (401, "other_user")
    assert (await ann.client.get(f"channels/{channel.id}/messages")).json()["messages"] == []
    ben.client.headers["cromulent-user"] = ben.user.id
    assert (await ben.post(channel, new_id(), "by ben")).status_code == 201


async def test_the_nonce_of_another_message_is_refused(site: Site) -> None:
    ann = await arrive(site, "ann")
    channel = await general(site, ann)
    nonce = new_id()
    await ann.post(channel, nonce, "one")
    answer = await ann.post(channel, nonce, "two")
    assert (answer.status_code, code_of(answer)) == (422, "nonce_reused")


@on_both_engines
async def test_ten_at_the_same_time_make_one(site: Site) -> None:
    ann = await arrive(site, "ann")
    channel = await general(site, ann)
    nonce = new_id()
    answers = await asyncio.gather(*(ann.post(channel, nonce, "once") for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert len({answer.content for answer in answers}) == 1


@on_both_engines
async def test_who_is_removed_amid_their_own_posts_has_written_those_before_it_and_none_after(
    tmp_path: Path, database_at: Path | str
) -> None:
    url = database_at if isinstance(database_at, str) else ""
    site = await Site.open(tmp_path, FakeClock(), database_url=url, limits=LimitsConfig(posts_per_10_seconds=0))
    ann, ben = await arrive(site, "ann"), await arrive(site, "ben")
    channel = await private_channel(site, ann, ben)
    await site.instance.database.write(
        lambda unit: unit.connection.exec_driver_sql("UPDATE users SET role = 'administrator' WHERE user_name = 'ann'")
    )
    written: list[int] = []

    async def post_until_refused() -> None:
        while (answer := await ben.post(channel, new_id(), "on and on")).status_code == 201:
            written.append(answer.json()["message"]["seq"])
        assert answer.status_code == 404

    posting = [asyncio.create_task(post_until_refused()) for _ in range(10)]
    first = (await ben.post(channel, new_id(), "they are under way")).json()["message"]["seq"]
    kick = await ann.client.delete(f"channels/{channel.id}/members/{ben.user.id}")
    assert kick.status_code == 204
    await asyncio.gather(*posting)
    page = (await ann.client.get(f"channels/{channel.id}/messages")).json()
    seqs = sorted([first, *written])
    assert seqs == list(range(seqs[0], page["seq"]))  # the event after them, and the last, is the removal
    assert page["messages"][-1]["seq"] == seqs[-1]
    await site.close()


async def test_a_browser_posts_with_its_cookie_from_its_own_page_only(site: Site) -> None:
    browser = await site.administrator()
    ann = await arrive(site, "bob")
    channel = await general(site, ann)
    body = {"nonce": new_id(), "text": "hi"}
    assert (await browser.post(f"channels/{channel.id}/messages", json=body)).status_code == 201
    for headers in ({"origin": "https://thief.example"}, {"sec-fetch-site": "cross-site"}):
        answer = await browser.post(f"channels/{channel.id}/messages", json=body, headers=headers)
        assert (answer.status_code, code_of(answer)) == (403, "cross_site_request")


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer nonsense", "Basic YTpi", "Bearer \xe4"])
async def test_strangers_are_refused_before_anything_is_looked_at(site: Site, authorization: str | None) -> None:
    ann = await arrive(site, "ann")
    channel = await general(site, ann)
    stranger = site.browser()
    headers = {} if authorization is None else {b"authorization": authorization.encode("latin-1")}
    for channel_id, body in ((channel.id, {"nonce": new_id(), "text": "hi"}), (new_id(), {"x": 1})):
        answer = await stranger.post(f"channels/{channel_id}/messages", json=body, headers=headers)
        assert (answer.status_code, code_of(answer)) == (401, "not_authenticated")


async def test_a_foreign_channel_and_a_missing_one_look_the_same(site: Site) -> None:
    ann, bob = await arrive(site, "ann"), await arrive(site, "bob")
    secret = await private_channel(site, ann)
    answers = [
        await bob.client.post(f"channels/{channel_id}/messages", json={"nonce": new_id(), "text": "hi"})
        for channel_id in (secret.id, new_id(), "nonsense", "%00", "..%2f..", "%F0%9F%92%A9")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({without_request_id(answer) for answer in answers}) == 1
    assert code_of(answers[0]) == "not_found"


async def test_what_may_not_be_written(site: Site) -> None:
    ann = await arrive(site, "ann")
    news = await private_channel(site, ann, write_permission="administrators")
    answer = await ann.post(news, new_id(), "hi")
    assert (answer.status_code, code_of(answer)) == (403, "read_only_channel")
    lounge = await private_channel(site, ann, kind="voice")
    answer = await ann.post(lounge, new_id(), "hi")
    assert (answer.status_code, code_of(answer)) == (409, "not_text_channel")


NONCE = "01a207f0-f52d-7009-8267-13bef5955d01"
DEEP = '{"nonce": ' + "[" * 40 + "]" * 40 + ', "text": "a"}'


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"nonce": NONCE, "text": ""}, "message_empty"),
        ({"nonce": NONCE, "text": " \n "}, "message_empty"),
        ({"nonce": NONCE, "text": "x" * 4001}, "message_too_long"),
        ({"nonce": NONCE, "text": "a\0b"}, "invalid_text"),
        ({"nonce": "x", "text": "a"}, "invalid_nonce"),
        ({"nonce": NONCE.upper(), "text": "a"}, "invalid_nonce"),
        ({"nonce": NONCE}, "invalid_input"),
        ({"text": "a"}, "invalid_input"),
        ({"nonce": NONCE, "text": 1}, "invalid_input"),
        ({"nonce": NONCE, "text": None}, "invalid_input"),
        ({"nonce": [NONCE], "text": "a"}, "invalid_input"),
        ({"nonce": NONCE, "text": "a", "html": "<b>a</b>"}, "invalid_input"),
        ([], "invalid_input"),
        ("a", "invalid_input"),
        (None, "invalid_input"),
        (b"", "invalid_input"),
        (b"{", "malformed_json"),
        (b'{"nonce": NaN, "text": "a"}', "malformed_json"),
        (b'{"nonce": "a", "nonce": "b", "text": "a"}', "malformed_json"),
        (b'{"nonce": "x", "text": "\\ud800"}', "malformed_json"),
        (b'{"nonce": "x", "text": "\xff"}', "malformed_json"),
        (DEEP.encode(), "malformed_json"),
    ],
    ids=str,
)
async def test_a_body_that_makes_no_sense_is_refused(site: Site, body: object, code: str) -> None:
    ann = await arrive(site, "ann")
    channel = await general(site, ann)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    answer = await ann.client.post(f"channels/{channel.id}/messages", content=content, headers=headers)
    assert (answer.status_code, code_of(answer)) == (400, code)


async def test_a_body_of_another_kind_or_size_is_refused(site: Site) -> None:
    ann = await arrive(site, "ann")
    address = f"channels/{(await general(site, ann)).id}/messages"
    answer = await ann.client.post(address, data={"nonce": NONCE, "text": "a"})
    assert (answer.status_code, code_of(answer)) == (415, "unsupported_media_type")
    answer = await ann.client.post(address, json={"nonce": NONCE, "text": "x" * 70_000})
    assert (answer.status_code, code_of(answer)) == (413, "body_too_large")
    answer = await ann.client.put(address, json={"nonce": NONCE, "text": "x"})
    assert (answer.status_code, code_of(answer)) == (405, "method_not_allowed")
    answer = await ann.client.post(f"{address}?token=x", json={"nonce": NONCE, "text": "x"})
    assert (answer.status_code, code_of(answer)) == (400, "token_in_url")


async def test_who_posts_too_fast_is_told_when_to_come_back(site: Site) -> None:
    ann = await arrive(site, "ann")
    channel = await general(site, ann)
    for number in range(10):
        assert (await ann.post(channel, new_id(), str(number))).status_code == 201
    answer = await ann.post(channel, new_id(), "too fast")
    assert (answer.status_code, code_of(answer)) == (429, "rate_limited")
    site.clock.advance(int(answer.headers["retry-after"]))
    assert (await ann.post(channel, new_id(), "patience")).status_code == 201


async def test_the_operator_can_lift_the_limit(tmp_path: Path) -> None:
    site = await Site.open(tmp_path, FakeClock(), limits=LimitsConfig(posts_per_10_seconds=0))
    ann = await arrive(site, "ann")
    channel = await general(site, ann)
    answers = [await ann.post(channel, new_id(), str(number)) for number in range(25)]
    assert {answer.status_code for answer in answers} == {201}
    await site.close()


async def test_the_longest_message_of_the_widest_characters_is_taken(site: Site) -> None:
    ann = await arrive(site, "ann")
    answer = await ann.post(await general(site, ann), new_id(), "\N{GRINNING FACE}" * 4000)
    assert answer.status_code == 201
    assert answer.json()["message"]["text"] == "\N{GRINNING FACE}" * 4000
