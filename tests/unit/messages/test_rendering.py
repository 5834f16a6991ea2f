"""The worker process: used only when needed, killed when it hangs, replaced, and never left behind."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cromulent.messages import rendering
from cromulent.messages.rendering import NOT_RENDERED, RENDERER_VERSION, WORKER, Rendered, Renderer

pytestmark = pytest.mark.anyio

PATIENT = 30.0
"""Seconds: where the limit is not what is tested, a loaded machine must not matter."""
AS_TYPED = Rendered("<p>*a*</p>", NOT_RENDERED)
IN_ITALICS = Rendered("<p><em>a</em></p>", RENDERER_VERSION)


@pytest.fixture
async def renderer(anyio_backend: str) -> AsyncIterator[Renderer]:
    """A renderer that does not mind waiting."""
    made = Renderer(seconds=PATIENT)
    yield made
    await made.close()


def speaking(folder: Path, body: str) -> list[str]:
    """The command of a worker that says it is ready and then runs `body` for each frame; it notes its starts in `folder`."""
    script = folder / "worker.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import os, struct, sys
            with open({str(folder / "starts")!r}, "a") as starts:
                starts.write(f"{{os.getpid()}}\\n")
            starts = len(open({str(folder / "starts")!r}).readlines())
            def put(text):
                sys.stdout.buffer.write(struct.pack(">I", len(text)) + text)
                sys.stdout.buffer.flush()
            put(b"")
            while len(head := sys.stdin.buffer.read(4)) == 4:
                text = sys.stdin.buffer.read(struct.unpack(">I", head)[0])
            """
        )
        + textwrap.indent(textwrap.dedent(body), "    ")
    )
    return [sys.executable, "-I", str(script)]


def starts(folder: Path) -> list[int]:
    """The process ids of the workers started so far."""
    file = folder / "starts"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def is_running(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_plain_text_starts_no_process(tmp_path: Path) -> None:
    renderer = Renderer(speaking(tmp_path, "put(b'<p>worker</p>')"))
    assert await renderer.render("no markup here") == Rendered("<p>no markup here</p>", RENDERER_VERSION)
    assert starts(tmp_path) == []
    await renderer.close()


async def test_markup_is_rendered_by_the_worker(renderer: Renderer) -> None:
    assert await renderer.render("*a*") == IN_ITALICS
    assert (await renderer.render("`" + "ü" * 3000 + "`")).html == "<p><code>" + "ü" * 3000 + "</code></p>"


async def test_many_at_once_each_get_their_own(renderer: Renderer) -> None:
    found = await asyncio.gather(*(renderer.render(f"*{number}*") for number in range(50)))
    assert [item.html for item in found] == [f"<p><em>{number}</em></p>" for number in range(50)]


async def test_one_process_serves_them_all(tmp_path: Path) -> None:
    renderer = Renderer(speaking(tmp_path, "put(text.upper())"), seconds=PATIENT)
    assert [(await renderer.render(f"*{letter}*")).html for letter in "abc"] == ["*A*", "*B*", "*C*"]
    assert len(starts(tmp_path)) == 1
    await renderer.close()
    assert not is_running(starts(tmp_path)[0])


async def test_what_cannot_be_rendered_is_shown_as_typed(renderer: Renderer) -> None:
    text = "> " * 30 + "*deep*"
    assert await renderer.render(text) == Rendered("<p>" + "&gt; " * 30 + "*deep*</p>", NOT_RENDERED)
    assert await renderer.render("*a*") == IN_ITALICS


@pytest.mark.parametrize(
    ("text", "html"), [(">", "<p>&gt;</p>"), ("#", "<p>#</p>"), ("```\n```", "<p>```<br>\n```</p>")]
)
async def test_what_would_be_an_empty_message_is_shown_as_typed(renderer: Renderer, text: str, html: str) -> None:
    assert await renderer.render(text) == Rendered(html, NOT_RENDERED)


async def test_a_text_that_hangs_the_worker_costs_it_its_life(tmp_path: Path) -> None:
    hang_first = """
        if starts == 1:
            while True: pass
        put(b"<p><em>a</em></p>")
    """
    renderer = Renderer(speaking(tmp_path, hang_first), seconds=0.2)
    assert await renderer.render("*a*") == AS_TYPED
    assert not is_running(starts(tmp_path)[0])
    assert await renderer.render("*a*") == IN_ITALICS
    assert len(starts(tmp_path)) == 2
    await renderer.close()


async def test_the_loop_runs_on_while_the_worker_hangs(tmp_path: Path) -> None:
    renderer = Renderer(speaking(tmp_path, "while True: pass"), seconds=0.2)
    hanging = asyncio.create_task(renderer.render("*a*"))
    turns = 0
    while not hanging.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 100
    assert await hanging == AS_TYPED
    await renderer.close()


@pytest.mark.parametrize("dying", ["sys.exit(1)", "os.write(1, b'\\0\\0'); os._exit(0)"])
async def test_a_worker_that_dies_at_its_work_is_replaced(tmp_path: Path, dying: str) -> None:
    dies_first = f"if starts == 1: {dying}\nput(b'<p><em>a</em></p>')"
    renderer = Renderer(speaking(tmp_path, dies_first), seconds=PATIENT)
    assert await renderer.render("*a*") == AS_TYPED
    assert await renderer.render("*a*") == IN_ITALICS
    await renderer.close()


async def test_a_worker_killed_between_two_texts_costs_neither(tmp_path: Path) -> None:
    renderer = Renderer(speaking(tmp_path, "put(text)"), seconds=PATIENT)
    assert (await renderer.render("*a*")).html == "*a*"
    process = renderer._process._process
    assert process is not None
    process.kill()
    await process.wait()
    assert (await renderer.render("*b*")).html == "*b*"
    assert len(starts(tmp_path)) == 2
    await renderer.close()


async def test_a_worker_that_cannot_be_started_is_done_without(tmp_path: Path) -> None:
    renderer = Renderer([str(tmp_path / "missing")])
    assert await renderer.render("*a*") == AS_TYPED
    await renderer.close()


async def test_who_gives_up_does_not_shift_the_answers(tmp_path: Path) -> None:
    renderer = Renderer(speaking(tmp_path, "put(text)"), seconds=PATIENT)
    waiting = [asyncio.create_task(renderer.render(f"*{number}*")) for number in range(6)]
    await asyncio.wait([waiting[0]])
    waiting[1].cancel()
    waiting[3].cancel()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [getattr(item, "html", None) for item in found] == ["*0*", None, "*2*", None, "*4*", "*5*"]
    await renderer.close()


async def test_the_queue_has_an_end(tmp_path: Path) -> None:
    renderer = Renderer(speaking(tmp_path, "while True: pass"), seconds=PATIENT)
    waiting = [asyncio.create_task(renderer.render("*a*")) for _ in range(rendering.MAX_WAITING + 20)]
    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    assert {task.result() for task in done} == {AS_TYPED}
    await renderer.close()
    assert {(await task).version for task in waiting} == {NOT_RENDERED}


async def test_waiting_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "WAITING_SECONDS", 0.05)
    renderer = Renderer(speaking(tmp_path, "while True: pass"), seconds=PATIENT)
    assert await renderer.render("*a*") == AS_TYPED
    await renderer.close()


