"""What the operator decides before the start: defaults, overridden by a TOML file, by the environment, by the command line."""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Literal, cast

import msgspec

Value = str | int | float | bool | list[object] | dict[str, object]
FILE_NAME = "cromulent.toml"
DISTRIBUTION = "cromulent-server"
DEFAULT_DATA = "data"
ROOM_SIZES = range(2, 13)
"""A room of one is none; beyond twelve the upload of a household does not carry a mesh."""
_PAGE = re.compile(r"https?://[^\s\"<>]+")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?|https?://\[[0-9a-f:]+\](:[0-9]+)?")

_ADDRESS = re.compile(r"([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}")


class ConfigError(Exception):
    """A setting is missing, unknown or out of range; the text is one sentence for the operator."""


class TlsConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the page is encrypted: not at all, with certificate files, or (`mode` = `self`) with an authority of our own."""

    mode: Literal["off", "files", "self"] = "off"
    cert: str = ""
    key: str = ""


class TurnConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which relay calls may use.

    `url` may name several, parted by commas; `secret` is coturn's, or that of the `account` with a hosted provider; `username`,
    `credential` or a whole JSON list, `ice_servers`, are for `static`. `stun_url`, and `url` with `built-in`, are handed out instead of
    what would be derived from the page's host.
    """

    provider: Literal["built-in", "none", "static", "coturn", "metered", "cloudflare", "twilio"] = "built-in"
    account: str = ""
    url: str = ""
    secret: str = ""
    username: str = ""
    credential: str = ""
    ice_servers: str = ""
    stun_url: str = ""
    life_seconds: int = 6 * 3600
    ice_transport_policy: Literal["all", "relay"] = "all"

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.url.split(",") if part.strip())


class LimitsConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits an operator may move.

    `posts_per_10_seconds` is per user, 0 for none; `connections_per_user` is of the gateway; `participants_per_room` is how
    many may talk together, each of whom sends to all the others.
    """

    posts_per_10_seconds: int = 10
    connections_per_user: int = 20
    participants_per_room: int = 8


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything `serve` needs to know.

    `data` is the data folder; `database_url` names a PostgreSQL database to use instead of the file in it; `stun_port` is that of
    STUN and the relay, 0 for neither; `trusted_proxies` are addresses parted by commas; `public_url` is how people reach the
    instance when that is not how it listens (`https://chat.example.org`); `source_url` is where its source is offered, as its
    licence asks of whoever runs a changed version; `metrics` is where `/metrics` is served, `host:port`, empty for nowhere.
    """

    host: str = "127.0.0.1"
    port: int = 4000
    data: str = DEFAULT_DATA
    database_url: str = ""
    demo: bool = False
    stun_port: int = 3478
    instance_id: str = ""
    trusted_proxies: str = ""
    public_url: str = ""
    source_url: str = ""
    metrics: str = ""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    tls: TlsConfig = TlsConfig()
    turn: TurnConfig = TurnConfig()
    limits: LimitsConfig = LimitsConfig()

    @property
    def data_folder(self) -> Path:
        return Path(self.data).expanduser().absolute()


