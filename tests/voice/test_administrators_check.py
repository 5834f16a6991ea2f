"""The administrator's check on a real server: its own relay has to pass a packet on, by every way it speaks."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx2

from tests.cli.processes import PASSWORD, Serving, run
from tests.ports import free_port


def test_the_built_in_relay_is_checked_by_the_name_the_page_has(tmp_path: Path) -> None:
    port = free_port()
    with Serving("--data", str(tmp_path), "--stun-port", str(port), "--tls", "self") as server:
        server.wait_for("relay at port")
        assert (
            run("admin", "create", "ann", "--password-stdin", "--data", str(tmp_path), password=PASSWORD).returncode
            == 0
        )
        trusting = ssl.create_default_context(cafile=str(tmp_path / "tls" / "authority.pem"))
        with httpx2.Client(base_url=server.url, headers={"origin": server.url}, verify=trusting, timeout=30) as browser:
            assert browser.post("/api/v1/login", json={"login": "ann", "password": PASSWORD}).status_code == 200
            assert browser.get("/api/v1/admin/ice-servers").json() == {"provider": "built-in", "failing": None}
            found = browser.post("/api/v1/admin/ice-servers/check", json={}).json()
    assert found["sentence"] == "The relay works by UDP and TCP and TLS: a packet went through it and came back."
    assert {one["url"] for one in found["urls"] if one["outcome"] == "works"} == {
        f"stun:localhost:{port}",
        f"turn:localhost:{port}?transport=udp",
        f"turn:localhost:{port}?transport=tcp",
        f"turns:localhost:{port}?transport=tcp",
    }
