"""The browser client: the page for every address of its own, assets for ever, and a clear page when it is not built."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx2
import pytest

from cromulent.web.client_files import ClientFiles, serves

pytestmark = pytest.mark.anyio
PAGE = "<!doctype html><title>Cromulent</title>"
WEB_ASSEMBLY = b"\0asm\1\0\0\0"
SCRIPT = "export const answer = 42;\n" * 100


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "assets" / "index-abc123.js").write_text(SCRIPT)
    (tmp_path / "assets" / "rnnoise-abc123.wasm").write_bytes(WEB_ASSEMBLY)
    (tmp_path / "service_worker.js").write_text(SCRIPT)
    (tmp_path / "icon.png").write_bytes(bytes(range(256)) * 10)
    (tmp_path / ".sources").write_text("a stamp of the build")
    return tmp_path


def client_of(folder: Path) -> httpx2.AsyncClient:
    """A client of the files in a folder, which asks for no compression by itself."""
    transport = httpx2.ASGITransport(app=ClientFiles(folder))
    return httpx2.AsyncClient(transport=transport, base_url="http://chat.test", headers={"accept-encoding": "identity"})


@pytest.mark.parametrize(
    "path", ["/", "/index.html", "/login", "/setup", "/channels/x/y", "/.sources", "/%2e%2e/etc/passwd", "/x.js"]
)
async def test_every_address_of_the_page_is_the_page_and_is_asked_for_again(built: Path, path: str) -> None:
    answer = await client_of(built).get(path)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


async def test_assets_are_kept_for_ever(built: Path) -> None:
    answer = await client_of(built).get("/assets/index-abc123.js")
    assert (answer.status_code, answer.text) == (200, SCRIPT)
    assert "immutable" in answer.headers["cache-control"]
    assert "javascript" in answer.headers["content-type"]


async def test_web_assembly_is_called_what_it_is(built: Path) -> None:
    answer = await client_of(built).get("/assets/rnnoise-abc123.wasm")
    assert (answer.status_code, answer.content) == (200, WEB_ASSEMBLY)
    assert answer.headers["content-type"] == "application/wasm"
    assert "immutable" in answer.headers["cache-control"]


async def test_the_service_worker_is_a_script_that_is_asked_for_again(built: Path) -> None:
    answer = await client_of(built).get("/service_worker.js")
    assert (answer.status_code, answer.text) == (200, SCRIPT)
    assert answer.headers["cache-control"] == "no-cache"
    assert "javascript" in answer.headers["content-type"]


async def test_a_missing_asset_is_not_the_page(built: Path) -> None:
    answer = await client_of(built).get("/assets/index-old.js")
    assert answer.status_code == 404
    assert PAGE not in answer.text


async def test_text_is_compressed_for_who_can_read_it(built: Path) -> None:
    client = client_of(built)
    async with client.stream("GET", "/assets/index-abc123.js", headers={"accept-encoding": "br, gzip"}) as answer:
        raw = b"".join([piece async for piece in answer.aiter_raw()])
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw).decode() == SCRIPT
    assert "accept-encoding" in answer.headers["vary"].lower()
    picture = await client.get("/icon.png", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in picture.headers


async def test_an_unchanged_page_is_not_sent_again(built: Path) -> None:
    client = client_of(built)
    etag = (await client.get("/")).headers["etag"]
    answer = await client.get("/", headers={"if-none-match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert (await client.get("/", headers={"if-none-match": '"other"'})).status_code == 200


async def test_a_head_request_gets_the_headers_only(built: Path) -> None:
    answer = await client_of(built).head("/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(PAGE))


async def test_without_a_built_client_the_page_says_so(tmp_path: Path) -> None:
    answer = await client_of(tmp_path).get("/login")
    assert answer.status_code == 503
    assert "not built" in answer.text
    assert (await client_of(tmp_path / "missing").get("/")).status_code == 503


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/", True),
        ("HEAD", "/channels/x", True),
        ("GET", "/apidocs", True),
        ("GET", "/gateways", True),
        ("POST", "/", False),
        ("GET", "/api", False),
        ("GET", "/api/v1/me", False),
        ("GET", "/gateway", False),
        ("GET", "/healthz", False),
        ("GET", "/readyz", False),
    ],
)
def test_which_requests_are_for_the_client(method: str, path: str, *, expected: bool) -> None:
    assert serves({"type": "http", "method": method, "path": path}) is expected