ENVIRONMENT: Mapping[str, tuple[str, ...]] = {
    "CROMULENT_HOST": ("host",),
    "CROMULENT_PORT": ("port",),
    "CROMULENT_DATA": ("data",),
    "CROMULENT_DATABASE_URL": ("database_url",),
    "CROMULENT_STUN_PORT": ("stun_port",),
    "CROMULENT_INSTANCE_ID": ("instance_id",),
    "CROMULENT_TRUSTED_PROXIES": ("trusted_proxies",),
    "CROMULENT_PUBLIC_URL": ("public_url",),
    "CROMULENT_SOURCE_URL": ("source_url",),
    "CROMULENT_METRICS": ("metrics",),
    "CROMULENT_LOG_LEVEL": ("log_level",),
    "CROMULENT_TLS": ("tls", "mode"),
    "CROMULENT_TLS_CERT": ("tls", "cert"),
    "CROMULENT_TLS_KEY": ("tls", "key"),
    "CROMULENT_TURN_PROVIDER": ("turn", "provider"),
    "CROMULENT_TURN_ACCOUNT": ("turn", "account"),
    "CROMULENT_TURN_URL": ("turn", "url"),
    "CROMULENT_TURN_SECRET": ("turn", "secret"),
    "CROMULENT_TURN_USERNAME": ("turn", "username"),
    "CROMULENT_TURN_CREDENTIAL": ("turn", "credential"),
    "CROMULENT_ICE_SERVERS": ("turn", "ice_servers"),
    "CROMULENT_STUN_URL": ("turn", "stun_url"),
    "CROMULENT_TURN_LIFE_SECONDS": ("turn", "life_seconds"),
    "CROMULENT_ICE_TRANSPORT_POLICY": ("turn", "ice_transport_policy"),
    "CROMULENT_POSTS_PER_10_SECONDS": ("limits", "posts_per_10_seconds"),
    "CROMULENT_CONNECTIONS_PER_USER": ("limits", "connections_per_user"),
    "CROMULENT_PARTICIPANTS_PER_ROOM": ("limits", "participants_per_room"),
}
"""Each environment variable and the setting it overrides. `CROMULENT_CONFIG`, the path of the file, stands beside them."""


def load_config(
    command_line: Mapping[str, Value], environment: Mapping[str, str] | None = None, *, file: str | None = None
) -> Config:
    """Put a `Config` together; raises `ConfigError`.

    `command_line` holds only what was given, nested as the file is. `file` is the path of the TOML file; without it
    `CROMULENT_CONFIG` and then `cromulent.toml` in the data folder is read, where it exists.
    """
    variables = os.environ if environment is None else environment
    from_environment = _from_environment(variables)
    named = file or variables.get("CROMULENT_CONFIG")
    data = str(command_line.get("data") or from_environment.get("data") or DEFAULT_DATA)
    path = Path(named) if named else Path(data).expanduser() / FILE_NAME
    settings = _merged(_merged(_from_file(path, must_exist=bool(named)), from_environment), command_line)
    try:
        config = msgspec.convert(settings, Config, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"The configuration is not valid: {error}") from None
    _check(config)
    return config


def source_address(config: Config) -> str | None:
    """Where the source of what runs is offered: as it is set, else as the installed package says of itself, else None."""
    return config.source_url or packaged_source(_project_urls())


def packaged_source(project_urls: Sequence[str]) -> str | None:
    """The address labelled `Source` among a distribution's `Project-URL` lines, each `label, address`."""
    for line in project_urls:
        label, _, address = line.partition(",")
        if label.strip().lower() == "source" and _PAGE.fullmatch(address.strip()):
            return address.strip()
    return None


def _project_urls() -> list[str]:
    try:
        return metadata(DISTRIBUTION).get_all("Project-URL") or []
    except PackageNotFoundError:
        return []


def _from_environment(variables: Mapping[str, str]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, path in ENVIRONMENT.items():
        if value := variables.get(name):
            setting: Value = value
            for key in reversed(path):
                setting = {key: setting}
            found = _merged(found, cast("dict[str, Value]", setting))
    return found


def _from_file(path: Path, *, must_exist: bool) -> dict[str, Value]:
    try:
        return tomllib.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError):
        if must_exist:
            raise ConfigError(f"There is no configuration file {path}.") from None
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(f"The configuration file {path} cannot be read: {error}") from None


def _merged(below: Mapping[str, Value], above: Mapping[str, Value]) -> dict[str, Value]:
    result = dict(below)
    for key, value in above.items():
        beneath = result.get(key)
        if isinstance(value, dict) and isinstance(beneath, dict):
            result[key] = cast("Value", _merged(cast("dict[str, Value]", beneath), cast("dict[str, Value]", value)))
        else:
            result[key] = value
    return result


