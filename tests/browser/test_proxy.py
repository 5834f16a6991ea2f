"""The proxy that stands between a browser and the server passes on, is cut, is mended, and leaves nothing behind."""

from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.browser.proxy import CuttableProxy


@pytest.fixture
def target() -> Iterator[int]:
    """The port of a server that says everything back."""
    listener = socket.create_server(("127.0.0.1", 0))

    def echo(line: socket.socket) -> None:
        with closing(line):
            while piece := line.recv(4096):
                line.sendall(piece)

    def serve() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=echo, args=(line,), daemon=True).start()

    serving = threading.Thread(target=serve)
    serving.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    serving.join()


def said_back(line: socket.socket, text: bytes) -> bytes:
    """What comes back of a text; nothing when the line is cut."""
    try:
        line.sendall(text)
        return line.recv(4096)
    except OSError:
        return b""


def test_it_passes_on_until_it_is_cut_and_again_when_it_is_mended(target: int) -> None:
    proxy = CuttableProxy(target)
    with closing(socket.create_connection(("127.0.0.1", proxy.port), timeout=10)) as line:
        assert said_back(line, b"one") == b"one"
        proxy.cut()
        while said_back(line, b"two"):
            pass
    with closing(socket.create_connection(("127.0.0.1", proxy.port), timeout=10)) as line:
        assert said_back(line, b"three") == b""
    proxy.mend()
    with closing(socket.create_connection(("127.0.0.1", proxy.port), timeout=10)) as line:
        assert said_back(line, b"four") == b"four"
    proxy.close()


def test_closed_with_lines_open_it_leaves_no_task_behind(target: int, caplog: pytest.LogCaptureFixture) -> None:
    proxy = CuttableProxy(target)
    lines = [socket.create_connection(("127.0.0.1", proxy.port), timeout=10) for _ in range(3)]
    for line in lines:
        assert said_back(line, b"one") == b"one"
    proxy.close()
    for line in lines:
        assert said_back(line, b"two") == b""
        line.close()
    del proxy
    gc.collect()
    assert caplog.records == []
