"""What ends when somebody is disabled, or is no administrator any more."""

from __future__ import annotations

import pytest

from cromulent.accounts import InviteRevoked, LinkInvalid, User, UserSettings, checked_terms
from cromulent.accounts.model import Role
from cromulent.kernel.errors import NotAuthenticated
from cromulent.settings import initialise_settings
from tests.unit.accounts.reception import HERE, PASSWORD, Reception

pytestmark = pytest.mark.anyio


async def test_who_is_disabled_while_their_request_is_on_its_way_changes_nothing_about_themselves(
    reception: Reception,
) -> None:
    ann, root = await reception.add_user("ann"), await reception.add_user("root")
    await reception.administration.change(root, ann.id, role=None, disabled=True)
    reception.facts.clear()
    with pytest.raises(NotAuthenticated):
        await reception.profiles.change_display_name(ann, "Somebody else")
    with pytest.raises(NotAuthenticated):
        await reception.profiles.change_settings(ann, UserSettings(theme="dark"))
    with pytest.raises(NotAuthenticated):
        await reception.profiles.change_email(ann, PASSWORD, "eve@example.org", HERE)
    assert reception.facts == []


async def invite(reception: Reception, actor: User, seconds: int | None = None) -> tuple[str, str]:
    """The id and the secret of an invite."""
    made, secret = await reception.registration.create_invite(actor, checked_terms(seconds, None))
    return made.id, secret


@pytest.mark.parametrize(("role", "disabled"), [("member", None), (None, True), ("member", True)])
async def test_who_ceases_to_be_an_administrator_leaves_no_way_in_behind(
    reception: Reception, *, role: Role | None, disabled: bool | None
) -> None:
    await reception.database.write(initialise_settings)
    ann, eve = await reception.add_user("ann"), await reception.add_user("eve")
    await invite(reception, eve, seconds=60)
    reception.clock.advance(61)  # that one has ended by itself
    (open_id, open_secret), (_, of_ann) = await invite(reception, eve), await invite(reception, ann)
    link = await reception.administration.make_reset_link(eve, ann.id)
    await reception.administration.change(ann, eve.id, role=role, disabled=disabled)
    assert reception.facts_of(InviteRevoked) == [InviteRevoked(open_id, ann.id)]
    with pytest.raises(LinkInvalid):
        await reception.registration.check_invite(open_secret, HERE)
    await reception.registration.check_invite(of_ann, HERE)
    with pytest.raises(LinkInvalid):
        await reception.profiles.reset_password(link.secret, "staple battery horse", HERE)
    again = await reception.administration.make_reset_link(ann, ann.id)
    await reception.profiles.reset_password(again.secret, "staple battery horse", HERE)


async def test_disabling_a_member_leaves_the_reset_links_of_others(reception: Reception) -> None:
    ann, ben, eve = [await reception.add_user(name) for name in ("ann", "ben", "eve")]
    await reception.administration.change(ann, eve.id, role="member", disabled=None)
    links = [await reception.administration.make_reset_link(ann, each.id) for each in (ben, eve)]
    await reception.administration.change(ann, eve.id, role=None, disabled=True)
    await reception.administration.change(ann, eve.id, role=None, disabled=False)
    await reception.profiles.reset_password(links[0].secret, "staple battery horse", HERE)
    with pytest.raises(LinkInvalid):
        await reception.profiles.reset_password(links[1].secret, "staple battery horse", HERE)
