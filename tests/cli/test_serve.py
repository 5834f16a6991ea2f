"""`cromulent serve` as an operator meets it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import ssl
import stat
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx2
import pytest
import websockets.sync.client as websocket_client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.cli.processes import PASSWORD, Serving, contents, only_line, run
from tests.launching import launch_alone
from tests.ports import free_port


def browser_at(url: str, **options: object) -> httpx2.Client:
    """A browser on a page of the instance."""
    return httpx2.Client(base_url=url, headers={"origin": url}, **options)  # type: ignore[arg-type] - any option


def secret_of(link: str) -> str:
    return link.partition("#")[2]


def test_the_first_start_prints_a_set_up_link_and_later_ones_do_not(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    with Serving("--data", str(data), launch=launch_alone) as server:
        [link] = server.links(1)
        assert link.startswith(f"{server.url}/setup#")
        browser = browser_at(server.url)
        assert browser.get("/setup").status_code in (200, 503)  # 503: the client is not built in this checkout
        body = {"secret": secret_of(link), "user_name": "ann", "password": PASSWORD}
        answer = browser.post("/api/v1/setup", json=body)
        assert answer.status_code == 201
        assert browser.post("/api/v1/setup", json=body | {"user_name": "eve"}).json()["code"] == "link_invalid"
        assert server.end() == 0
    with Serving("--data", str(data)) as server:
        assert not any("#" in line for line in server.lines)
        browser = browser_at(server.url, cookies=browser.cookies)
        assert browser.get("/api/v1/me").json()["user"] == answer.json()["user"]  # logins outlive a restart
        assert server.end() == 0
        assert not any("#" in line for line in server.lines)


def test_a_link_nobody_used_is_replaced_at_the_next_start(tmp_path: Path) -> None:
    body = {"user_name": "ann", "password": PASSWORD}
    with Serving("--data", str(tmp_path)) as server:
        [old] = server.links(1)
        server.end(signal.SIGKILL)
    with Serving("--data", str(tmp_path)) as server:
        [new] = server.links(1)
        browser = browser_at(server.url)
        assert browser.post("/api/v1/setup", json=body | {"secret": secret_of(old)}).json()["code"] == "link_invalid"
        assert browser.post("/api/v1/setup", json=body | {"secret": secret_of(new)}).status_code == 201


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_demonstration_lets_two_in_and_leaves_nothing(how: signal.Signals, tmp_path: Path) -> None:
    with Serving("--demo", TMPDIR=str(tmp_path)) as server:
        first, second = server.links(2)
        assert first != second
        browsers = [browser_at(server.url) for _ in range(2)]
        for browser, link in zip(browsers, (first, second), strict=True):
            for _ in range(2):
                assert browser.post("/api/v1/login/link", json={"secret": secret_of(link)}).status_code == 200
        names = {browser.get("/api/v1/me").json()["user"]["display_name"] for browser in browsers}
        assert names == {"Ann", "Ben"}
        assert {channels_of(server.url, browser) for browser in browsers} == {
            (("text", "general"), ("voice", "Lounge"))
        }
        assert len(contents(tmp_path)) == 1
        assert server.end(how) == 0
    assert contents(tmp_path) == set()


def channels_of(url: str, browser: httpx2.Client) -> tuple[tuple[str, str], ...]:
    """Kind and name of the channels a browser is told of at the gateway."""
    cookie = {"cookie": f"session={browser.cookies['session']}"}
    with websocket_client.connect(f"{url.replace('http', 'ws', 1)}/gateway", additional_headers=cookie) as socket:
        assert json.loads(socket.recv())["op"] == "hello"
        socket.send(json.dumps({"op": "identify", "client": {"kind": "test", "device": "", "version": "1"}}))
        ready = json.loads(socket.recv())
    return tuple(sorted((channel["kind"], channel["name"]) for channel in ready["snapshot"]["channels"]))


def test_a_demonstration_on_a_named_folder_stays_and_its_links_die_with_it(tmp_path: Path) -> None:
    with Serving("--demo", "--data", str(tmp_path)) as server:
        links = server.links(2)
        server.end()
    assert "cromulent.db" in contents(tmp_path)
    with Serving("--data", str(tmp_path)) as server:
        browser = browser_at(server.url)
        for link in links:
            answer = browser.post("/api/v1/login/link", json={"secret": secret_of(link)})
            assert answer.json()["code"] == "link_invalid"
    with Serving("--demo", "--data", str(tmp_path)) as server:
        browser = browser_at(server.url)
        assert browser.post("/api/v1/login/link", json={"secret": secret_of(server.links(2)[0])}).status_code == 200


def test_a_folder_in_use_costs_one_line(tmp_path: Path) -> None:
    with Serving("--data", str(tmp_path)) as server:
        second = run("serve", "--data", str(tmp_path), "--port", str(free_port()))
        assert second.returncode == 1
        assert second.stdout == ""
        assert only_line(second.stderr) == (
            f"cromulent: The data folder {tmp_path} is in use by another Cromulent (process {server.pid})."
        )
        assert browser_at(server.url).get("/readyz").status_code == 200


def test_a_port_in_use_costs_one_line_and_leaves_the_folder_alone(tmp_path: Path) -> None:
    with Serving("--data", str(tmp_path / "first")) as server:
        port = server.url.rpartition(":")[2]
        second = run("serve", "--data", str(tmp_path / "second"), "--port", port)
    assert second.returncode == 1
    assert only_line(second.stderr) == f"cromulent: Port {port} on 127.0.0.1 is in use: choose another with --port."
    assert contents(tmp_path / "second") == {"lock"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--host", "nowhere.invalid"), "no address nowhere.invalid"),
        (("--host", "192.0.2.77"), "Cannot listen on 192.0.2.77"),
        (("--port", "65536"), "`port`"),
        (("--tls", "maybe"), "tls"),
        (("--tls-cert", "/nowhere.pem"), "--tls-key"),
        (("--config", "/nowhere.toml"), "/nowhere.toml"),
    ],
)
def test_what_cannot_start_says_why_in_one_line(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    finished = run("serve", "--data", str(tmp_path), *arguments)
    assert finished.returncode == 1
    assert says in only_line(finished.stderr)


def test_a_data_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    finished = run("serve", "--data", str(tmp_path / "file"))
    assert finished.returncode == 1
    assert f"The data folder {tmp_path / 'file'} cannot be used" in only_line(finished.stderr)


def damaged(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


def of_a_later_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")


@pytest.mark.parametrize(("spoil", "says"), [(damaged, "not a database"), (of_a_later_version, "or of a newer one")])
@pytest.mark.parametrize(
    "command", [("serve", "--port", "0", "--stun-port", "0"), ("admin", "create", "ann", "--password-stdin")]
)
def test_a_database_that_cannot_be_used_is_named_in_one_line(
    tmp_path: Path, spoil: Callable[[Path], None], says: str, command: tuple[str, ...]
) -> None:
    spoil(tmp_path / "cromulent.db")
    finished = run(*command, "--data", str(tmp_path), password=PASSWORD)
    assert finished.returncode == 1
    assert finished.stdout == ""
    line = only_line(finished.stderr)
    assert f"The database {tmp_path / 'cromulent.db'}" in line
    assert says in line


def test_a_missing_volume_is_not_taken_for_a_new_instance(tmp_path: Path) -> None:
    with Serving("--data", str(tmp_path / "mounted")) as server:
        instance_id = browser_at(server.url).get("/api/v1/instance").json()["id"]
    expecting = {"CROMULENT_INSTANCE_ID": instance_id}
    with Serving("--data", str(tmp_path / "mounted"), **expecting) as server:
        assert server.end() == 0
    empty = run("serve", "--data", str(tmp_path / "empty"), **expecting)
    assert empty.returncode == 1
    assert "your volume is not mounted" in only_line(empty.stderr)
    assert contents(tmp_path / "empty") == {"lock"}
    with Serving("--data", str(tmp_path / "other")) as server:
        server.end()
    other = run("serve", "--data", str(tmp_path / "other"), "--port", "0", "--stun-port", "0", **expecting)
    assert other.returncode == 1
    assert "your volume is not mounted" in other.stderr.splitlines()[-1]


def test_a_stop_is_orderly_with_sockets_open(tmp_path: Path) -> None:
    with Serving("--demo", "--data", str(tmp_path)) as server:
        browser = browser_at(server.url)
        browser.post("/api/v1/login/link", json={"secret": secret_of(server.links(2)[0])})
        with socket_of(server.url, browser) as socket:
            os.kill(server.pid, signal.SIGTERM)
            while (frame := json.loads(socket.recv()))["op"] == "dispatch":
                pass  # who is online, typing, …
            assert frame["op"] == "reconnect"
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4008
        before = time.monotonic()
        assert server.end() == 0
        assert time.monotonic() - before < 10
    assert "admin.sock" not in contents(tmp_path)


def test_ending_a_login_closes_its_sockets_and_no_others(tmp_path: Path) -> None:
    with Serving("--demo", "--data", str(tmp_path)) as server:
        link = server.links(2)[0]
        laptop, phone = browser_at(server.url), browser_at(server.url)
        for browser in (laptop, phone):
            browser.post("/api/v1/login/link", json={"secret": secret_of(link)})
        with socket_of(server.url, phone) as ended, socket_of(server.url, laptop) as kept:
            listed = laptop.get("/api/v1/login-sessions").json()["login_sessions"]
            [other] = [session["id"] for session in listed if not session["current"]]
            before = time.monotonic()
            assert laptop.delete(f"/api/v1/login-sessions/{other}").status_code == 204
            with pytest.raises(ConnectionClosed) as closed:
                list(ended)
            assert time.monotonic() - before < 2
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4005
            kept.send(json.dumps({"op": "command", "ref": 1, "t": "ping", "d": {}}))
            while (frame := json.loads(kept.recv()))["op"] == "dispatch":
                pass
            assert (frame["op"], frame["ref"]) == ("reply", 1)


@contextmanager
def socket_of(url: str, browser: httpx2.Client) -> Generator[ClientConnection]:
    """A gateway connection that is ready, by the browser's cookie."""
    cookie = {"cookie": f"session={browser.cookies['session']}"}
    with websocket_client.connect(f"{url.replace('http', 'ws', 1)}/gateway", additional_headers=cookie) as socket:
        assert json.loads(socket.recv())["op"] == "hello"
        socket.send(json.dumps({"op": "identify", "client": {"kind": "test", "device": "", "version": "1"}}))
        assert json.loads(socket.recv())["op"] == "ready"
        yield socket


