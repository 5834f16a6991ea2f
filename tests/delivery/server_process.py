"""The server the checker torments: a real `cromulent serve` in a process of its own, killed and started again."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from tests.launching import Launched, Program, launch_into
from tests.ports import free_port

START_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.02
FAULTY_SERVER = Path(__file__).with_name("faulty_server.py")


class ServerProcess:
    """One data folder and one port over many lives. With a `fault` it is the real server with one piece swapped."""

    def __init__(self, data: Path, fault: str | None = None) -> None:
        self.data = data
        self.port = free_port()
        self.lives = 0
        self._fault = fault
        self._process: Launched | None = None
        self._output = data.with_name(f"{data.name}.out")

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it; returns when it is ready to serve."""
        self._launch()
        self.lives += 1
        await self._until_ready()

    def kill(self) -> None:
        """SIGKILL: no goodbye, no flush."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, as an operator would; nothing when it is not running."""
        self._end(signal.SIGTERM)

    def output(self) -> str:
        """The end of what it has printed over all its lives."""
        return self._output.read_text(errors="replace")[-4000:]

    def _launch(self) -> None:
        serve = ("serve", "--port", str(self.port), "--data", str(self.data), "--stun-port", "0")
        environment = {**os.environ, "CROMULENT_POSTS_PER_10_SECONDS": "1000000"}
        faulty = Program((self._fault or "", *serve), environment, FAULTY_SERVER)
        self._process = launch_into(self._output, faulty if self._fault else Program(serve, environment))

    async def _until_ready(self) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await self._is_ready():
                    await _a_moment()
        except TimeoutError:
            raise AssertionError(f"the server did not start in {START_SECONDS} s:\n{self.output()}") from None

    async def _is_ready(self) -> bool:
        assert self._process is not None
        if (code := self._process.poll()) is not None:
            raise AssertionError(f"the server ended with {code}:\n{self.output()}")
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        try:
            writer.write(f"GET /readyz HTTP/1.1\r\nHost: {self.address}\r\nConnection: close\r\n\r\n".encode())
            return b" 200 " in await reader.readline()
        except OSError:
            return False
        finally:
            writer.close()

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(timeout=START_SECONDS)


async def _a_moment() -> None:
    await asyncio.sleep(LOOK_EVERY_SECONDS)
