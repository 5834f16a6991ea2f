"""`cromulent admin`: what an operator may do, through the running server or on the data folder itself."""

from __future__ import annotations

import asyncio
import os

from msgspec.structs import replace

from cromulent.cli.admin_socket import (
    Answer,
    CreateAdministrator,
    Done,
    MakeResetLink,
    Order,
    Refused,
    Workplace,
    ask,
    carry_out,
)
from cromulent.cli.banner import site_of
from cromulent.cli.data_folder import FolderInUse, locked, refuse_missing_volume
from cromulent.cli.logs import configure_logs
from cromulent.cli.opening import opened
from cromulent.cli.refusal import Refusal
from cromulent.config import Config


def create(config: Config, user_name: str, email: str | None, password: str) -> None:
    """Make an administrator and say so. Raises `Refusal`."""
    _give(config, CreateAdministrator(user_name, password, email))


def make_reset_link(config: Config, user_name: str) -> None:
    """Print a link by which a user sets another password. Raises `Refusal`."""
    _give(config, MakeResetLink(user_name))


def _give(config: Config, order: Order) -> None:
    """Have an order carried out by the running server, or here when none runs."""
    os.umask(0o077)
    configure_logs("error")
    try:
        with locked(config.data_folder):
            refuse_missing_volume(config)
            outcome = asyncio.run(_carry_out_here(config, order))
    except FolderInUse:
        outcome = asyncio.run(ask(config.data_folder, order))
    if isinstance(outcome, Refused):
        raise Refusal(outcome.message)
    if isinstance(outcome, Done):
        print(outcome.text)


async def _carry_out_here(config: Config, order: Order) -> Answer:
    instance = await opened(replace(config, stun_port=0))  # nobody comes to call meanwhile
    try:
        return await carry_out(Workplace(instance, site_of(config, config.port).url), order)
    finally:
        await instance.close()
