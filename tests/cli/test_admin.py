"""`cromulent admin create` and `reset-link`, with a server and without."""

from __future__ import annotations

import signal
import socket
import stat
import threading
from pathlib import Path

import httpx2
import pytest

from tests.cli.processes import PASSWORD, Serving, only_line, run


def create(data: Path, user_name: str, *more: str, password: str = PASSWORD) -> tuple[int, str]:
    """Exit code and what was said."""
    finished = run("admin", "create", user_name, "--password-stdin", "--data", str(data), *more, password=password)
    return finished.returncode, only_line(finished.stdout or finished.stderr)


def log_in(url: str, login: str) -> httpx2.Response:
    return httpx2.post(f"{url}/api/v1/login", json={"login": login, "password": PASSWORD}, headers={"origin": url})


def test_through_the_running_server(tmp_path: Path) -> None:
    with Serving("--data", str(tmp_path)) as server:
        [link] = server.links(1)
        assert create(tmp_path, "ann", "--email", "ann@example.org") == (0, "ann is an administrator now.")
        answer = log_in(server.url, "ANN@example.org")
        assert answer.json()["user"]["role"] == "administrator"
        body = {"secret": link.partition("#")[2], "user_name": "eve", "password": PASSWORD}
        late = httpx2.post(f"{server.url}/api/v1/setup", json=body, headers={"origin": server.url})
        assert late.json()["code"] == "link_invalid"


def test_on_the_folder_when_no_server_runs(tmp_path: Path) -> None:
    assert create(tmp_path / "data", "ann") == (0, "ann is an administrator now.")
    with Serving("--data", str(tmp_path / "data")) as server:
        assert log_in(server.url, "ann").status_code == 200
        server.end(signal.SIGKILL)
    assert create(tmp_path / "data", "ben") == (0, "ben is an administrator now.")  # a socket left over is no server


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize(
    ("user_name", "more", "password", "says"),
    [
        ("a", (), PASSWORD, "A user name has 2 to 40"),
        ("ben", (), "short", "A password has 12 to 128"),
        ("ben", (), "", "A password has 12 to 128"),
        ("ben", (), "password1234", "among the first"),
        ("ben", ("--email", "nowhere"), PASSWORD, "not an e-mail address"),
        ("ANN", (), PASSWORD, "This user name is taken."),
    ],
)
def test_a_refusal_is_one_line(
    running_and_not: dict[bool, Path], user_name: str, more: tuple[str, ...], password: str, says: str, *, running: bool
) -> None:
    code, line = create(running_and_not[running], user_name, *more, password=password)
    assert code == 1
    assert line.startswith("cromulent: ")
    assert says in line


@pytest.fixture(scope="module")
def running_and_not(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Two folders in which `ann` exists; a server runs on the first."""
    folders = {running: tmp_path_factory.mktemp("data") for running in (True, False)}
    for folder in folders.values():
        assert create(folder, "ann")[0] == 0
    with Serving("--data", str(folders[True])):
        yield folders


def test_of_two_at_once_with_one_name_one_is_made(tmp_path: Path) -> None:
    with Serving("--data", str(tmp_path)):
        outcomes: list[tuple[int, str]] = []
        racers = [threading.Thread(target=lambda: outcomes.append(create(tmp_path, "ann"))) for _ in range(3)]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
    assert sorted(code for code, _ in outcomes) == [0, 1, 1]


def test_only_the_owner_may_ask_and_nonsense_is_answered(tmp_path: Path) -> None:
    with Serving("--data", str(tmp_path)) as server:
        path = tmp_path / "admin.sock"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        for nonsense in (b"\n", b"{}\n", b"x" * 100_000 + b"\n", b'{"do":"create_administrator","user_name":1}\n', b""):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(path))
                client.sendall(nonsense)
                client.shutdown(socket.SHUT_WR)
                answer = client.recv(1000)
                assert answer == b"" or b"refused" in answer
        assert create(tmp_path, "ann")[0] == 0
        assert server.end() == 0


def test_a_folder_deeper_than_a_socket_address_is_long(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["folder"] * 20)
    with Serving("--data", str(deep)) as server:
        assert create(deep, "ann")[0] == 0
        assert log_in(server.url, "ann").status_code == 200


def test_the_configuration_may_name_the_folder(tmp_path: Path) -> None:
    finished = run("admin", "create", "ann", "--password-stdin", password=PASSWORD, CROMULENT_DATA=str(tmp_path))
    assert finished.returncode == 0
    assert (tmp_path / "cromulent.db").exists()


def reset_link(data: Path, user_name: str) -> str:
    """The link that is printed under one line of explanation."""
    finished = run("admin", "reset-link", user_name, "--data", str(data))
    assert finished.returncode == 0, finished.stderr
    explanation, link = finished.stdout.splitlines()
    assert user_name in explanation
    return link


def test_a_reset_link_through_the_running_server_sets_another_password(tmp_path: Path) -> None:
    with Serving("--data", str(tmp_path)) as server:
        assert create(tmp_path, "ann")[0] == 0
        address, _, secret = reset_link(tmp_path, "ann").partition("#")
        assert address == f"{server.url}/reset"
        body = {"secret": secret, "password": "staple battery horse"}
        answers = [
            httpx2.post(f"{server.url}/api/v1/password-reset", json=body, headers={"origin": server.url})
            for _ in range(2)
        ]
        assert [answer.status_code for answer in answers] == [200, 404]
        assert log_in(server.url, "ann").status_code == 401
        assert secret not in "".join(server.log)


def test_a_reset_link_made_while_no_server_runs_is_good_when_one_does(tmp_path: Path) -> None:
    assert create(tmp_path, "ann")[0] == 0
    link = reset_link(tmp_path, "ann")
    assert link.startswith("http://localhost:4000/reset#")
    with Serving("--data", str(tmp_path)) as server:
        body = {"secret": link.partition("#")[2], "password": "staple battery horse"}
        answer = httpx2.post(f"{server.url}/api/v1/password-reset", json=body, headers={"origin": server.url})
        assert answer.status_code == 200


@pytest.mark.parametrize("running", [True, False])
def test_there_is_no_reset_link_for_nobody(running_and_not: dict[bool, Path], *, running: bool) -> None:
    finished = run("admin", "reset-link", "nobody", "--data", str(running_and_not[running]))
    assert finished.returncode == 1
    assert only_line(finished.stderr) == "cromulent: There is no user of that name."
