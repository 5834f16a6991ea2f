"""The first administrator, logging in and out, and who one is."""

from __future__ import annotations

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from cromulent import wire
from cromulent.accounts import AccountService, Identity, LoggedIn, Visitor, checked_account
from cromulent.web.authentication import PUBLIC, ApiRequest, login_cookie, no_cookie, renewed_cookie
from cromulent.web.body import Body


class SetupBody(Body, frozen=True):
    """The set-up link's secret, and who the first administrator is."""

    secret: str
    user_name: str
    password: str
    email: str | None = None


class LoginBody(Body, frozen=True):
    """`login` is a user name or an e-mail address."""

    login: str
    password: str


class LinkBody(Body, frozen=True):
    """The secret a demonstration link carries."""

    secret: str


class Nothing(Body, frozen=True):
    """An empty object."""


class UserAnswer(msgspec.Struct, frozen=True):
    """A user as everybody sees them."""

    user: wire.User


class MeAnswer(msgspec.Struct, frozen=True):
    """Oneself, with what only oneself sees."""

    user: wire.User
    email: str | None


@post("/setup", opt=PUBLIC)
async def set_up(
    data: JSONBody[SetupBody],
    request: ApiRequest,
    visitor: NamedDependency[Visitor],
    accounts: NamedDependency[AccountService],
) -> Response[UserAnswer]:
    """Make the first administrator and log them in."""
    account = checked_account(data.user_name, data.email, data.password)
    return _logged_in(request, await accounts.create_first_administrator(data.secret, account, visitor), 201)


@post("/login", opt=PUBLIC)
async def log_in(
    data: JSONBody[LoginBody],
    request: ApiRequest,
    visitor: NamedDependency[Visitor],
    accounts: NamedDependency[AccountService],
) -> Response[UserAnswer]:
    """Log in with a password."""
    return _logged_in(request, await accounts.log_in(data.login, data.password, visitor), 200)


@post("/login/link", opt=PUBLIC)
async def log_in_by_link(
    data: JSONBody[LinkBody],
    request: ApiRequest,
    visitor: NamedDependency[Visitor],
    accounts: NamedDependency[AccountService],
) -> Response[UserAnswer]:
    """Log in with a demonstration link."""
    return _logged_in(request, await accounts.log_in_by_link(data.secret, visitor), 200)


@post("/logout")
async def log_out(
    data: JSONBody[Nothing],  # noqa: ARG001 - its shape is checked
    request: ApiRequest,
    identity: NamedDependency[Identity],
    accounts: NamedDependency[AccountService],
) -> Response[None]:
    """End the login this request was made with."""
    await accounts.log_out(identity)
    return Response(None, status_code=204, cookies=[no_cookie(request)])


@get("/me")
async def show_me(request: ApiRequest, identity: NamedDependency[Identity]) -> Response[MeAnswer]:
    """Who one is. A browser's cookie lasts its full time from here again."""
    user = identity.user
    return Response(MeAnswer(wire.user_to_wire(user), user.email), cookies=renewed_cookie(request))


def _logged_in(request: ApiRequest, logged_in: LoggedIn, status: int) -> Response[UserAnswer]:
    answer = UserAnswer(wire.user_to_wire(logged_in.user))
    return Response(answer, status_code=status, cookies=[login_cookie(request, logged_in.token)])


ROUTES = (set_up, log_in, log_in_by_link, log_out, show_me)
