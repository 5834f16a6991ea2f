"""People who are about to register, and the invites they come by."""

from __future__ import annotations

import httpx2

from tests.api.site import PASSWORD


async def invite(administrator: httpx2.AsyncClient, **terms: object) -> dict[str, str]:
    """A new invite: its `id` and its `secret`."""
    answer = await administrator.post("admin/invites", json=terms)
    assert answer.status_code == 201, answer.text
    return {"id": answer.json()["invite"]["id"], "secret": answer.json()["secret"]}


def form(user_name: str = "ben", secret: str | None = None, **changed: object) -> dict[str, object]:
    """What a newcomer sends to `POST /register`."""
    body: dict[str, object] = {"user_name": user_name, "email": "", "password": PASSWORD}
    return body | ({} if secret is None else {"invite": secret}) | changed


async def switch(administrator: httpx2.AsyncClient, mode: str) -> None:
    """Change how people register."""
    answer = await administrator.patch("admin/settings", json={"registration_mode": mode})
    assert answer.status_code == 200, answer.text
