"""The first administrator, registering, logging in and out, and who one is."""

from __future__ import annotations

import msgspec
from litestar import Response, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from cromulent import wire
from cromulent.accounts import (
    AccountService,
    Identity,
    LoggedIn,
    NoiseSuppression,
    ProfileService,
    RegistrationService,
    Sound,
    TalkMode,
    Theme,
    UserSettings,
    Visitor,
    checked_account,
)
from cromulent.web.authentication import (
    PUBLIC,
    ApiRequest,
    device_cookie,
    login_cookie,
    no_cookie,
    renewed_cookie,
)
from cromulent.web.body import Body, Nothing, given


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
    """The secret a link carries."""

    secret: str


class RegisterBody(Body, frozen=True):
    """Who somebody wants to be; `invite` is the secret of an invite link, not needed where registration is open."""

    user_name: str
    password: str
    email: str | None = None
    invite: str | None = None


class ResetBody(Body, frozen=True):
    """The secret of a reset link, and the password to be."""

    secret: str
    password: str


class ProfileBody(Body, frozen=True):
    """What oneself may change of one's profile."""

    display_name: str


class PeerSoundBody(Body, frozen=True):
    """How loud somebody is to oneself."""

    volume: int
    muted: bool


class UserSettingsBody(Body, frozen=True):
    """What oneself chooses anew; what is left out stays."""

    theme: Theme | msgspec.UnsetType = msgspec.UNSET
    talk_mode: TalkMode | msgspec.UnsetType = msgspec.UNSET
    talk_key: str | msgspec.UnsetType = msgspec.UNSET
    talk_latching: bool | msgspec.UnsetType = msgspec.UNSET
    talk_release_ms: int | msgspec.UnsetType = msgspec.UNSET
    voice_threshold_dbfs: int | msgspec.UnsetType = msgspec.UNSET
    echo_cancellation: bool | msgspec.UnsetType = msgspec.UNSET
    noise_suppression: NoiseSuppression | msgspec.UnsetType = msgspec.UNSET
    auto_gain_control: bool | msgspec.UnsetType = msgspec.UNSET
    input_volume: int | msgspec.UnsetType = msgspec.UNSET
    output_volume: int | msgspec.UnsetType = msgspec.UNSET
    relay_only: bool | msgspec.UnsetType = msgspec.UNSET
    muted_sounds: tuple[Sound, ...] | msgspec.UnsetType = msgspec.UNSET
    peer_sounds: dict[str, PeerSoundBody] | msgspec.UnsetType = msgspec.UNSET


class EmailBody(Body, frozen=True):
    """The password one has, and the address to be; null or empty for none."""

    current_password: str
    email: str | None


class PasswordBody(Body, frozen=True):
    """The password one has, and the one to be."""

    current_password: str
    password: str


class UserAnswer(msgspec.Struct, frozen=True):
    """A user as everybody sees them."""

    user: wire.User


class MeAnswer(msgspec.Struct, frozen=True):
    """Oneself, with what only oneself sees."""

    user: wire.User
    email: str | None


class UserSettingsAnswer(msgspec.Struct, frozen=True):
    """One's own choices as they are now."""

    settings: wire.UserSettings


@post("/setup", opt=PUBLIC)
async def set_up(
    data: JSONBody[SetupBody],
    request: ApiRequest,
    visitor: NamedDependency[Visitor],
    accounts: NamedDependency[AccountService],
) -> Response[UserAnswer]:
    """Make the first administrator and log them in."""
    account = checked_account(data.user_name, data.email, data.password)
    logged_in = await accounts.create_first_administrator(data.secret, account, visitor)
    return _logged_in(request, logged_in, accounts.mark_for(logged_in.user, visitor), 201)


@post("/register", opt=PUBLIC)
async def register(
    data: JSONBody[RegisterBody],
    request: ApiRequest,
    visitor: NamedDependency[Visitor],
    accounts: NamedDependency[AccountService],
    registration: NamedDependency[RegistrationService],
) -> Response[UserAnswer]:
    """Make an account and log in."""
    account = checked_account(data.user_name, data.email, data.password)
    logged_in = await registration.register(data.invite, account, visitor)
    return _logged_in(request, logged_in, accounts.mark_for(logged_in.user, visitor), 201)


@post("/register/check", opt=PUBLIC, status_code=204)
async def check_invite(
    data: JSONBody[LinkBody],
    visitor: NamedDependency[Visitor],
    registration: NamedDependency[RegistrationService],
) -> None:
    """Whether an invite is good, so that nobody fills a form in for nothing."""
    await registration.check_invite(data.secret, visitor)


