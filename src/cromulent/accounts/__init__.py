"""Accounts: users, their passwords and logins, and the links that let people in."""

from cromulent.accounts.access import require_administrator, require_enabled
from cromulent.accounts.entry import EntryChecks
from cromulent.accounts.errors import (
    AccountDisabled,
    EmailTaken,
    LinkInvalid,
    TooManyAttempts,
    UserNameTaken,
    WrongCredentials,
)
from cromulent.accounts.facts import (
    AdministratorCreated,
    EmailChanged,
    InviteCreated,
    InviteRevoked,
    LoginSessionEnded,
    PasswordChanged,
    ResetLinkMade,
    RoleChanged,
    UserCreated,
    UserDisabled,
    UserEnabled,
    UserSettingsUpdated,
    UserUpdated,
)
from cromulent.accounts.invites.model import Invite, checked_terms
from cromulent.accounts.model import (
    Identity,
    LoggedIn,
    LoginSession,
    NewAccount,
    Role,
    User,
    Visitor,
    checked_account,
    checked_device,
)
from cromulent.accounts.profiles import ProfileService
from cromulent.accounts.registration import MAX_ARRIVALS_PAGE, MAX_INVITES_PAGE, RegistrationService
from cromulent.accounts.service import AccountService, add_user
from cromulent.accounts.store import find_user, get_user, get_users, is_enabled, public_users, user_ids
from cromulent.accounts.throttle import network_of
from cromulent.accounts.user_administration import MAX_USERS_PAGE, UserAdministration
from cromulent.accounts.user_settings.model import NoiseSuppression, PeerSound, Sound, TalkMode, Theme, UserSettings
from cromulent.accounts.user_settings.store import get_user_settings

__all__ = [
    "MAX_ARRIVALS_PAGE",
    "MAX_INVITES_PAGE",
    "MAX_USERS_PAGE",
    "AccountDisabled",
    "AccountService",
    "AdministratorCreated",
    "EmailChanged",
    "EmailTaken",
    "EntryChecks",
    "Identity",
    "Invite",
    "InviteCreated",
    "InviteRevoked",
    "LinkInvalid",
    "LoggedIn",
    "LoginSession",
    "LoginSessionEnded",
    "NewAccount",
    "NoiseSuppression",
    "PasswordChanged",
    "PeerSound",
    "ProfileService",
    "RegistrationService",
    "ResetLinkMade",
    "Role",
    "RoleChanged",
    "Sound",
    "TalkMode",
    "Theme",
    "TooManyAttempts",
    "User",
    "UserAdministration",
    "UserCreated",
    "UserDisabled",
    "UserEnabled",
    "UserNameTaken",
    "UserSettings",
    "UserSettingsUpdated",
    "UserUpdated",
    "Visitor",
    "WrongCredentials",
    "add_user",
    "checked_account",
    "checked_device",
    "checked_terms",
    "find_user",
    "get_user",
    "get_user_settings",
    "get_users",
    "is_enabled",
    "network_of",
    "public_users",
    "require_administrator",
    "require_enabled",
    "user_ids",
]
