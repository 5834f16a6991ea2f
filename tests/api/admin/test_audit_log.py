"""The audit log: every administrative act is in it, with the act, and nothing takes it out again."""

from __future__ import annotations

import inspect
import re
import sys

import pytest
from sqlalchemy.exc import IntegrityError

from cromulent.admin import ACTS
from cromulent.channels import channels_of
from cromulent.db import Unit
from cromulent.kernel.ids import new_id
from cromulent.voice import JudgedRoom
from tests.api.admin.test_calls import participant, put_in_calls
from tests.api.newcomers import form, invite, switch
from tests.api.people import arrive, general
from tests.api.site import PASSWORD, Site, code_of

pytestmark = pytest.mark.anyio


async def test_who_did_what_to_whom_and_when_without_a_secret(site: Site) -> None:
    setup = await site.instance.accounts.renew_links()
    ann = site.browser()
    ann_id = (await ann.post("setup", json=form("ann") | {"secret": setup})).json()["user"]["id"]
    site.clock.advance(60)
    made = await invite(ann, max_uses=3, expires_in_seconds=3600)
    ben = site.browser()
    ben_id = (await ben.post("register", json=form("ben", made["secret"]))).json()["user"]["id"]
    link = (await ann.post(f"admin/users/{ben_id}/reset-link", json={})).json()
    await ann.patch(f"admin/users/{ben_id}", json={"role": "administrator"})
    await ann.patch(f"admin/users/{ben_id}", json={"role": "member", "disabled": True})
    await ann.patch(f"admin/users/{ben_id}", json={"disabled": True})
    await ann.patch(f"admin/users/{ben_id}", json={"disabled": False})
    await ann.delete(f"admin/invites/{made['id']}")
    await ann.delete(f"admin/invites/{made['id']}")
    await switch(ann, "closed")
    answer = await ann.get("admin/audit-log")
    entries = answer.json()["entries"][::-1]
    assert [(entry["action"], entry["subject_id"], entry["detail"]) for entry in entries] == [
        ("administrator_created", ann_id, {}),
        ("invite_created", made["id"], {"expires_at": "2026-01-01T01:01:00.000Z", "max_uses": "3"}),
        ("reset_link_made", ben_id, {}),
        ("role_changed", ben_id, {"role": "administrator"}),
        ("role_changed", ben_id, {"role": "member"}),
        ("user_disabled", ben_id, {}),
        ("user_enabled", ben_id, {}),
        ("invite_revoked", made["id"], {}),
        ("settings_changed", None, {"registration_mode": "closed"}),
    ]
    assert {entry["actor_id"] for entry in entries} == {ann_id}
    assert [entry["number"] for entry in entries] == list(range(1, 10))
    assert [entry["happened_at"] for entry in entries[:2]] == ["2026-01-01T00:00:00.000Z", "2026-01-01T00:01:00.000Z"]
    assert {user["user_name"] for user in answer.json()["users"]} == {"ann", "ben"}
    for secret in (setup, made["secret"], link["secret"], PASSWORD):
        assert str(secret) not in answer.text


async def test_the_operator_is_nobody_among_the_users(site: Site) -> None:
    ann = await site.administrator("ann")
    await site.instance.people.administration.make_reset_link_for("ANN")
    entries = (await ann.get("admin/audit-log")).json()["entries"]
    assert [(entry["action"], entry["actor_id"]) for entry in entries] == [
        ("reset_link_made", None),
        ("administrator_created", None),
    ]


async def test_who_is_taken_out_of_a_call_by_whom(site: Site) -> None:
    ann, ben = await site.administrator("ann"), await arrive(site, "ben")
    ben_id = ben.user.id
    everybodys = await site.instance.database.read(lambda connection: channels_of(connection, ben.user.id))
    text, lounge = (channel.id for channel in sorted(everybodys, key=lambda channel: channel.kind))
    assert (await ann.post(f"channels/{lounge}/participants/{ben_id}/disconnect", json={})).status_code == 204
    for channel, user, code in ((text, ben_id, "not_voice_channel"), (lounge, new_id(), "not_found")):
        answer = await ann.post(f"channels/{channel}/participants/{user}/disconnect", json={})
        assert code_of(answer) == code
    newest, *_ = (await ann.get("admin/audit-log")).json()["entries"]
    assert (newest["action"], newest["subject_id"]) == ("participant_disconnected", ben_id)
    assert newest["detail"] == {"channel_id": lounge}


