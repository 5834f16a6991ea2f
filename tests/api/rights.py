"""Who may do what, route by route: the table the test of rights is made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """What somebody can be to the channel, the message and the instance a request is about."""

    ANONYMOUS = "anonymous"
    ENDED = "a login that has ended"
    DISABLED = "a disabled user"
    STRANGER = "not in the channel"
    STRANGE_ADMINISTRATOR = "an administrator who is not in the channel"
    MEMBER = "a member, who has written the message"
    ADMINISTRATOR = "an administrator and member"


NOBODY = (Role.ANONYMOUS, Role.ENDED, Role.DISABLED)


@dataclass(frozen=True)
class Rights:
    """The status a well-formed request is answered with, by who sends it; whoever is not named is nobody: 401."""

    strangers: int
    strange_administrators: int
    members: int
    administrators: int
    nobody: int = 401

    def status_for(self, role: Role) -> int:
        """What this one is answered."""
        return {
            Role.STRANGER: self.strangers,
            Role.STRANGE_ADMINISTRATOR: self.strange_administrators,
            Role.MEMBER: self.members,
            Role.ADMINISTRATOR: self.administrators,
        }.get(role, self.nobody)


def anybody(status: int) -> Rights:
    """Public."""
    return Rights(status, status, status, status, nobody=status)


def users(status: int) -> Rights:
    """Everybody who is logged in."""
    return Rights(status, status, status, status)


def members(status: int) -> Rights:
    """Members of the channel: for all others there is none."""
    return Rights(404, 404, status, status)


def administrators(status: int) -> Rights:
    """Administrators of the instance, whatever channels they are in."""
    return Rights(403, status, 403, status)


def administrators_inside(status: int) -> Rights:
    """Administrators who are in the channel."""
    return Rights(404, 404, 403, status)


V1 = "/api/v1"
CHANNEL = f"{V1}/channels/{{channel_id}}"
MESSAGE = f"{CHANNEL}/messages/{{message_id}}"
USER = f"{V1}/admin/users/{{user_id}}"
INVITE = f"{V1}/admin/invites/{{invite_id}}"

IN_A_PRIVATE_CHANNEL: dict[str, Rights] = {
    f"GET {V1}/instance": anybody(200),
    f"POST {V1}/setup": anybody(404),  # the link died with the first administrator
    f"POST {V1}/register": anybody(201),
    f"POST {V1}/register/check": anybody(204),
    f"POST {V1}/login": anybody(200),
    f"POST {V1}/login/link": anybody(200),
    f"POST {V1}/password-reset": anybody(200),
    f"POST {V1}/logout": users(204),
    f"GET {V1}/me": users(200),
    f"PATCH {V1}/me": users(200),
    f"GET {V1}/me/settings": users(200),
    f"PATCH {V1}/me/settings": users(200),
    f"PUT {V1}/me/email": users(200),
    f"PUT {V1}/me/password": users(200),
    f"GET {V1}/login-sessions": users(200),
    f"DELETE {V1}/login-sessions/{{login_session_id}}": users(204),
    f"GET {V1}/users/{{user_id}}": users(200),
    f"GET {V1}/channels": users(200),
    f"POST {V1}/channels": administrators(201),
    f"PATCH {CHANNEL}": administrators_inside(200),
    f"DELETE {CHANNEL}": administrators_inside(204),
    f"PUT {CHANNEL}/position": administrators_inside(200),
    f"GET {CHANNEL}/members": members(200),
    f"PUT {CHANNEL}/members/{{user_id}}": administrators_inside(204),
    f"DELETE {CHANNEL}/members/{{user_id}}": administrators_inside(204),
    f"POST {CHANNEL}/join": members(200),
    f"POST {CHANNEL}/leave": members(204),
    f"GET {CHANNEL}/messages": members(200),
    f"POST {CHANNEL}/messages": members(201),
    f"PUT {CHANNEL}/read-state": members(200),
    f"PATCH {MESSAGE}": Rights(404, 404, members=200, administrators=403),  # the author alone
    f"DELETE {MESSAGE}": members(200),  # the member is its author
    f"POST {V1}/voice/leave": users(400),  # whatever is wrong with the token
    f"POST {CHANNEL}/participants/{{user_id}}/disconnect": administrators_inside(400),  # the channel is for text
    f"POST {CHANNEL}/participants/{{user_id}}/move": administrators_inside(400),
    f"POST {CHANNEL}/participants/{{user_id}}/mute": administrators_inside(400),
    f"POST {CHANNEL}/participants/{{user_id}}/unmute": administrators_inside(400),
    f"GET {V1}/admin/users": administrators(200),
    f"PATCH {USER}": administrators(200),
    f"POST {USER}/reset-link": administrators(201),
    f"PATCH {V1}/admin/settings": administrators(200),
    f"GET {V1}/admin/audit-log": administrators(200),
    f"GET {V1}/admin/calls": administrators(200),
    f"GET {V1}/admin/ice-servers": administrators(200),
    f"POST {V1}/admin/ice-servers/check": administrators(200),
    f"GET {V1}/admin/invites": administrators(200),
    f"POST {V1}/admin/invites": administrators(201),
    f"DELETE {INVITE}": administrators(204),
    f"GET {INVITE}/users": administrators(200),
    "GET /healthz": anybody(200),
    "GET /readyz": anybody(200),
}
"""Every route there is, asked about a private channel."""

IN_A_PUBLIC_CHANNEL: dict[str, Rights] = {
    f"PATCH {CHANNEL}": administrators(200),
    f"DELETE {CHANNEL}": administrators(204),
    f"PUT {CHANNEL}/position": administrators(200),
    f"GET {CHANNEL}/members": members(200),
    f"PUT {CHANNEL}/members/{{user_id}}": administrators(204),
    f"DELETE {CHANNEL}/members/{{user_id}}": administrators(204),
    f"POST {CHANNEL}/join": users(200),
    f"POST {CHANNEL}/leave": members(204),
    f"GET {CHANNEL}/messages": members(200),
    f"POST {CHANNEL}/messages": members(201),
    f"PUT {CHANNEL}/read-state": members(200),
    f"PATCH {MESSAGE}": Rights(404, 404, members=200, administrators=403),
    f"DELETE {MESSAGE}": members(200),
    f"POST {CHANNEL}/participants/{{user_id}}/disconnect": administrators(400),
    f"POST {CHANNEL}/participants/{{user_id}}/move": administrators(400),
    f"POST {CHANNEL}/participants/{{user_id}}/mute": administrators(400),
    f"POST {CHANNEL}/participants/{{user_id}}/unmute": administrators(400),
}
"""What names a channel, asked about one that anybody could join."""