def test_nothing_in_the_folder_is_for_others(tmp_path: Path) -> None:
    with Serving("--data", str(tmp_path / "data"), "--tls", "self"):
        for path in (tmp_path / "data").rglob("*"):
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_tls_with_an_authority_of_its_own(tmp_path: Path) -> None:
    with Serving("--data", str(tmp_path), "--tls", "self") as server:
        assert server.url.startswith("https://localhost:")
        trusting = ssl.create_default_context(cafile=tmp_path / "tls" / "authority.pem")
        browser = browser_at(server.url, verify=trusting)
        body = {"secret": secret_of(server.links(1)[0]), "user_name": "ann", "password": PASSWORD}
        answer = browser.post("/api/v1/setup", json=body)
        assert answer.headers["set-cookie"].startswith("__Host-session=")
        assert "secure" in answer.headers["set-cookie"].lower()
        assert browser.get("/api/v1/me").status_code == 200
        with pytest.raises(httpx2.ConnectError):
            browser_at(server.url).get("/healthz")
        server.wait_for("authority.pem")


def test_certificate_files_of_the_operator(tmp_path: Path) -> None:
    with Serving("--data", str(tmp_path / "a"), "--tls", "self") as server:
        server.end()
    made = tmp_path / "a" / "tls"
    files = ("--tls-cert", str(made / "server.pem"), "--tls-key", str(made / "server.key"))
    with Serving("--data", str(tmp_path / "b"), *files) as server:
        browser = browser_at(server.url, verify=ssl.create_default_context(cafile=made / "authority.pem"))
        assert browser.get("/healthz").status_code == 200
    assert not (tmp_path / "b" / "tls").exists()


