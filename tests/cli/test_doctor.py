"""`cromulent doctor` as an operator meets it: with a server and without, with faults planted."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cromulent.cli.certificates import own_certificate
from cromulent.cli.doctor.command import findings_of
from cromulent.config import Config
from tests.browser.processes import children_of
from tests.cli.processes import PATIENCE_SECONDS, Serving, contents, run
from tests.launching import CROMULENT
from tests.ports import free_port


class Examined:
    """What was printed: `lines` by check (the last of its name), `outcomes` by check."""

    def __init__(self, finished: subprocess.CompletedProcess[str]) -> None:
        assert finished.stderr == ""
        self.code = finished.returncode
        self.text = finished.stdout
        words = [line.split(maxsplit=1) for line in finished.stdout.splitlines()]
        self.lines = {rest[:14].strip(): rest[14:].strip() for _, rest in words}
        self.outcomes = {rest[:14].strip(): outcome for outcome, rest in words}
        self.outcomes.pop("surroundings", None)  # where the machine stands that runs the tests


def doctor(data: Path, *, stun_port: int = 0, **environment: str) -> Examined:
    ports = {"CROMULENT_PORT": str(free_port()), "CROMULENT_STUN_PORT": str(stun_port or free_port())}
    return Examined(run("doctor", "--data", str(data), **{**ports, **environment}))


def test_before_the_first_start_all_is_well_and_nothing_is_made(tmp_path: Path) -> None:
    found = doctor(tmp_path / "data")
    assert found.code == 0, found.text
    assert set(found.outcomes.values()) == {"ok"}
    assert "None runs" in found.lines["server"]
    for relay in ("relay udp", "relay tcp"):
        assert "a packet went through it and came back" in found.lines[relay]
    assert contents(tmp_path) == set()


def test_a_running_server_looks_at_itself_by_what_it_was_started_with(tmp_path: Path) -> None:
    port = free_port()
    with Serving("--data", str(tmp_path), "--stun-port", str(port), "--tls", "self") as server:
        server.wait_for("relay at port")
        before = contents(tmp_path)
        found = doctor(tmp_path)  # whose environment names other ports
        assert found.code == 0, found.text
        assert set(found.outcomes.values()) == {"ok"}
        assert server.url in found.lines["server"]
        assert f"turns:127.0.0.1:{port}" in found.lines["relay tls"]
        assert "takes writes" in found.lines["database"]
        assert contents(tmp_path) == before
        assert server.end() == 0


def test_its_own_authority_is_trusted_at_its_public_address_and_no_proxy_is_asked(tmp_path: Path) -> None:
    port = free_port()
    options = ("--data", str(tmp_path), "--port", str(port), "--stun-port", str(free_port()), "--tls", "self")
    url, nowhere = f"https://localhost:{port}", "http://127.0.0.1:1"
    with Serving(*options, CROMULENT_PUBLIC_URL=url, HTTPS_PROXY=nowhere, NO_PROXY="", no_proxy="") as server:
        server.wait_for("relay at port")
        found = doctor(tmp_path)
    assert found.code == 0, found.text
    assert [found.outcomes[check] for check in ("public url", "websocket", "time-outs")] == ["ok", "ok", "advice"]


@contextmanager
def relays_that_hang(server: int) -> Iterator[None]:
    """Whatever relay the server starts stands still, those that replace one after six seconds too."""
    over, stopped = threading.Event(), set[int]()

    def stop_them() -> None:
        while not over.wait(0.02):
            for relay in set(children_of(server, "cromulent.relay")) - stopped:
                os.kill(relay, signal.SIGSTOP)
                stopped.add(relay)

    stopping = threading.Thread(target=stop_them)
    stopping.start()
    try:
        yield
    finally:
        over.set()
        stopping.join()
        for relay in stopped & set(children_of(server, "cromulent.relay")):
            os.kill(relay, signal.SIGKILL)


def test_a_relay_that_hangs_is_found(tmp_path: Path) -> None:
    port = free_port()
    with Serving("--data", str(tmp_path), "--stun-port", str(port)) as server:
        server.wait_for("relay at port")
        assert doctor(tmp_path).outcomes["relay udp"] == "ok"
        with relays_that_hang(server.pid):
            found = doctor(tmp_path)
        assert found.code == 1
        assert found.outcomes["relay udp"] == found.outcomes["relay tcp"] == "failed"
        assert "nothing answers there" in found.lines["relay udp"]


def test_a_port_that_is_taken_is_found_before_the_start(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken, socket.create_server(("127.0.0.1", 0)) as page:
        taken.bind(("0.0.0.0", 0))
        port, page_port = int(taken.getsockname()[1]), page.getsockname()[1]
        found = doctor(tmp_path, stun_port=port, CROMULENT_PORT=str(page_port))
    assert found.code == 1
    assert found.outcomes["voice port"] == found.outcomes["http"] == "failed"
    assert f"UDP port {port} is taken" in found.lines["voice port"]
    assert "choose another with --port" in found.lines["http"]


def test_a_port_that_was_taken_at_the_start_is_found_while_it_runs(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("0.0.0.0", 0))
        with Serving("--data", str(tmp_path), "--stun-port", str(taken.getsockname()[1])):
            found = doctor(tmp_path)
    assert found.code == 1
    assert "is taken" in found.lines["voice port"]


def test_a_disk_that_takes_nothing_is_found(tmp_path: Path) -> None:
    limited = ["sh", "-c", 'ulimit -f 8; exec "$@"', "sh", *CROMULENT, "doctor", "--data", str(tmp_path)]
    environment = {**os.environ, "CROMULENT_STUN_PORT": str(free_port()), "CROMULENT_PORT": str(free_port())}
    found = Examined(
        subprocess.run(limited, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    )
    assert found.code == 1
    assert "takes no file" in found.lines["disk"]
    assert contents(tmp_path) == set()


def test_a_wrong_secret_is_found_and_no_secret_is_printed(tmp_path: Path) -> None:
    port, secret = free_port(), "not-the-secret-of-that-relay"
    with Serving("--data", str(tmp_path / "other"), "--stun-port", str(port)) as server:
        server.wait_for("relay at port")
        found = doctor(
            tmp_path / "data",
            CROMULENT_TURN_PROVIDER="coturn",
            CROMULENT_TURN_URL=f"turn:127.0.0.1:{port}",
            CROMULENT_TURN_SECRET=secret,
            CROMULENT_DATABASE_URL="postgresql://ann:pass%2Dword@127.0.0.1:1/nowhere",
        )
    assert found.code == 1
    assert "refuses the credentials (401)" in found.lines["relay udp"]
    assert "clocks" in found.lines["relay udp"]
    assert found.outcomes["database"] == "failed"
    assert not any(word in found.text for word in (secret, "pass-word", "pass%2Dword"))


def test_a_certificate_that_has_ended_is_found(tmp_path: Path) -> None:
    files = own_certificate(tmp_path / "tls", frozenset({"localhost"}), datetime.now(UTC) - timedelta(days=500))
    found = doctor(
        tmp_path / "data", CROMULENT_TLS_CERT=files.certificate, CROMULENT_TLS_KEY=files.key, CROMULENT_TLS="files"
    )
    assert found.code == 1
    assert "ended on" in found.lines["tls"]


@pytest.mark.anyio
async def test_a_server_that_does_not_answer_is_said_to_hang(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as hanging:
        hanging.bind(str(tmp_path / "admin.sock"))
        hanging.listen()
        config = Config(data=str(tmp_path), port=free_port(), stun_port=0)
        found = {finding.check: finding for finding in await findings_of(config, patience_seconds=0.05)}
    assert found["server"].outcome == "failed"
    assert "does not answer" in found["server"].found
    assert found["disk"].outcome == "ok"
