"""`cromulent serve`: the data folder, the port, the instance, and what is printed."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack, asynccontextmanager

import msgspec
import uvloop

from cromulent.accounts import Role
from cromulent.bootstrap import Instance
from cromulent.cli.admin_socket import Workplace, admin_socket
from cromulent.cli.banner import Banner, site_of
from cromulent.cli.data_folder import locked, refuse_missing_volume, throw_away_folder
from cromulent.cli.listening import listen
from cromulent.cli.logs import configure_logs
from cromulent.cli.metrics_port import metrics_port, metrics_sockets
from cromulent.cli.opening import opened
from cromulent.cli.refusal import Refusal
from cromulent.cli.server import Server, port_of, server_config
from cromulent.cli.tls import TlsFiles, keep_fresh, tls_files
from cromulent.cli.voice_port import Surroundings, VoicePort, voice_lines
from cromulent.config import Config
from cromulent.relay import RelayTls

DEMO_USERS: Sequence[tuple[str, Role]] = (("Ann", "administrator"), ("Ben", "member"))


def serve_until_stopped(config: Config, *, throw_away: bool) -> None:
    """Run the instance until SIGTERM or SIGINT. Raises `Refusal` when it cannot start."""
    os.umask(0o077)
    _allow_many_connections()
    configure_logs(config.log_level)
    with ExitStack() as held:
        if throw_away:
            folder = str(held.enter_context(throw_away_folder()))
            config = msgspec.structs.replace(config, data=folder, database_url="")  # nothing of it may stay
        folder = held.enter_context(locked(config.data_folder))
        refuse_missing_volume(config)
        sockets = listen(config.host, config.port)
        watched = metrics_sockets(config.metrics)
        uvloop.run(_serve(config, sockets, watched, tls_files(config, folder)))


def _allow_many_connections() -> None:
    """Each connection is an open file, and the usual soft limit is 1,024; the hard one is the system's word."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _serve(
    config: Config, sockets: Sequence[socket.socket], watched: Sequence[socket.socket], tls: TlsFiles | None
) -> None:
    instance = await opened(config, tls and RelayTls(tls.certificate, tls.key))
    try:
        _refuse_other_instance(instance)
        port = port_of(sockets)
        site = site_of(config, port)
        async with admin_socket(config.data_folder, Workplace(instance, site.url, port)):
            banner = Banner(site, await _links(instance), tls, voice_lines(_voice_port(instance), Surroundings.seen()))
            settings = server_config(instance, tls)
            settings.load()
            async with _certificate_kept_fresh(settings.ssl, config), metrics_port(watched, instance.metrics):
                await Server(settings, instance, banner.print).serve(sockets=list(sockets))
    finally:
        await instance.close()


@asynccontextmanager
async def _certificate_kept_fresh(context: ssl.SSLContext | None, config: Config) -> AsyncGenerator[None]:
    work = None if context is None else asyncio.create_task(keep_fresh(context, config, config.data_folder))
    try:
        yield
    finally:
        if work is not None:
            work.cancel()


def _voice_port(instance: Instance) -> VoicePort:
    """What people are told of at our own port; nothing while somebody else's servers are handed out."""
    own = instance.own_port
    if instance.config.turn.provider not in ("built-in", "none"):
        return VoicePort(0, relay=False)
    if own.relay is None:
        return VoicePort(own.number, relay=False)
    return VoicePort(own.number, relay=True, tcp=bool(own.relay.ports.listeners), tls=own.relay.tls is not None)


def _refuse_other_instance(instance: Instance) -> None:
    found, expected = instance.settings.current.instance_id, instance.config.instance_id
    if expected and found != expected:
        raise Refusal(f"The data folder holds the instance {found}, not {expected}: your volume is not mounted.")


async def _links(instance: Instance) -> list[str]:
    """Paths of the links to print, secrets in the fragment: set-up while nobody has an account, sign-in for a demonstration."""
    secret = await instance.accounts.renew_links()
    if instance.config.demo:
        secrets = [await instance.accounts.make_sign_in_link(name, role) for name, role in DEMO_USERS]
        return [f"/enter#{secret}" for secret in secrets]
    return [f"/setup#{secret}"] if secret else []
