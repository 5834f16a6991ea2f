"""Every module opens with a sentence, and everything offered to other packages says what its type cannot."""

from __future__ import annotations

import pytest

from tests.architecture.docstring_rules import (
    missing_opening,
    missing_opening_of_client,
    names_offered,
    undocumented,
    undocumented_methods,
)
from tests.architecture.tree import PYTHON_SOURCES, ROOT, own_files, shown

CLIENT_FILES = own_files(".ts", ".svelte", ".js", ".mjs", below=ROOT / "web")


def test_every_python_module_opens_with_a_sentence() -> None:
    found = [f"{shown(path)}: {fault}" for path in own_files(".py") for fault in missing_opening(path.read_text())]
    assert found == []


def test_every_file_of_the_client_opens_with_a_sentence() -> None:
    assert len(CLIENT_FILES) > 3
    found = [f"{shown(p)}: {fault}" for p in CLIENT_FILES for fault in missing_opening_of_client(p.read_text())]
    assert found == []


def test_what_a_package_offers_is_explained() -> None:
    found: list[str] = []
    for init in own_files(".py", below=PYTHON_SOURCES):
        if init.name == "__init__.py":
            offered = names_offered(init.read_text())
            for path in own_files(".py", below=init.parent):
                found += [f"{shown(path)}:{name}" for name in undocumented(path.read_text(), offered)]
    assert found == []


def test_every_use_case_of_a_service_is_explained() -> None:
    paths = [path for path in own_files(".py", below=PYTHON_SOURCES) if path.name == "service.py"]
    assert [f"{shown(path)}:{name}" for path in paths for name in undocumented_methods(path.read_text())] == []


@pytest.mark.parametrize("source", ["", "x = 1", '"""No end"""', "# Only a comment.\nx = 1"])
def test_a_module_without_its_sentence_is_found(source: str) -> None:
    assert missing_opening('"""Says what is here."""\nx = 1') == []
    assert len(missing_opening(source)) == 1


@pytest.mark.parametrize("text", ["", "const x = 1;", "<script>\nlet x;\n</script>", "/** No end */", "<p>x</p>"])
def test_a_file_of_the_client_without_its_sentence_is_found(text: str) -> None:
    for good in ("/** Says it. */", "// Says it.", "<!-- Says it. -->", '<script lang="ts">\n  // Says it.\n</script>'):
        assert missing_opening_of_client(good) == []
    assert len(missing_opening_of_client(text)) == 1


def test_planted_silence_is_found() -> None:
    assert names_offered("from x import A, b as c\n__all__ = ['A']") == {"A"}
    assert names_offered("from x import A, b as c") == {"A", "c"}
    assert undocumented("class A: ...\ndef _b(): ...\ndef c(): ...", {"A"}) == ["1 A"]
    assert undocumented("class A:\n  'Says it.'") == []
    assert undocumented_methods("class A:\n  def b(self): ...\n  def _c(self): ...\n  def d(self): 'Says.'") == [
        "2 A.b"
    ]