SERVER = """
import asyncio
from cromulent.messages.rendering import Renderer

async def main():
    renderer = Renderer(seconds=30)
    assert "<em>" in (await renderer.render("*a*")).html
    print(renderer._process._process.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_a_killed_server_takes_its_worker_along() -> None:
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE)
    assert server.stdout is not None
    with server, server.stdout:
        worker = os.pidfd_open(int(server.stdout.readline()))
        server.kill()
        assert select.select([worker], [], [], 10)[0]
        os.close(worker)


def test_a_rendering_that_never_ends_ends_itself_when_nobody_is_left(tmp_path: Path) -> None:
    script = tmp_path / "hanging.py"
    script.write_text(
        "import importlib.util, sys, itertools\n"
        f"spec = importlib.util.spec_from_file_location('markdown', {WORKER[-1]!r})\n"
        "markdown = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(markdown)\n"
        "markdown.ORPHAN_SECONDS = 0.2\n"
        "markdown.serve(sys.stdin.buffer, sys.stdout.buffer, lambda text: all(itertools.repeat(1)))\n"
    )
    finished = subprocess.run(
        [sys.executable, script], input=b"\0\0\0\1a", capture_output=True, timeout=20, check=False
    )
    assert finished.returncode == -signal.SIGALRM
    assert finished.stdout == b"\0\0\0\0"


def test_the_worker_itself_survives_what_breaks_the_parsers(tmp_path: Path) -> None:
    script = tmp_path / "breaking.py"
    script.write_text(
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('markdown', {WORKER[-1]!r})\n"
        "markdown = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(markdown)\n"
        "markdown.serve(sys.stdin.buffer, sys.stdout.buffer, lambda text: text if text == 'b' else 1 / 0)\n"
    )
    finished = subprocess.run(
        [sys.executable, script], input=b"\0\0\0\1a\0\0\0\1b", capture_output=True, timeout=20, check=True
    )
    assert finished.stdout == b"\0\0\0\0" + b"\0\0\0\0" + b"\0\0\0\1b"
    assert b"ZeroDivisionError" in finished.stderr