async def test_who_is_moved_to_another_call_by_whom(site: Site) -> None:
    ann, ben = await site.administrator("ann"), await arrive(site, "ben")
    everybodys = await site.instance.database.read(lambda connection: channels_of(connection, ben.user.id))
    text, lounge = (channel.id for channel in sorted(everybodys, key=lambda channel: channel.kind))
    den = (await ann.post("channels", json={"kind": "voice", "name": "Den"})).json()["channel"]["id"]
    move = f"channels/{lounge}/participants/{ben.user.id}/move"
    for to, code in ((text, "not_voice_channel"), (new_id(), "not_found"), (den, "not_a_member")):
        assert code_of(await ann.post(move, json={"channel_id": to})) == code
    assert (await ann.put(f"channels/{den}/members/{ben.user.id}", json={})).status_code == 204
    refused = await ann.post(move, json={"channel_id": den})
    assert (refused.status_code, code_of(refused)) == (409, "gone")
    put_in_calls(site, JudgedRoom(lounge, (participant(ben),), ()))
    assert (await ann.post(move, json={"channel_id": den})).status_code == 204
    newest, *_ = (await ann.get("admin/audit-log")).json()["entries"]
    assert (newest["action"], newest["subject_id"]) == ("participant_moved", ben.user.id)
    assert newest["detail"] == {"channel_id": den}


async def test_who_is_muted_in_a_call_and_unmuted_by_whom_each_once(site: Site) -> None:
    ann, ben = await site.administrator("ann"), await arrive(site, "ben")
    everybodys = await site.instance.database.read(lambda connection: channels_of(connection, ben.user.id))
    text, lounge = (channel.id for channel in sorted(everybodys, key=lambda channel: channel.kind))
    of_ben = f"channels/{lounge}/participants/{ben.user.id}"
    for path, code in (
        (f"channels/{text}/participants/{ben.user.id}/mute", "not_voice_channel"),
        (f"channels/{lounge}/participants/{new_id()}/unmute", "not_found"),
    ):
        assert code_of(await ann.post(path, json={})) == code
    for act in ("unmute", "mute", "mute", "unmute", "unmute", "mute"):
        assert (await ann.post(f"{of_ben}/{act}", json={})).status_code == 204
    assert (await ben.client.post(f"{of_ben}/unmute", json={})).status_code == 403
    entries = (await ann.get("admin/audit-log")).json()["entries"][:3]
    assert [entry["action"] for entry in entries] == ["participant_muted", "participant_unmuted", "participant_muted"]
    assert {(entry["subject_id"], entry["detail"]["channel_id"]) for entry in entries} == {(ben.user.id, lounge)}


async def test_a_channel_with_somebody_muted_in_it_can_be_deleted(site: Site) -> None:
    ann, ben = await site.administrator("ann"), await arrive(site, "ben")
    den = (await ann.post("channels", json={"kind": "voice", "name": "Den"})).json()["channel"]["id"]
    assert (await ann.post(f"channels/{den}/participants/{ben.user.id}/mute", json={})).status_code == 204
    assert (await ann.delete(f"channels/{den}")).status_code == 204


async def test_page_by_page_the_newest_first(site: Site) -> None:
    ann = await site.administrator("ann")
    for mode in ("open", "closed", "invite", "open"):
        await switch(ann, mode)
    first = (await ann.get("admin/audit-log?limit=2")).json()
    assert [entry["detail"]["registration_mode"] for entry in first["entries"]] == ["open", "invite"]
    rest = (await ann.get(f"admin/audit-log?limit=3&before={first['next']}")).json()
    assert [entry["action"] for entry in rest["entries"]][-1] == "administrator_created"
    assert rest["next"] is None
    for wrong in ("limit=0", "limit=51", "before=-1", f"before={10**40}"):
        assert (await ann.get(f"admin/audit-log?{wrong}")).status_code == 400