def _check(config: Config) -> None:
    for name, port in (("port", config.port), ("stun_port", config.stun_port)):
        if not 0 <= port <= 65535:
            raise ConfigError(f"`{name}` must be between 0 and 65535, not {port}.")
    if config.database_url and not config.database_url.startswith(("postgresql://", "postgres://")):
        raise ConfigError("`database_url` has the form postgresql://user:password@host/name.")
    if config.public_url and not _ORIGIN.fullmatch(config.public_url):
        raise ConfigError("`public_url` has the form https://name or https://name:port.")
    if config.source_url and not _PAGE.fullmatch(config.source_url):
        raise ConfigError("`source_url` is the address of a page: https://…")
    if config.metrics and (
        not _ADDRESS.fullmatch(config.metrics) or int(config.metrics.rpartition(":")[2]) not in range(1, 65536)
    ):
        raise ConfigError("`metrics` has the form 127.0.0.1:9464.")
    _check_proxies(config.trusted_proxies)
    _check_tls(config.tls)
    _check_turn(config.turn)
    if config.limits.posts_per_10_seconds < 0:
        raise ConfigError("`limits.posts_per_10_seconds` must be at least 1, or 0 for no limit.")
    if config.limits.connections_per_user < 1:
        raise ConfigError("`limits.connections_per_user` must be at least 1.")
    if config.limits.participants_per_room not in ROOM_SIZES:
        raise ConfigError("`limits.participants_per_room` must be between 2 and 12.")


def _check_proxies(addresses: str) -> None:
    """A slip here would be silence: the headers of a proxy that is not recognised are dropped, and everybody has its address."""
    for address in filter(None, (part.strip() for part in addresses.split(","))):
        try:
            ipaddress.ip_network(address)
        except ValueError:
            raise ConfigError(
                f"`trusted_proxies` are addresses or networks, parted by commas; {address} is none."
            ) from None


def _check_tls(tls: TlsConfig) -> None:
    if bool(tls.cert) != bool(tls.key):
        raise ConfigError("A certificate needs its key: give both --tls-cert and --tls-key.")
    if tls.mode == "self" and tls.cert:
        raise ConfigError("Either --tls self or --tls-cert and --tls-key, not both.")
    if tls.mode == "files" and not tls.cert:
        raise ConfigError("TLS with files needs --tls-cert and --tls-key.")
    for path in filter(None, (tls.cert, tls.key)):
        if not os.access(path, os.R_OK):
            raise ConfigError(f"The file {path} cannot be read.")


def _check_turn(turn: TurnConfig) -> None:
    if turn.stun_url and not turn.stun_url.startswith(("stun:", "stuns:")):
        raise ConfigError("`turn.stun_url` has the form stun:stun.example.org:3478.")
    if not 60 <= turn.life_seconds <= 7 * 86400:
        raise ConfigError("`turn.life_seconds` must be between 60 and 604800.")
    if turn.provider == "built-in" and turn.secret:
        raise ConfigError(
            "CROMULENT_TURN_SECRET is not for the built-in relay: say whose it is in CROMULENT_TURN_PROVIDER."
        )
    if turn.provider in ("built-in", "none"):
        return
    listed = turn.provider in ("static", "coturn")
    if listed and not turn.urls and not (turn.provider == "static" and turn.ice_servers):
        raise ConfigError(f"The ICE server provider `{turn.provider}` needs CROMULENT_TURN_URL.")
    if not listed and not turn.account:
        raise ConfigError(f"The ICE server provider `{turn.provider}` needs CROMULENT_TURN_ACCOUNT.")
    if turn.provider != "static" and not turn.secret:
        raise ConfigError(f"The ICE server provider `{turn.provider}` needs CROMULENT_TURN_SECRET.")
