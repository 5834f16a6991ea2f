"""What the gateway does about news of accounts, after the commit: it closes the sockets that stand on what is worth nothing any more."""

from __future__ import annotations

from collections.abc import Callable

from cromulent.accounts import LoginSessionEnded, PasswordChanged, UserDisabled
from cromulent.gateway.hub import Hub
from cromulent.kernel.facts import Fact

TOKEN_REPLACED_SECONDS = 5.0
"""After a change of the password: enough for its answer to reach the browser, and with it the token its sockets come back with."""


def close_connections_of(hub: Hub) -> Callable[[Fact], None]:
    """The reaction that closes connections, each with the reason."""

    def react(fact: Fact) -> None:
        match fact:
            case UserDisabled():
                hub.close_user(fact.user_id)
            case LoginSessionEnded():
                hub.close_login_session(fact.login_session_id, fact.user_id)
            case PasswordChanged(renewed_session_id=str(renewed)):
                hub.replace_token(renewed, fact.user_id, after_seconds=TOKEN_REPLACED_SECONDS)
            case _:
                pass

    return react