async def test_an_act_that_fails_leaves_no_entry_and_no_entry_no_act(site: Site) -> None:
    ann = await site.administrator("ann")
    me = (await ann.get("me")).json()["user"]["id"]
    assert code_of(await ann.patch(f"admin/users/{me}", json={"disabled": True})) == "last_administrator"
    assert len((await ann.get("admin/audit-log")).json()["entries"]) == 1
    await site.instance.database.write(lambda unit: unit.connection.exec_driver_sql("DROP TABLE audit_entries"))
    assert (await ann.patch("admin/settings", json={"voice_enabled": False})).status_code == 503
    assert (await ann.get("instance")).json()["voice_enabled"] is True


@pytest.mark.parametrize(
    "statement", ["DELETE FROM audit_entries", "UPDATE audit_entries SET actor_id = NULL", "REPLACE INTO audit_entries"]
)
async def test_the_database_itself_refuses_to_change_or_remove_an_entry(site: Site, statement: str) -> None:
    ann = await site.administrator("ann")
    if statement.startswith("REPLACE"):
        statement += " SELECT number, happened_at, NULL, action, subject_id, detail FROM audit_entries"

    def tamper(unit: Unit) -> None:
        unit.connection.exec_driver_sql(statement)

    before = (await ann.get("admin/audit-log")).json()
    with pytest.raises(IntegrityError, match="append-only"):
        await site.instance.database.write(tamper)
    assert (await ann.get("admin/audit-log")).json() == before


async def test_no_route_changes_the_log(site: Site) -> None:
    ann = await site.administrator("ann")
    for address in ("admin/audit-log", "admin/audit-log/1"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert (await ann.request(method, address, json={})).status_code in (404, 405)


def test_every_fact_that_names_an_administrator_is_an_act() -> None:
    modules = [module for name, module in sys.modules.items() if re.fullmatch(r"cromulent\.\w+\.facts", name)]
    facts = [value for module in modules for value in vars(module).values() if inspect.isclass(value)]
    named = {fact for fact in facts if "actor_id" in getattr(fact, "__dataclass_fields__", {})}
    assert named - set(ACTS) == set()
    assert len(named) >= 8


async def test_what_is_done_with_channels_and_messages_is_in_it_and_what_people_do_for_themselves_is_not(
    site: Site,
) -> None:
    ann = await site.administrator("ann")
    ben = await arrive(site, "ben")
    before = (await ann.get("admin/audit-log")).json()["entries"][0]["number"]
    made = (await ann.post("channels", json={"kind": "text", "name": "plans"})).json()["channel"]["id"]
    await ann.patch(f"channels/{made}", json={"name": "deeds", "topic": "What we did"})
    await ben.client.post(f"channels/{made}/join", json={})
    await ben.client.post(f"channels/{made}/leave", json={})
    secret = {"kind": "text", "name": "surprise", "visibility": "private"}
    hidden = (await ann.post("channels", json=secret)).json()["channel"]["id"]
    await ann.put(f"channels/{hidden}/members/{ben.user.id}", json={})
    channel = await general(site, ben)
    messages = [(await ben.post(channel, new_id(), text)).json()["message"]["id"] for text in ("mine", "rude")]
    await ben.client.delete(f"channels/{channel.id}/messages/{messages[0]}")
    await ann.delete(f"channels/{channel.id}/messages/{messages[1]}")
    await ann.delete(f"channels/{hidden}/members/{ben.user.id}")
    await ann.delete(f"channels/{hidden}")
    await ann.delete(f"channels/{made}")
    answer = await ann.get("admin/audit-log")
    entries = [entry for entry in answer.json()["entries"][::-1] if entry["number"] > before]
    plans, private = {"kind": "text", "visibility": "public"}, {"kind": "text", "visibility": "private"}
    assert [(entry["action"], entry["subject_id"], entry["detail"]) for entry in entries] == [
        ("channel_created", made, plans | {"name": "plans"}),
        ("channel_updated", made, plans | {"name": "deeds", "changed": "name, slug, topic"}),
        ("channel_created", hidden, private),
        ("member_added", ben.user.id, {"channel_id": hidden}),
        ("message_deleted", ben.user.id, {"message_id": messages[1]}),
        ("member_removed", ben.user.id, {"channel_id": hidden}),
        ("channel_deleted", hidden, private),
        ("channel_deleted", made, plans | {"name": "deeds"}),
    ]
    assert "surprise" not in answer.text
    assert "rude" not in answer.text
