"""The HTTP server around an instance: uvicorn with our protocol class, stopped in order by a signal."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

import uvicorn

from cromulent.bootstrap import Instance
from cromulent.cli.tls import TlsFiles
from cromulent.gateway import GatewayProtocol
from cromulent.web import BoundedHttp

DRAIN_SECONDS = 3
EXIT_SECONDS = 9.5
"""After so long a stop is no longer orderly: the process ends whatever it is waiting for."""
LARGEST_FRAME = 256 * 1024
"""Above the gateway's own limit, so that an oversize frame is answered with its close code; above this the connection just ends."""


def server_config(instance: Instance, tls: TlsFiles | None) -> uvicorn.Config:
    """uvicorn's settings. Nothing is logged for each request, and a ping is the gateway's business."""
    proxies = instance.config.trusted_proxies
    return uvicorn.Config(
        instance.app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        http=BoundedHttp,
        ws=GatewayProtocol,
        ws_max_size=LARGEST_FRAME,
        ws_ping_interval=None,
        ws_ping_timeout=None,
        ws_per_message_deflate=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )


class Server(uvicorn.Server):
    """uvicorn's server, which tells when it listens and says goodbye to the clients before it closes their sockets."""

    def __init__(self, config: uvicorn.Config, instance: Instance, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._instance = instance
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept, then say so."""
        await super().startup(sockets)
        self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, tell the clients to come back, let requests under way finish."""
        for listener in self.servers:
            listener.close()
        await self._instance.say_goodbye()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Let SIGTERM, SIGINT and SIGHUP end the server; unlike uvicorn's, they are not raised again, for we have more to close."""
        loop = asyncio.get_running_loop()
        stop_signals = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        for number in stop_signals:
            loop.add_signal_handler(number, self._stop)
        try:
            yield
        finally:
            for number in stop_signals:
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        if not self.should_exit:
            self.should_exit = True
            _end_by_force_after(EXIT_SECONDS)


def _end_by_force_after(seconds: float) -> None:
    """A thread, because what hangs may be the loop itself. Everything acknowledged is on the disk by then."""
    timer = threading.Timer(seconds, os._exit, (1,))
    timer.daemon = True
    timer.start()


def port_of(sockets: Sequence[socket.socket]) -> int:
    """The port that was taken."""
    return int(sockets[0].getsockname()[1])
