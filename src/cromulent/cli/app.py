"""The commands and their options."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cromulent import __version__
from cromulent.cli.refusal import Refusal
from cromulent.config import Config, ConfigError, Value, load_config

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Cromulent: a self-hosted place to write and talk.",
)
admin = typer.Typer(no_args_is_help=True, help="What an operator may do without a browser.")
app.add_typer(admin, name="admin")

DataOption = Annotated[str | None, typer.Option("--data", help="The data folder.", show_default="./data")]
ConfigOption = Annotated[
    str | None, typer.Option("--config", help="The TOML file.", show_default="cromulent.toml in the data folder")
]


def main() -> None:
    """Run the command line. A refusal is one line on stderr and exit code 1."""
    try:
        app()
    except (Refusal, ConfigError) as refusal:
        print(f"cromulent: {refusal}", file=sys.stderr)
        sys.exit(1)


@app.command()
def serve(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port; 0 for any free one.", show_default="4000")] = None,
    data: DataOption = None,
    tls: Annotated[str | None, typer.Option(help="`self`: encrypt with an authority of our own.")] = None,
    tls_cert: Annotated[str | None, typer.Option(help="Certificate chain, PEM.")] = None,
    tls_key: Annotated[str | None, typer.Option(help="Private key, PEM.")] = None,
    stun_port: Annotated[
        int | None, typer.Option(help="Port of the built-in STUN and relay; 0 for neither.", show_default="3478")
    ] = None,
    no_relay: Annotated[bool, typer.Option("--no-relay", help="STUN only; calls that need a relay fail.")] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="Two users, two sign-in links; a throw-away data folder without --data.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Run the instance: page, API, gateway, STUN, relay."""
    from cromulent.cli.serve import serve_until_stopped

    given: dict[str, Value | None] = {"host": host, "port": port, "data": data, "stun_port": stun_port}
    if demo:
        given["demo"] = True
    encryption: dict[str, Value | None] = {
        "mode": tls or ("files" if tls_cert or tls_key else None),
        "cert": tls_cert,
        "key": tls_key,
    }
    turn: dict[str, object] = {"provider": "none"} if no_relay else {}
    settings = _given(given) | {"tls": dict[str, object](_given(encryption)), "turn": turn}
    serve_until_stopped(load_config(settings, file=config), throw_away=demo and data is None)


@admin.command("create")
def create_administrator(
    user_name: Annotated[str, typer.Argument(help="User name of the new administrator.")],
    *,
    email: Annotated[str | None, typer.Option(help="E-mail address.")] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Make an administrator: through the running server, or on the data folder itself when none runs."""
    from cromulent.cli.admin import create

    create(_commands_config(data, config), user_name, email, _password(from_stdin=password_stdin))


@admin.command("reset-link")
def make_reset_link(
    user_name: Annotated[str, typer.Argument(help="User name of whoever has forgotten the password.")],
    *,
    data: DataOption = None,
    config: ConfigOption = None,
) -> None:
    """Print a link, good once, by which a user sets another password."""
    from cromulent.cli.admin import make_reset_link as make

    make(_commands_config(data, config), user_name)


@app.command("coturn-config")
def make_coturn_config(
    folder: Annotated[str, typer.Argument(help="Where to write turnserver.conf and cromulent.env.")],
    *,
    address: Annotated[str, typer.Option(help="The IPv4 address people reach the relay at.")],
    own_address: Annotated[
        str | None, typer.Option(help="The machine's own, behind a router.", show_default="the same")
    ] = None,
    realm: Annotated[str, typer.Option(help="The name of the relay; with TLS the host its certificate names.")] = (
        "cromulent"
    ),
    lan: Annotated[str | None, typer.Option(help="A private network to relay into: 192.168.1.0/24.")] = None,
    tls_cert: Annotated[str, typer.Option(help="Certificate chain, PEM, for TURN over TLS.")] = "",
    tls_key: Annotated[str, typer.Option(help="Its private key, PEM.")] = "",
    tls_port: Annotated[int, typer.Option(min=1, max=65535, help="The TCP port of TURN over TLS.")] = 5349,
) -> None:
    """Write a hardened configuration for coturn, with a new secret, and the settings that go with it."""
    from cromulent.cli.coturn import ipv4_address, ipv4_network, new_secret, write_coturn_files
    from cromulent.voice import CoturnSettings

    settings = CoturnSettings(
        address=ipv4_address(address),
        own_address=ipv4_address(own_address or address),
        realm=realm,
        secret=new_secret(),
        certificate=tls_cert,
        private_key=tls_key,
        tls_port=tls_port,
        lan=ipv4_network(lan) if lan else None,
    )
    write_coturn_files(Path(folder), settings)


@app.command()
def doctor(*, data: DataOption = None, config: ConfigOption = None) -> None:
    """Look whether all works: ports, relay, database, disk, clock, TLS; say what to change. Exit code 1 if something fails."""
    from cromulent.cli.doctor.command import examine_instance

    if not examine_instance(_commands_config(data, config)):
        raise typer.Exit(1)


@app.command()
def version() -> None:
    """Print the version."""
    print(__version__)


def _commands_config(data: str | None, file: str | None) -> Config:
    return load_config(_given({"data": data}), file=file)


def _given(options: dict[str, Value | None]) -> dict[str, Value]:
    return {name: value for name, value in options.items() if value is not None}


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
