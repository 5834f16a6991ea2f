"""The gate is the only writer of `track.enabled`: nothing else of the client can open a microphone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.architecture.test_web_budgets import NODE, SUFFIXES
from tests.architecture.tree import ROOT, WEB_SOURCES, own_files, shown

FIND = Path(__file__).with_name("find_enabling.mjs")
GATE = "web/src/voice/gate.ts"


def places_that_enable(*files: str) -> list[str]:
    """File and line of whatever in these files writes a property `enabled`."""
    found = subprocess.run([NODE, FIND, ROOT / "web", *files], cwd=ROOT, capture_output=True, text=True, check=True)
    return found.stdout.splitlines()


def test_nothing_but_the_gate_writes_enabled() -> None:
    places = places_that_enable(*(shown(path) for path in own_files(*SUFFIXES, below=WEB_SOURCES)))
    assert [place for place in places if not place.startswith(f"{GATE}:")] == []
    assert places, "not even the gate was found to write it"


@pytest.mark.parametrize(
    "statement",
    [
        "track.enabled = true;",
        "track!.enabled = open;",
        "(track as MediaStreamTrack).enabled = true;",
        "this.#track.enabled ||= true;",
        "stream.getTracks()[0].enabled &= 1;",
        "track['enabled'] = true;",
        "track[`enabled`] = true;",
        "track.enabled++;",
        "({ on: track.enabled } = state);",
        "({ on: track.enabled = true, ...rest } = state);",
        "[track.enabled] = [true];",
        "for (track.enabled of [true]) break;",
        "Object.assign(track, { enabled: true });",
        "Object.assign(track, { enabled });",
        "Reflect.set(track, 'enabled', true);",
        "Object.defineProperty(track, 'enabled', { value: true });",
        "const open = () => (track.enabled = true);",
    ],
)
@pytest.mark.parametrize("kind", ["module", "component"])
def test_a_planted_second_writer_is_found(tmp_path: Path, statement: str, kind: str) -> None:
    inside = f"\nclass Track {{ #track; m(track: any, rest: any) {{\n{statement}\n}} }}\n"
    file = tmp_path / ("planted.ts" if kind == "module" else "Planted.svelte")
    file.write_text(inside if kind == "module" else f'<script lang="ts">{inside}</script>\n<p>{{track.enabled}}</p>\n')
    assert places_that_enable(str(file)) == [f"{file}:3"]


@pytest.mark.parametrize(
    "markup",
    [
        "<button onclick={() => (track.enabled = true)}>x</button>",
        "<input type='checkbox' bind:checked={track.enabled} />",
    ],
)
def test_a_planted_writer_in_markup_is_found(tmp_path: Path, markup: str) -> None:
    file = tmp_path / "Planted.svelte"
    file.write_text(f"<p>here</p>\n{markup}\n")
    assert places_that_enable(str(file)) == [f"{file}:2"]


def test_reading_it_and_writing_something_else_is_allowed(tmp_path: Path) -> None:
    file = tmp_path / "planted.ts"
    file.write_text(
        "if (track.enabled === true || track['enabled'] >= 1) stop();\n"
        "const copy = { enabled: track.enabled };\n"
        "const { enabled } = track;\n"
        "Object.assign(options, { disabled: !track.enabled });\n"
        "instance.voice_enabled = true;\n"
    )
    assert places_that_enable(str(file)) == []
