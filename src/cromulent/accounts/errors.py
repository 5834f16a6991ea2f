"""What can be wrong with logging in and signing up."""

from __future__ import annotations

from cromulent.kernel.errors import Conflict, Forbidden, InvalidInput, NotAuthenticated, NotFound, RateLimited


class WrongCredentials(NotAuthenticated):
    """No such user, or not that password: the two are never told apart."""

    code = "wrong_credentials"
    message = "The user name or the password is wrong."


class AccountDisabled(Forbidden):
    """The right password of a user who is disabled: only whoever knows it is told."""

    code = "account_disabled"
    message = "Your account was disabled. Ask whoever runs this instance."


class TooManyAttempts(RateLimited):
    """Too many logins failed for this account or from this address."""

    code = "too_many_attempts"
    message = "Too many attempts have failed."


class LinkInvalid(NotFound):
    """A link that carries a secret: used up, replaced, expired, or never made."""

    code = "link_invalid"
    message = "This link is not valid, or not any more."


class UserNameTaken(Conflict):
    """Somebody has the name already, perhaps in other capitals."""

    code = "user_name_taken"
    message = "This user name is taken."


class EmailTaken(Conflict):
    """Somebody has the address already."""

    code = "email_taken"
    message = "This e-mail address is in use."


class RegistrationClosed(Forbidden):
    """Nobody can make an account by themselves: an administrator has closed registration, or there is none yet."""

    code = "registration_closed"
    message = "This instance takes no new users at the moment."


class WrongPassword(InvalidInput):
    """The current password, which a change of the password or the address asks for, is another one."""

    code = "wrong_password"
    message = "This is not your current password."

    def __init__(self) -> None:
        super().__init__(detail={"field": "current_password"})


class LastAdministrator(Conflict):
    """There must always be somebody who can let others in."""

    code = "last_administrator"
    message = "This is the last administrator. Make somebody else one first."


class NotForTheDisabled(Conflict):
    """Nothing of the kind is done for a user who is disabled."""

    code = "user_disabled"
    message = "This user is disabled. Enable them first."
