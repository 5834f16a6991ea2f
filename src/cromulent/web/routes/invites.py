"""Invite links, for administrators: made, listed with who came through them, revoked."""

from __future__ import annotations

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from cromulent import wire
from cromulent.accounts import (
    MAX_ARRIVALS_PAGE,
    MAX_INVITES_PAGE,
    Identity,
    Invite,
    RegistrationService,
    checked_terms,
)
from cromulent.kernel.clock import to_wire
from cromulent.web.body import Body

WEEK_SECONDS = 7 * 86400


class InviteBody(Body, frozen=True):
    """The terms of an invite; null is no end in time, or in number."""

    expires_in_seconds: int | None = WEEK_SECONDS
    max_uses: int | None = None


class InviteOut(msgspec.Struct, frozen=True):
    """An invite without its secret. `uses` is how many have come through it."""

    id: str
    created_by: str
    created_at: str
    expires_at: str | None
    max_uses: int | None
    uses: int
    revoked_at: str | None


class InviteMadeAnswer(msgspec.Struct, frozen=True):
    """The secret is for the fragment of `/invite#…`; it is told this once."""

    invite: InviteOut
    secret: str


class InvitesAnswer(msgspec.Struct, frozen=True):
    """Invites, the newest first, and the `before` of the next page or null."""

    invites: list[InviteOut]
    next: str | None


class ArrivalOut(msgspec.Struct, frozen=True):
    """Somebody who came through an invite."""

    user: wire.User
    joined_at: str


class ArrivalsAnswer(msgspec.Struct, frozen=True):
    """Who came, in the order they came, and the `after` of the next page or null."""

    arrivals: list[ArrivalOut]
    next: str | None


@get("/admin/invites")
async def list_invites(
    identity: NamedDependency[Identity],
    registration: NamedDependency[RegistrationService],
    *,
    before: FromQuery[str | None] = None,
    limit: FromQuery[int] = MAX_INVITES_PAGE,
) -> InvitesAnswer:
    """A page of all invites, also those that are over."""
    page = await registration.invites(identity.user, before, limit)
    return InvitesAnswer([_invite_out(invite) for invite in page.invites], page.next)


@post("/admin/invites")
async def create_invite(
    data: JSONBody[InviteBody],
    identity: NamedDependency[Identity],
    registration: NamedDependency[RegistrationService],
) -> InviteMadeAnswer:
    """Make an invite link."""
    terms = checked_terms(data.expires_in_seconds, data.max_uses)
    invite, secret = await registration.create_invite(identity.user, terms)
    return InviteMadeAnswer(_invite_out(invite), secret)


@delete("/admin/invites/{invite_id:str}", status_code=204)
async def revoke_invite(
    invite_id: FromPath[str],
    identity: NamedDependency[Identity],
    registration: NamedDependency[RegistrationService],
) -> None:
    """Let an invite end; it stays in the list with who came through it."""
    await registration.revoke_invite(identity.user, invite_id)


@get("/admin/invites/{invite_id:str}/users")
async def list_arrivals(
    invite_id: FromPath[str],
    identity: NamedDependency[Identity],
    registration: NamedDependency[RegistrationService],
    *,
    after: FromQuery[str | None] = None,
    limit: FromQuery[int] = MAX_ARRIVALS_PAGE,
) -> ArrivalsAnswer:
    """A page of those who came through an invite."""
    page = await registration.arrivals(identity.user, invite_id, after, limit)
    arrivals = [ArrivalOut(wire.user_to_wire(each.user), to_wire(each.used_at)) for each in page.arrivals]
    return ArrivalsAnswer(arrivals, page.next)


def _invite_out(invite: Invite) -> InviteOut:
    return InviteOut(
        id=invite.id,
        created_by=invite.created_by,
        created_at=to_wire(invite.created_at),
        expires_at=None if invite.expires_at is None else to_wire(invite.expires_at),
        max_uses=invite.max_uses,
        uses=invite.uses,
        revoked_at=None if invite.revoked_at is None else to_wire(invite.revoked_at),
    )


ROUTES = (list_invites, create_invite, revoke_invite, list_arrivals)
