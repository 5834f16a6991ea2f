"""Accounts: users, their passwords and logins, and the links that let the first ones in."""

from cromulent.accounts.errors import EmailTaken, LinkInvalid, TooManyAttempts, UserNameTaken, WrongCredentials
from cromulent.accounts.facts import LoginSessionEnded, UserCreated, UserUpdated
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
from cromulent.accounts.service import AccountService, add_user
from cromulent.accounts.store import find_user, get_user, get_users, login_session_is_live, public_users, user_ids

__all__ = [
    "AccountService",
    "EmailTaken",
    "Identity",
    "LinkInvalid",
    "LoggedIn",
    "LoginSession",
    "LoginSessionEnded",
    "NewAccount",
    "Role",
    "TooManyAttempts",
    "User",
    "UserCreated",
    "UserNameTaken",
    "UserUpdated",
    "Visitor",
    "WrongCredentials",
    "add_user",
    "checked_account",
    "checked_device",
    "find_user",
    "get_user",
    "get_users",
    "login_session_is_live",
    "public_users",
    "user_ids",
]
