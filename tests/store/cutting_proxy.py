"""A line to PostgreSQL that breaks at the COMMIT: before it arrives, or after it was done and before the answer."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from enum import Enum

CHUNK = 65536
COMMIT = b"COMMIT"


class Cut(Enum):
    """Where the line breaks, once."""

    BEFORE_COMMIT = "before"
    BEFORE_ANSWER = "after"


class CuttingProxy:
    """Listens on a port of its own; `cut_at_commit` arms it for the next COMMIT that comes by, after which it goes on as before."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._armed: Cut | None = None
        self._for_good = False
        self.cuts = 0
        self._reachable = True
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_at_commit(self, where: Cut, *, for_good: bool = False) -> None:
        """Break the line at the next COMMIT; `for_good` also refuses new ones until `mend`."""
        self._armed = where
        self._for_good = for_good

    def mend(self) -> None:
        """Let new connections through again."""
        self._reachable = True

    def close(self) -> None:
        """Listen no more."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self._reachable:
                near.close()
                continue
            far = socket.create_connection(self._target)
            threading.Thread(target=self._upwards, args=(near, far), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(far, near), daemon=True).start()

    def _upwards(self, near: socket.socket, far: socket.socket) -> None:
        """From the client to the database, with an eye on what passes."""
        try:
            while data := near.recv(CHUNK):
                if self._armed is not None and COMMIT in data:
                    self._cut(near, far, data)
                    return
                far.sendall(data)
        except OSError:
            pass
        finally:
            _end(near, far)

    def _cut(self, near: socket.socket, far: socket.socket, data: bytes) -> None:
        where, self._armed = self._armed, None
        self._reachable = not self._for_good
        self.cuts += 1
        _end(near)  # nobody is left to pass the answer to
        if where is Cut.BEFORE_ANSWER:
            far.sendall(data)
            far.shutdown(socket.SHUT_WR)
            while far.recv(CHUNK):  # until the database, having done it, sees that nobody is there
                pass

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(CHUNK):
                target.sendall(data)
        except OSError:
            pass
        finally:
            _end(source, target)


def _end(*sockets: socket.socket) -> None:
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)  # also wakes whoever reads from it
        one.close()
