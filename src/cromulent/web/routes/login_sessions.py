"""One's own logins: where one is logged in, and ending any of them."""

from __future__ import annotations

import msgspec
from litestar import Response, delete, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from cromulent.accounts import AccountService, Identity, LoginSession
from cromulent.kernel.clock import to_wire
from cromulent.web.authentication import ApiRequest, no_cookie


class LoginSessionOut(msgspec.Struct, frozen=True):
    """A login; `current` is the one the request was made with."""

    id: str
    device: str
    created_at: str
    last_seen_at: str
    current: bool


class LoginSessionsAnswer(msgspec.Struct, frozen=True):
    """All of one's logins, the one used last first; there are at most 50."""

    login_sessions: list[LoginSessionOut]


@get("/login-sessions")
async def list_login_sessions(
    identity: NamedDependency[Identity], accounts: NamedDependency[AccountService]
) -> LoginSessionsAnswer:
    """Where one is logged in."""
    sessions = await accounts.login_sessions_of(identity.user)
    return LoginSessionsAnswer([_out(session, identity) for session in sessions])


@delete("/login-sessions/{login_session_id:str}", status_code=204)
async def end_login_session(
    login_session_id: FromPath[str],
    request: ApiRequest,
    identity: NamedDependency[Identity],
    accounts: NamedDependency[AccountService],
) -> Response[None]:
    """End one of one's own logins; its sockets are closed."""
    await accounts.end_login_session(identity.user, login_session_id)
    own = login_session_id == identity.login_session_id
    return Response(None, status_code=204, cookies=[no_cookie(request)] if own else [])


def _out(session: LoginSession, identity: Identity) -> LoginSessionOut:
    return LoginSessionOut(
        id=session.id,
        device=session.device,
        created_at=to_wire(session.created_at),
        last_seen_at=to_wire(session.last_seen_at),
        current=session.id == identity.login_session_id,
    )


ROUTES = (list_login_sessions, end_login_session)
