"""What the process says of itself, into a pipe and on a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import logging, structlog
from cromulent.cli.logs import configure_logs
configure_logs("info")
log = structlog.get_logger()

def fail(word):
    raise ValueError("it broke")

log.debug("too_quiet")
log.info("hello", user="ann", password="hunter2", token="hunter2", text="hunter2")
try:
    fail("hunter2")
except ValueError:
    log.exception("failed")
logging.getLogger("some.library").warning("a %s", "warning")
logging.getLogger("some.library").info("too_quiet")
logging.getLogger("uvicorn.error").warning("too_quiet")
uvicorn = logging.getLogger("uvicorn.error")
uvicorn.error("Exception in ASGI application")
"""


def said(*, on_terminal: bool) -> str:
    """What the program writes to stderr."""
    if not on_terminal:
        return subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stderr
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        subprocess.run([sys.executable, "-c", PROGRAM], stderr=theirs, check=True)
        os.close(theirs)
        written = b""
        try:
            while piece := terminal.read(65536):
                written += piece
        except OSError:  # how Linux says that nobody holds the other end any more
            pass
    return written.decode()


@pytest.mark.parametrize("on_terminal", [True, False])
def test_no_secret_and_no_variable_is_written(*, on_terminal: bool) -> None:
    text = said(on_terminal=on_terminal)
    assert "hello" in text
    assert "ann" in text
    assert "it broke" in text
    assert "a warning" in text
    assert "hunter2" not in text.replace('fail("hunter2")', "").replace('fail(\\"hunter2\\")', "")
    assert "too_quiet" not in text


def test_into_a_pipe_each_line_is_json() -> None:
    lines = [json.loads(line) for line in said(on_terminal=False).splitlines()]
    assert [line["event"] for line in lines] == ["hello", "failed", "a warning", "Exception in ASGI application"]
    assert [line["level"] for line in lines] == ["info", "error", "warning", "error"]
    assert all(line["at"].endswith("Z") for line in lines)
    assert lines[0]["password"] == "[not logged]"
