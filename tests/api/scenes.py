"""Somebody, and all that they can ask an instance about: made anew for each request of the test of rights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import httpx2

from cromulent.accounts import NewAccount, User, add_user
from cromulent.accounts.login_sessions import begin_session
from cromulent.accounts.passwords import PasswordHasher
from cromulent.channels import Channel, add_member, create_channel
from cromulent.db import Unit
from cromulent.kernel.ids import new_id
from tests.api.newcomers import invite
from tests.api.rights import Role
from tests.api.site import ORIGIN, PASSWORD, Site

OTHER_PASSWORD = "another horse battery"
Visibility = Literal["public", "private"]


@dataclass(frozen=True)
class Scene:
    """All that a request can be about, made anew for each, and who sends it."""

    actor: User
    login_session_id: str
    token: str
    other: User
    channel: Channel
    message_id: str = ""
    invite_id: str = ""
    secret: str = ""
    """Of the link the route takes, if any."""

    def url(self, path: str, missing: str = "") -> str:
        """The address of a route; the parameter `missing` stands for something that does not exist."""
        ids = {
            "channel_id": self.channel.id,
            "message_id": self.message_id,
            "user_id": self.other.id,
            "invite_id": self.invite_id,
            "login_session_id": self.login_session_id,
        }
        if missing:
            ids[missing] = new_id()
        return ORIGIN + path.format(**ids)

    def body(self, route: str) -> dict[str, Any]:
        """What to send to a route, well formed and, for who may, good."""
        account = {"user_name": f"n{new_id()[-12:]}", "password": OTHER_PASSWORD}
        path = route.rpartition("/api/v1")[2]
        return {
            "/setup": account | {"secret": "x"},
            "/register": account | {"invite": self.secret},
            "/register/check": {"secret": self.secret},
            "/login": {"login": self.other.user_name, "password": PASSWORD},
            "/login/link": {"secret": self.secret},
            "/password-reset": {"secret": self.secret, "password": OTHER_PASSWORD},
            "/me": {"display_name": "Somebody"},
            "/me/settings": {"theme": "dark"},
            "/me/email": {"current_password": PASSWORD, "email": f"{new_id()[-12:]}@example.org"},
            "/me/password": {"current_password": PASSWORD, "password": OTHER_PASSWORD},
            "/channels": {"kind": "text", "name": "new"},
            "/channels/{channel_id}": {"topic": "another"},
            "/channels/{channel_id}/messages": {"nonce": new_id(), "text": "hello"},
            "/channels/{channel_id}/read-state": {"seq": 1},
            "/channels/{channel_id}/messages/{message_id}": {"text": "edited"},
            "/channels/{channel_id}/participants/{user_id}/move": {"channel_id": self.channel.id},
            "/voice/leave": {"participant_id": new_id(), "resume_token": "x"},
            "/admin/users/{user_id}": {"role": "administrator"},
            "/admin/settings": {"name": f"Home {new_id()[-4:]}"},
        }.get(path, {})


class Theatre:
    """Sets the scene for each request."""

    def __init__(self, site: Site, root: httpx2.AsyncClient, password_hash: str) -> None:
        self.site = site
        self._root = root
        self._password_hash = password_hash

    @classmethod
    async def open(cls, site: Site) -> Theatre:
        """With an administrator who is in nothing that will be asked about."""
        hasher = PasswordHasher()
        password_hash = await hasher.hash(PASSWORD)
        hasher.close()
        return cls(site, await site.administrator("root"), password_hash)

    async def scene(self, role: Role, visibility: Visibility, route: str) -> Scene:
        """Somebody in that role, and what they will ask about on that route."""
        self.site.clock.advance(901)
        scene = await self.site.instance.database.write(lambda unit: self._people(unit, role, visibility))
        scene = await self._with_what_is_asked_for(scene, role, route)
        parts = self.site.instance._parts
        if role is Role.DISABLED:
            await self._root.patch(f"admin/users/{scene.actor.id}", json={"disabled": True})
        if role is Role.ENDED:
            await parts.accounts.log_out(await parts.accounts.identify(scene.token))
        return scene

    async def _with_what_is_asked_for(self, scene: Scene, role: Role, route: str) -> Scene:
        parts = self.site.instance._parts
        if "{message_id}" in route:
            author = scene.actor if role is Role.MEMBER else scene.other
            message, _ = await parts.messages.post_message(author, scene.channel.id, new_id(), "for us")
            return replace(scene, message_id=message.id)
        if "{invite_id}" in route or "/register" in route:
            made = await invite(self._root)
            return replace(scene, invite_id=made["id"], secret=made["secret"])
        if "/login/link" in route:
            return replace(scene, secret=await parts.accounts.make_sign_in_link(scene.other.user_name, "member"))
        if "/password-reset" in route:
            made = (await self._root.post(f"admin/users/{scene.other.id}/reset-link", json={})).json()
            return replace(scene, secret=made["secret"])
        return scene

    def _people(self, unit: Unit, role: Role, visibility: Visibility) -> Scene:
        is_administrator = role in (Role.ADMINISTRATOR, Role.STRANGE_ADMINISTRATOR)
        actor = self._user(unit, "administrator" if is_administrator else "member")
        other = self._user(unit, "member")
        channel = create_channel(unit, "text", "secret", visibility=visibility)
        add_member(unit, channel, other.id)
        if role not in (Role.STRANGER, Role.STRANGE_ADMINISTRATOR):
            add_member(unit, channel, actor.id)
        login = begin_session(unit, actor, "test")
        return Scene(actor, login.login_session_id, login.token, other, channel)

    def _user(self, unit: Unit, role: Literal["administrator", "member"]) -> User:
        account = NewAccount(f"u{new_id()[-12:]}", "Somebody", None, "")
        return add_user(unit, account, role, self._password_hash)
