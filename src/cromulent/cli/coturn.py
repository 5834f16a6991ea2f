"""Making the files a coturn beside the instance is started with."""

from __future__ import annotations

import ipaddress
import json
import os
import secrets
from pathlib import Path

from cromulent.cli.refusal import Refusal
from cromulent.voice import CoturnSettings, coturn_config

CONFIGURATION = "turnserver.conf"
ENVIRONMENT = "cromulent.env"
OVERRIDE = "compose.override.yaml"
"""Docker Compose reads it with the `compose.yaml` beside it."""
_FIRST_UNPRIVILEGED_PORT = 1024


def write_coturn_files(folder: Path, settings: CoturnSettings) -> None:
    """Write coturn's configuration and the settings that make the instance use it, each for its owner alone. Raises `Refusal`."""
    try:
        files = {CONFIGURATION: coturn_config(settings), ENVIRONMENT: _environment(settings)}
    except ValueError as error:
        raise Refusal(str(error)) from None
    if settings.certificate:
        files[OVERRIDE] = _override(settings)
    folder.mkdir(parents=True, exist_ok=True)
    for name in files:
        if (folder / name).exists():
            raise Refusal(f"{folder / name} exists already. It may be in use: delete it first if it is not.")
    for name, text in files.items():
        _write(folder / name, text)
    print(f"{folder / CONFIGURATION} is for coturn, {folder / ENVIRONMENT} for Cromulent; both hold the secret.")
    print(f"Open {_ports(settings)}, and UDP 49152-65535.")


def new_secret() -> str:
    """One nobody guesses."""
    return secrets.token_urlsafe(32)


def ipv4_address(text: str) -> ipaddress.IPv4Address:
    """Raises `Refusal`."""
    try:
        return ipaddress.IPv4Address(text)
    except ValueError:
        raise Refusal(f"{text} is not an IPv4 address.") from None


def ipv4_network(text: str) -> ipaddress.IPv4Network:
    """Raises `Refusal`."""
    try:
        return ipaddress.IPv4Network(text)
    except ValueError:
        raise Refusal(f"{text} is not a network such as 192.168.1.0/24.") from None


def _environment(settings: CoturnSettings) -> str:
    urls = [f"turn:{settings.address}:{settings.port}"]
    if settings.certificate:
        urls.append(f"turns:{settings.realm}:{settings.tls_port}")
    return "\n".join(
        [
            "CROMULENT_TURN_PROVIDER=coturn",
            f"CROMULENT_TURN_URL={','.join(urls)}",
            f"CROMULENT_TURN_SECRET={settings.secret}",
            "",
        ]
    )


def _override(settings: CoturnSettings) -> str:
    """What the container needs for TLS: the two files at the paths the configuration names. JSON is YAML."""
    paths = dict.fromkeys((settings.certificate, settings.private_key))
    bind = {"type": "bind", "read_only": True, "bind": {"create_host_path": False}}
    service: dict[str, object] = {"volumes": [{**bind, "source": path, "target": path} for path in paths]}
    if settings.tls_port < _FIRST_UNPRIVILEGED_PORT:
        service["cap_add"] = ["NET_BIND_SERVICE"]
    return json.dumps({"services": {"coturn": service}}, indent=2).replace("$", "$$") + "\n"  # nothing is a variable


def _ports(settings: CoturnSettings) -> str:
    tls = f", TCP {settings.tls_port}" if settings.certificate else ""
    return f"UDP and TCP {settings.port}{tls}"


def _write(path: Path, text: str) -> None:
    """The mode is that of the file from its first moment on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