@pytest.mark.parametrize(("trusted", "code"), [("", "too_many_attempts"), ("127.0.0.1", "wrong_credentials")])
def test_a_forwarded_address_is_believed_only_from_a_configured_proxy(tmp_path: Path, trusted: str, code: str) -> None:
    with Serving("--data", str(tmp_path), CROMULENT_TRUSTED_PROXIES=trusted) as server:
        browser = browser_at(server.url)
        codes = [
            browser.post(
                "/api/v1/login/link", json={"secret": "guess"}, headers={"x-forwarded-for": f"192.0.2.{number}"}
            ).json()["code"]
            for number in range(21)
        ]
    assert codes[:20] == ["link_invalid"] * 20
    assert codes[20] == ("link_invalid" if code == "wrong_credentials" else code)


def test_the_page_is_reached_by_the_public_url(tmp_path: Path) -> None:
    public = "https://chat.example.org"
    with Serving("--data", str(tmp_path), CROMULENT_PUBLIC_URL=public) as server:
        [link] = server.links(1)
        assert link.startswith(f"{public}/setup#")
    assert server.url == public


def test_who_listens_for_others_without_tls_is_told_about_the_microphone(tmp_path: Path) -> None:
    with Serving("--data", str(tmp_path / "a"), "--host", "0.0.0.0") as server:
        server.end()
        assert any("microphone" in line for line in server.lines)
    with Serving("--data", str(tmp_path / "b")) as server:
        server.end()
        assert not any("microphone" in line for line in server.lines)


def test_the_log_is_json_lines_and_holds_no_secret(tmp_path: Path) -> None:
    with Serving("--data", str(tmp_path)) as server:
        browser = browser_at(server.url)
        secret = secret_of(server.links(1)[0])
        browser.post("/api/v1/setup", json={"secret": secret, "user_name": "ann", "password": PASSWORD})
        browser.post("/api/v1/login", json={"login": "ann", "password": "a wrong password"})
        browser.get("/api/v1/nothing?token=hunter2")
        token = browser.cookies["session"]
        server.end()
    for line in server.log:
        assert json.loads(line).keys() >= {"event", "level", "at"}
    text = "".join(server.log)
    for hidden in (secret, token, PASSWORD, "a wrong password", "hunter2", "127.0.0.1"):
        assert hidden not in text


def test_what_was_acknowledged_is_there_after_sigkill(tmp_path: Path) -> None:
    with Serving("--demo", "--data", str(tmp_path)) as server:
        browser = browser_at(server.url)
        browser.post("/api/v1/login/link", json={"secret": secret_of(server.links(2)[0])})
        sessions = browser.get("/api/v1/login-sessions").json()
        server.end(signal.SIGKILL)
    with Serving("--data", str(tmp_path)) as server:
        browser = browser_at(server.url, cookies=browser.cookies)
        assert browser.get("/api/v1/login-sessions").json() == sessions
