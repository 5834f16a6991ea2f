"""`cromulent coturn-config`: two files for their owner alone, a new secret each time, and nothing that could add lines to them."""

from __future__ import annotations

import ipaddress
import json
import re
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cromulent.cli.app import app
from cromulent.cli.refusal import Refusal
from cromulent.config import load_config
from cromulent.voice import CoturnSettings, coturn_config

ADDRESS = ("--address", "93.184.216.34")


def made(folder: Path, *options: str) -> tuple[list[str], dict[str, str]]:
    """The lines of the configuration, and the environment for the instance."""
    done = CliRunner().invoke(app, ["coturn-config", str(folder), *options], catch_exceptions=False)
    assert done.exit_code == 0
    environment = (folder / "cromulent.env").read_text().splitlines()
    return (folder / "turnserver.conf").read_text().splitlines(), dict(line.split("=", 1) for line in environment)


def test_both_files_hold_the_same_new_secret_and_are_for_their_owner_alone(tmp_path: Path) -> None:
    lines, environment = made(tmp_path / "one", *ADDRESS)
    _, others = made(tmp_path / "two", *ADDRESS)
    secret = environment["CROMULENT_TURN_SECRET"]
    assert len(secret) >= 40
    assert secret != others["CROMULENT_TURN_SECRET"]
    assert f"static-auth-secret={secret}" in lines
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "one").iterdir()} == {0o600}
    turn = load_config({}, environment).turn
    assert (turn.provider, turn.urls, turn.secret) == ("coturn", ("turn:93.184.216.34:3478",), secret)


def test_there_is_nothing_to_expand_and_every_special_address_is_denied(tmp_path: Path) -> None:
    lines, _ = made(tmp_path, *ADDRESS)
    assert not any("$" in line for line in lines)
    assert "allow-loopback-peers" not in lines
    denied = [line.partition("=")[2].split("-") for line in lines if line.startswith("denied-peer-ip=")]
    for address in (
        "127.0.0.1",
        "10.1.2.3",
        "100.100.0.1",
        "169.254.169.254",
        "172.31.9.9",
        "192.168.1.1",
        "239.1.1.1",
    ):
        wanted = ipaddress.IPv4Address(address)
        assert any(ipaddress.IPv4Address(low) <= wanted <= ipaddress.IPv4Address(high) for low, high in denied)
    relays_from = [line for line in lines if re.match(r"(relay|listening)-ip=", line)]
    assert relays_from == ["listening-ip=93.184.216.34", "relay-ip=93.184.216.34"]


def test_a_router_between_and_tls_are_said(tmp_path: Path) -> None:
    options = (
        "--own-address",
        "10.0.0.5",
        "--realm",
        "turn.example.org",
        "--tls-cert",
        "/c.pem",
        "--tls-key",
        "/k.pem",
    )
    lines, environment = made(tmp_path, *ADDRESS, *options)
    assert {"external-ip=93.184.216.34/10.0.0.5", "relay-ip=10.0.0.5", "cert=/c.pem", "pkey=/k.pem"} <= set(lines)
    assert environment["CROMULENT_TURN_URL"].endswith(",turns:turn.example.org:5349")


TLS = ("--realm", "turn.example.org", "--tls-cert", "/tls/live/chain.pem", "--tls-key", "/tls/$/key.pem")


def test_the_container_sees_certificate_and_key_where_the_configuration_names_them(tmp_path: Path) -> None:
    lines, _ = made(tmp_path, *ADDRESS, *TLS)
    coturn = json.loads((tmp_path / "compose.override.yaml").read_text())["services"]["coturn"]
    assert [(one["source"], one["target"], one["read_only"]) for one in coturn["volumes"]] == [
        (path.replace("$", "$$"), path.replace("$", "$$"), True) for path in ("/tls/live/chain.pem", "/tls/$/key.pem")
    ]
    assert {"cert=/tls/live/chain.pem", "pkey=/tls/$/key.pem", "tls-listening-port=5349"} <= set(lines)
    assert "cap_add" not in coturn
    assert stat.S_IMODE((tmp_path / "compose.override.yaml").stat().st_mode) == 0o600


def test_tls_on_the_port_that_passes_everywhere(tmp_path: Path) -> None:
    lines, environment = made(tmp_path, *ADDRESS, *TLS, "--tls-port", "443")
    assert "tls-listening-port=443" in lines
    assert environment["CROMULENT_TURN_URL"].endswith(",turns:turn.example.org:443")
    coturn = json.loads((tmp_path / "compose.override.yaml").read_text())["services"]["coturn"]
    assert coturn["cap_add"] == ["NET_BIND_SERVICE"]


def test_without_tls_the_container_needs_nothing_more(tmp_path: Path) -> None:
    made(tmp_path, *ADDRESS)
    assert {path.name for path in tmp_path.iterdir()} == {"turnserver.conf", "cromulent.env"}


@pytest.mark.parametrize("realm", [(), ("--realm", "turn"), ("--realm", "turn."), ("--realm", "-a.example.org")])
def test_tls_without_a_host_to_reach_it_at_is_refused(tmp_path: Path, realm: tuple[str, ...]) -> None:
    with pytest.raises(Refusal, match=r"--realm turn\.example\.org"):
        made(tmp_path, *ADDRESS, *realm, *TLS[2:])
    assert list(tmp_path.iterdir()) == []


def test_a_network_of_its_own_is_relayed_into_only_when_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="not an address of the internet"):
        made(tmp_path, "--address", "192.168.1.5")
    lines, _ = made(tmp_path, "--address", "192.168.1.5", "--lan", "192.168.1.0/24")
    assert "allowed-peer-ip=192.168.1.0-192.168.1.255" in lines


@pytest.mark.parametrize(
    "options",
    [
        ("--address", "turn.example.org"),
        (*ADDRESS, "--lan", "192.168.1.7/24"),
        (*ADDRESS, "--realm", "a\nallow-loopback-peers"),
        (*ADDRESS, "--tls-cert", "/c.pem"),
        (*ADDRESS, "--tls-cert", "/c.pem\nno-auth", "--tls-key", "/k.pem"),
        (*ADDRESS, "--tls-port", "443"),
        (*ADDRESS, "--realm", "turn.example.org", "--tls-cert", "/c", "--tls-key", "/k", "--tls-port", "3478"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_no_file(tmp_path: Path, options: tuple[str, ...]) -> None:
    with pytest.raises(Refusal):
        made(tmp_path, *options)
    assert list(tmp_path.iterdir()) == []


def test_a_secret_that_may_be_in_use_is_not_overwritten(tmp_path: Path) -> None:
    lines, _ = made(tmp_path, *ADDRESS)
    with pytest.raises(Refusal, match="exists already"):
        made(tmp_path, *ADDRESS)
    assert (tmp_path / "turnserver.conf").read_text().splitlines() == lines


def test_a_secret_cannot_add_lines_either() -> None:
    address = ipaddress.IPv4Address("93.184.216.34")
    with pytest.raises(ValueError, match="the secret"):
        coturn_config(CoturnSettings(address, address, "realm", "sixteen letters!\nno-auth"))
