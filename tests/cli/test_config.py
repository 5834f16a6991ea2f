"""Where a setting comes from, and what is refused."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cromulent.config import ENVIRONMENT, Config, ConfigError, load_config, packaged_source, source_address


def test_defaults_need_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = load_config({}, {})
    assert config == Config()
    assert (config.host, config.port, config.stun_port) == ("127.0.0.1", 4000, 3478)
    assert config.turn.provider == "built-in"
    assert config.data_folder == tmp_path / "data"


def test_the_command_line_beats_the_environment_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    (tmp_path / "cromulent.toml").write_text(
        'port = 1\nhost = "file"\nlog_level = "debug"\n[turn]\nprovider = "static"\nurl = "turn:file"\nusername = "file"\n'
    )
    environment = {
        "CROMULENT_DATA": str(tmp_path),
        "CROMULENT_PORT": "2",
        "CROMULENT_HOST": "environment",
        "CROMULENT_TURN_USERNAME": "environment",
    }
    config = load_config({"port": 3}, environment)
    assert (config.port, config.host, config.log_level) == (3, "environment", "debug")
    assert (config.turn.provider, config.turn.username, config.turn.urls) == ("static", "environment", ("turn:file",))


def test_the_file_is_that_of_the_data_folder_given_on_the_command_line(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cromulent.toml").write_text(f'public_url = "https://{name}"\n')
    config = load_config({"data": str(tmp_path / "b")}, {"CROMULENT_DATA": str(tmp_path / "a")})
    assert config.public_url == "https://b"


def test_a_named_file_may_name_the_data_folder(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text(f'data = "{tmp_path / "elsewhere"}"\n')
    for config in (load_config({}, {"CROMULENT_CONFIG": str(file)}), load_config({}, {}, file=str(file))):
        assert config.data_folder == tmp_path / "elsewhere"


def test_an_empty_variable_is_none(tmp_path: Path) -> None:
    assert load_config({"data": str(tmp_path)}, {"CROMULENT_PORT": ""}).port == 4000


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"CROMULENT_PORT": "many"}, "port"),
        ({"CROMULENT_PORT": "65536"}, "port"),
        ({"CROMULENT_STUN_PORT": "-1"}, "stun_port"),
        ({"CROMULENT_TURN_SECRET": "of coturn"}, "CROMULENT_TURN_PROVIDER"),
        ({"CROMULENT_TURN_LIFE_SECONDS": "59"}, "life_seconds"),
        ({"CROMULENT_TURN_PROVIDER": "coturn"}, "CROMULENT_TURN_URL"),
        ({"CROMULENT_TURN_PROVIDER": "coturn", "CROMULENT_TURN_URL": "turn:a"}, "CROMULENT_TURN_SECRET"),
        ({"CROMULENT_TURN_PROVIDER": "static"}, "CROMULENT_TURN_URL"),
        ({"CROMULENT_TURN_PROVIDER": "pigeons"}, "turn.provider"),
        ({"CROMULENT_ICE_TRANSPORT_POLICY": "none"}, "ice_transport_policy"),
        ({"CROMULENT_TLS": "files"}, "--tls-cert"),
        ({"CROMULENT_TLS_CERT": "/nowhere.pem"}, "both"),
        ({"CROMULENT_TLS_CERT": "/nowhere.pem", "CROMULENT_TLS_KEY": "/nowhere.key"}, "cannot be read"),
        ({"CROMULENT_TLS": "self", "CROMULENT_TLS_CERT": "a", "CROMULENT_TLS_KEY": "b"}, "not both"),
        ({"CROMULENT_LOG_LEVEL": "loud"}, "log_level"),
        ({"CROMULENT_PUBLIC_URL": "chat.example.org"}, "public_url"),
        ({"CROMULENT_PUBLIC_URL": "https://chat.example.org/path"}, "public_url"),
        ({"CROMULENT_TRUSTED_PROXIES": "127.0.0.1, proxy.example.org"}, "proxy.example.org is none"),
        ({"CROMULENT_TRUSTED_PROXIES": "10.0.0.1/8"}, "trusted_proxies"),
        ({"CROMULENT_SOURCE_URL": "javascript:alert(1)"}, "source_url"),
        ({"CROMULENT_POSTS_PER_10_SECONDS": "-1"}, "posts_per_10_seconds"),
        ({"CROMULENT_CONNECTIONS_PER_USER": "0"}, "connections_per_user"),
        ({"CROMULENT_CONFIG": "/nowhere.toml"}, "no configuration file"),
    ],
)
def test_a_setting_that_is_wrong_is_named(tmp_path: Path, variables: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        load_config({"data": str(tmp_path)}, variables)


@pytest.mark.parametrize("proxies", ["", "127.0.0.1", "127.0.0.1, ::1 ,10.0.0.0/8,fd00::/8"])
def test_proxies_are_addresses_and_networks(tmp_path: Path, proxies: str) -> None:
    config = load_config({"data": str(tmp_path)}, {"CROMULENT_TRUSTED_PROXIES": proxies})
    assert config.trusted_proxies == proxies


@pytest.mark.parametrize(
    "text", ["port = ", "prot = 4000\n", "port = true\n", "[limits]\nposts = 1\n", "\x00", "port = [1]"]
)
def test_a_file_that_is_wrong_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "cromulent.toml").write_text(text)
    with pytest.raises(ConfigError):
        load_config({"data": str(tmp_path)}, {})


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        ([], None),
        (["Homepage, https://example.org", "Source, https://example.org/git"], "https://example.org/git"),
        (["source , https://example.org/git "], "https://example.org/git"),
        (["Source, javascript:alert(1)"], None),
    ],
)
def test_the_source_is_where_the_package_says_unless_it_is_set(lines: list[str], address: str | None) -> None:
    assert packaged_source(lines) == address
    assert source_address(Config(source_url="https://example.org/mine")) == "https://example.org/mine"


def test_every_variable_sets_what_it_says() -> None:
    for path in ENVIRONMENT.values():
        value: object = msgspec.to_builtins(Config())
        for key in path:
            assert isinstance(value, dict)
            assert key in value
            value = value[key]


@pytest.mark.parametrize("people", ["1", "0", "13", "-2", "x"])
def test_a_room_has_two_to_twelve(tmp_path: Path, people: str) -> None:
    with pytest.raises(ConfigError):
        load_config({"data": str(tmp_path)}, {"CROMULENT_PARTICIPANTS_PER_ROOM": people})


def test_a_room_has_eight_unless_it_is_said(tmp_path: Path) -> None:
    assert load_config({"data": str(tmp_path)}, {}).limits.participants_per_room == 8
    for people in (2, 12):
        config = load_config({"data": str(tmp_path)}, {"CROMULENT_PARTICIPANTS_PER_ROOM": str(people)})
        assert config.limits.participants_per_room == people
