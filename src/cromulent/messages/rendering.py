"""From text to HTML without ever blocking the loop: plain text at once, markup in a worker process with a time limit."""

from __future__ import annotations

import asyncio
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from cromulent.messages.plain_text import has_markup, plain_html
from cromulent.messages.policy import RENDERING_SECONDS

log = structlog.get_logger(__name__)

RENDERER_VERSION = 3
"""Kept with every message; raised when the same text gives other HTML."""
NOT_RENDERED = 0
"""The version of HTML that shows the text as it was typed, because rendering it was not possible or left nothing to see."""
MAX_WAITING = 64
WAITING_SECONDS = 2.0
STARTING_SECONDS = 10.0
WORKER = (sys.executable, "-I", str(Path(__file__).with_name("markdown.py")))


@dataclass(frozen=True, slots=True)
class Rendered:
    """HTML and the version of the renderer that made it."""

    html: str
    version: int


class Renderer:
    """Renders messages one after the other in a process that is started for the first text with markup.

    A text that takes too long costs the process its life; that text, and those for which there is no room in the queue
    or that would wait too long in it, are shown as they were typed.
    """

    def __init__(self, worker: Sequence[str] = WORKER, *, seconds: float = RENDERING_SECONDS) -> None:
        self._process = _WorkerProcess(worker, seconds)
        self._waiting: asyncio.Queue[tuple[str, asyncio.Future[str | None]]] = asyncio.Queue(MAX_WAITING)
        self._work: asyncio.Task[None] | None = None

    async def render(self, text: str) -> Rendered:
        """The HTML of a text. Raises nothing."""
        if not has_markup(text):
            return Rendered(plain_html(text), RENDERER_VERSION)
        html = await self._render_elsewhere(text)
        return Rendered(html, RENDERER_VERSION) if html else Rendered(plain_html(text), NOT_RENDERED)

    async def close(self) -> None:
        """End the worker. Who still waits gets the text as it was typed."""
        if self._work is not None:
            self._work.cancel()
            with suppress(asyncio.CancelledError):
                await self._work
        while not self._waiting.empty():
            _, answer = self._waiting.get_nowait()
            _settle(answer, None)
        await self._process.end()

    async def _render_elsewhere(self, text: str) -> str | None:
        if self._work is None:
            self._work = asyncio.create_task(self._serve_waiting())
        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        try:
            self._waiting.put_nowait((text, answer))
            async with asyncio.timeout(WAITING_SECONDS):
                return await answer
        except (asyncio.QueueFull, TimeoutError):
            log.warning("markdown_worker_busy")
            return None

    async def _serve_waiting(self) -> None:
        while True:
            text, answer = await self._waiting.get()
            if answer.done():
                continue
            try:
                _settle(answer, await self._process.render(text))
            finally:
                _settle(answer, None)


def _settle(answer: asyncio.Future[str | None], html: str | None) -> None:
    if not answer.done():
        answer.set_result(html)


class _WorkerProcess:
    """The process that runs `markdown.py`: started when needed, killed when it takes too long. Not for two callers at once.

    It cannot outlive the server: the end of its input ends it, and a rendering that never ends is ended by its own alarm.
    """

    def __init__(self, command: Sequence[str], seconds: float) -> None:
        self._command = command
        self._seconds = seconds
        self._process: Process | None = None

    async def render(self, text: str) -> str | None:
        """The HTML, or None when it could not be had in time; then the process is gone and the next call starts another."""
        try:
            if self._process is None or self._process.returncode is not None:
                async with asyncio.timeout(STARTING_SECONDS):
                    await self._start()
            async with asyncio.timeout(self._seconds):
                return await self._exchange(text)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            log.warning("markdown_not_rendered", reason=type(error).__name__)
            await self.end()
            return None

    async def end(self) -> None:
        """Kill the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, cwd="/", start_new_session=True
        )
        await self._answer()  # the first frame says that it is ready

    async def _exchange(self, text: str) -> str:
        assert self._process is not None
        assert self._process.stdin is not None
        frame = text.encode()
        self._process.stdin.write(struct.pack(">I", len(frame)) + frame)
        await self._process.stdin.drain()
        return await self._answer()

    async def _answer(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        (length,) = struct.unpack(">I", await self._process.stdout.readexactly(4))
        return (await self._process.stdout.readexactly(length)).decode()
