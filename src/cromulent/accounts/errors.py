"""What can be wrong with logging in and signing up."""

from __future__ import annotations

from cromulent.kernel.errors import Conflict, NotAuthenticated, NotFound, RateLimited


class WrongCredentials(NotAuthenticated):
    """No such user, or not that password: the two are never told apart."""

    code = "wrong_credentials"
    message = "The user name or the password is wrong."


class TooManyAttempts(RateLimited):
    """Too many logins failed for this account or from this address."""

    code = "too_many_attempts"
    message = "Too many attempts have failed. Wait a few minutes and try again."


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
