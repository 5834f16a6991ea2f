"""`/metrics` on its own port: what it names is documented, and nothing else is served there."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import httpx2
import pytest

from cromulent.config import ConfigError, load_config
from tests.architecture.document import names_in_code_spans, section_text
from tests.architecture.tree import ROOT
from tests.cli.processes import Serving, only_line, run
from tests.ports import free_port

PAGE = section_text((ROOT / "docs" / "install.md").read_text(), "## Metrics")


def test_every_metric_is_served_and_on_the_page(tmp_path: Path) -> None:
    port = free_port()
    with Serving("--data", str(tmp_path), CROMULENT_METRICS=f"127.0.0.1:{port}") as server:
        answer = httpx2.get(f"http://127.0.0.1:{port}/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        served = set(re.findall(r"^# TYPE (\w+)", answer.text, re.MULTILINE))
        assert served == {name for name in names_in_code_spans(PAGE) if name.startswith("cromulent_")}
        assert 'cromulent_voice_participants{connection="connected"} 0' in answer.text.splitlines()
        for path in ("/", "/api/v1/instance", "/metrics/x"):
            assert httpx2.get(f"http://127.0.0.1:{port}{path}").status_code == 404
        assert httpx2.post(f"http://127.0.0.1:{port}/metrics").status_code == 404
        with socket.create_connection(("127.0.0.1", port)) as nonsense:
            nonsense.sendall(b"x" * 100_000)
        assert "cromulent_relay_up" not in httpx2.get(f"{server.url}/metrics").text  # not where everybody is
        assert server.end() == 0


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        finished = run("serve", "--data", str(tmp_path), "--port", "0", CROMULENT_METRICS=f"127.0.0.1:{port}")
    assert finished.returncode == 1
    assert f"Port {port} on 127.0.0.1 is in use" in only_line(finished.stderr)


@pytest.mark.parametrize("address", ["9464", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:99999"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match="metrics"):
        load_config({}, {"CROMULENT_METRICS": address})
