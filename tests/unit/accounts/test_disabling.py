"""What ends when somebody is disabled, or is no administrator any more."""

from __future__ import annotations

import pytest

from cromulent.accounts.user_settings.model import UserSettings
from cromulent.kernel.errors import NotAuthenticated
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
