"""The load generator gives up only for a reason, and says it."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from bench.load import Load, Place, Posting
from bench.native import Programs, compile_programs
from bench.processes import share_cores

ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    """What is written in C."""
    return compile_programs(tmp_path_factory.mktemp("native"))


@pytest.fixture
def load(programs: Programs) -> Iterator[Load]:
    """A generator that listens to nobody."""
    made = Load(programs, share_cores().load, awake=False)
    yield made
    made.close()


class Server:
    """Answers `answered` requests on each connection, takes one more and hangs up."""

    def __init__(self, *answered: int) -> None:
        self.bodies: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.place = Place(self._listener.getsockname()[1], "token", "channel")
        self._thread = threading.Thread(target=self._serve, args=(answered,))
        self._thread.start()

    def _serve(self, answered: tuple[int, ...]) -> None:
        for count in answered:
            line, _ = self._listener.accept()
            with closing(line):
                for _ in range(count):
                    self.bodies.append(self._request(line))
                    line.sendall(ANSWER)
                self.bodies.append(self._request(line))

    def _request(self, line: socket.socket) -> bytes:
        request = b""
        while not request.endswith(b"}"):
            piece = line.recv(65536)
            if not piece:
                return b""
            request += piece
        return request.partition(b"\r\n\r\n")[2]

    def close(self) -> None:
        """Wait until every connection has been served."""
        self._thread.join()
        self._listener.close()


def test_a_request_that_crosses_the_close_of_an_idle_connection_is_sent_again_as_it_was(load: Load) -> None:
    server = Server(2, 3)
    run = load.post(server.place, Posting(messages=5, window=1))
    assert run.messages == 5
    load.close()
    server.close()
    assert server.bodies[2] == server.bodies[3]
    assert len(set(server.bodies)) == 6


def test_a_server_that_never_answers_is_given_up_with_the_reason(load: Load) -> None:
    server = Server(0, 0)
    with pytest.raises(RuntimeError, match="gave up at `post`: the server closed a connection instead of answering"):
        load.post(server.place, Posting(messages=1, window=1))
    server.close()


@pytest.mark.parametrize("size", [100, 125, 126, 400])
def test_a_frame_that_is_published_has_the_wished_length_and_tells_its_time(load: Load, size: int) -> None:
    server = Server(1)
    load.publish(server.place.port, Posting(messages=1, window=1, characters=size))
    load.close()
    server.close()
    assert len(server.bodies[0]) == size
    frame = json.loads(server.bodies[0])
    assert (frame["op"], frame["t"]) == ("dispatch", "message.posted")
    assert re.match(r"@\d+ ", frame["d"]["text"])