@post("/login", opt=PUBLIC)
async def log_in(
    data: JSONBody[LoginBody],
    request: ApiRequest,
    visitor: NamedDependency[Visitor],
    accounts: NamedDependency[AccountService],
) -> Response[UserAnswer]:
    """Log in with a password."""
    logged_in = await accounts.log_in(data.login, data.password, visitor)
    return _logged_in(request, logged_in, accounts.mark_for(logged_in.user, visitor), 200)


@post("/login/link", opt=PUBLIC)
async def log_in_by_link(
    data: JSONBody[LinkBody],
    request: ApiRequest,
    visitor: NamedDependency[Visitor],
    accounts: NamedDependency[AccountService],
) -> Response[UserAnswer]:
    """Log in with a demonstration link."""
    logged_in = await accounts.log_in_by_link(data.secret, visitor)
    return _logged_in(request, logged_in, accounts.mark_for(logged_in.user, visitor), 200)


@post("/password-reset", opt=PUBLIC, status_code=200)
async def reset_password(
    data: JSONBody[ResetBody],
    request: ApiRequest,
    visitor: NamedDependency[Visitor],
    accounts: NamedDependency[AccountService],
    profiles: NamedDependency[ProfileService],
) -> Response[UserAnswer]:
    """Set a password by a reset link and log in; every other login of the user ends."""
    logged_in = await profiles.reset_password(data.secret, data.password, visitor)
    return _logged_in(request, logged_in, accounts.mark_for(logged_in.user, visitor), 200)


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


@patch("/me")
async def change_profile(
    data: JSONBody[ProfileBody], identity: NamedDependency[Identity], profiles: NamedDependency[ProfileService]
) -> MeAnswer:
    """Change one's own display name."""
    user = await profiles.change_display_name(identity.user, data.display_name)
    return MeAnswer(wire.user_to_wire(user), user.email)


@get("/me/settings")
async def show_user_settings(
    identity: NamedDependency[Identity], profiles: NamedDependency[ProfileService]
) -> UserSettingsAnswer:
    """What one has chosen."""
    return UserSettingsAnswer(wire.user_settings_to_wire(await profiles.settings_of(identity.user)))


@patch("/me/settings")
async def change_user_settings(
    data: JSONBody[UserSettingsBody], identity: NamedDependency[Identity], profiles: NamedDependency[ProfileService]
) -> UserSettingsAnswer:
    """Choose some things anew; every page and device of the user follows."""
    chosen = {name: given(getattr(data, name)) for name in data.__struct_fields__}
    change = msgspec.convert(chosen, UserSettings, from_attributes=True)
    return UserSettingsAnswer(wire.user_settings_to_wire(await profiles.change_settings(identity.user, change)))


@put("/me/email")
async def change_email(
    data: JSONBody[EmailBody],
    identity: NamedDependency[Identity],
    visitor: NamedDependency[Visitor],
    profiles: NamedDependency[ProfileService],
) -> MeAnswer:
    """Change one's own e-mail address, or have none."""
    user = await profiles.change_email(identity.user, data.current_password, data.email, visitor)
    return MeAnswer(wire.user_to_wire(user), user.email)


@put("/me/password")
async def change_password(
    data: JSONBody[PasswordBody],
    request: ApiRequest,
    identity: NamedDependency[Identity],
    visitor: NamedDependency[Visitor],
    profiles: NamedDependency[ProfileService],
) -> Response[UserAnswer]:
    """Change one's own password: one's other logins end, and this one goes on with another token."""
    logged_in = await profiles.change_password(identity, data.current_password, data.password, visitor)
    answer = UserAnswer(wire.user_to_wire(logged_in.user))
    return Response(answer, cookies=[login_cookie(request, logged_in.token)])


def _logged_in(request: ApiRequest, logged_in: LoggedIn, mark: str, status: int) -> Response[UserAnswer]:
    answer = UserAnswer(wire.user_to_wire(logged_in.user))
    cookies = [login_cookie(request, logged_in.token), device_cookie(request, mark)]
    return Response(answer, status_code=status, cookies=cookies)


ROUTES = (
    set_up,
    register,
    check_invite,
    log_in,
    log_in_by_link,
    reset_password,
    log_out,
    show_me,
    change_profile,
    show_user_settings,
    change_user_settings,
    change_email,
    change_password,
)
