"""The built browser client, served from memory: the page for every address that is not a file, assets for ever."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cromulent.web.front_door import AsgiApp, Receive, Scope, Send

STATIC_FOLDER = Path(__file__).parent / "static"
_ASSETS = "/assets/"
_FOR_EVER = b"public, max-age=31536000, immutable"
_ASK_AGAIN = b"no-cache"
_COMPRESSED_TYPES = (b"text/", b"application/javascript", b"application/json", b"application/manifest", b"image/svg")
_NOT_BUILT = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Cromulent</title>
<h1>The browser client is not built</h1>
<p>The server is running, but it was installed without its page. Start it with <code>bin/run</code>, which builds the
page, or install the package with <code>pip install .</code></p></html>"""


@dataclass(frozen=True)
class _File:
    body: bytes
    media_type: bytes
    cache_control: bytes
    etag: bytes

    @cached_property
    def compressed(self) -> bytes | None:
        """Made for the first who asks: most files are asked for seldom, and a start need not wait for all of them."""
        worth_it = self.media_type.startswith(_COMPRESSED_TYPES) and len(self.body) > 1000
        return gzip.compress(self.body, 9, mtime=0) if worth_it else None


class ClientFiles:
    """An ASGI application for GET and HEAD. Reads the folder once; without an `index.html` in it every page says so."""

    def __init__(self, folder: Path = STATIC_FOLDER) -> None:
        self._files = {
            f"/{path.relative_to(folder).as_posix()}": _file_of(path, folder)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }
        self._page = self._files.get("/index.html")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope["path"]
        file = self._files.get(path)
        if file is None and not path.startswith(_ASSETS):
            file = self._page
            if file is None:
                return await _answer(send, 503, [(b"content-type", b"text/html; charset=utf-8")], _NOT_BUILT)
        if file is None:
            return await _answer(send, 404, [(b"content-type", b"text/plain; charset=utf-8")], b"Not found.\n")
        return await _send_file(scope, send, file)


def serves(scope: Scope) -> bool:
    """Whether a request is for the client rather than for the API or a probe."""
    path = scope["path"]
    ours = path.startswith("/api/") or path in ("/api", "/gateway", "/healthz", "/readyz")
    return scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and not ours


class ClientOrApi:
    """Sends each request to the client's files or to the API."""

    def __init__(self, client: AsgiApp, api: AsgiApp) -> None:
        self._client = client
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await (self._client if serves(scope) else self._api)(scope, receive, send)


async def _send_file(scope: Scope, send: Send, file: _File) -> None:
    asked = dict(scope["headers"])
    headers = [(b"cache-control", file.cache_control), (b"etag", file.etag), (b"vary", b"accept-encoding")]
    if asked.get(b"if-none-match") == file.etag:
        return await _answer(send, 304, headers, b"")
    headers.append((b"content-type", file.media_type))
    body = file.body
    if b"gzip" in asked.get(b"accept-encoding", b"") and file.compressed is not None:
        body = file.compressed
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", str(len(body)).encode()))
    return await _answer(send, 200, headers, b"" if scope["method"] == "HEAD" else body)


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _file_of(path: Path, folder: Path) -> _File:
    body = path.read_bytes()
    name = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    hashed = path.relative_to(folder).parts[0] == "assets"
    return _File(
        body=body,
        media_type=(f"{name}; charset=utf-8" if name.startswith("text/") else name).encode(),
        cache_control=_FOR_EVER if hashed else _ASK_AGAIN,
        etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode(),
    )
