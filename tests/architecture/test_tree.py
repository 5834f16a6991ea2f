"""The tree holds nothing that is true on one machine only, and no name that says nothing."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from tests.architecture.tree import ROOT, own_files, own_folders, shown
from tests.architecture.tree_rules import REGISTRY_HOSTS, empty_names, foreign_matter, issue_numbers


def test_names_say_what_is_inside() -> None:
    paths = [*own_folders(), *(path.relative_to(ROOT) for path in own_files())]
    assert len(paths) > 50
    assert [path for path in paths if empty_names(path)] == []


def test_no_file_knows_a_registry_or_a_path_of_one_machine() -> None:
    found = {shown(path): foreign_matter(path.read_text()) for path in own_files()}
    assert {where: what for where, what in found.items() if what} == {}


def test_prose_and_comments_stand_without_an_issue_tracker() -> None:
    found = {shown(path): issue_numbers(path.read_text()) for path in own_files(".py", ".ts", ".md", ".sh", ".svelte")}
    assert {where: what for where, what in found.items() if what} == {}


def test_every_folder_of_tests_is_on_the_page_about_testing() -> None:
    page = (ROOT / "docs" / "testing.md").read_text()
    folders = {folder.parts[1] for folder in own_folders() if len(folder.parts) > 1 and folder.parts[0] == "tests"}
    assert "architecture" in folders
    assert {folder for folder in folders if f"`tests/{folder}" not in page} == set()


@pytest.mark.parametrize(
    "name",
    ["src/cromulent/utils/ids.py", "web/src/helpers.ts", "tests/common/x.py", "web/src/voice/roomManager.ts"],
)
def test_an_empty_name_is_found(name: str) -> None:
    assert len(empty_names(PurePath(name))) == 1


def test_a_name_that_only_contains_such_a_word_is_none() -> None:
    assert empty_names(PurePath("src/cromulent/commonmark/utilisation.py")) == []
    assert empty_names(PurePath("src/cromulent/accounts/common_passwords.py")) == []


@pytest.mark.parametrize(
    "text",
    [
        f"https://{REGISTRY_HOSTS[0]}/simple",
        f"https://registry.{REGISTRY_HOSTS[2]}/x/-/x-1.tgz",
        "see /wo" + "rk/main/src",
        "open('/ho" + "me/ann/x')",
        "/ro" + "ot/.cache",
    ],
)
def test_foreign_matter_is_found(text: str) -> None:
    assert len(foreign_matter(text)) == 1


@pytest.mark.parametrize("text", ["$root/work/", "./work/x", "https://example.org/home/page", "/tmp/x", "a/root/b"])
def test_what_is_no_path_of_a_machine_is_left_alone(text: str) -> None:
    assert foreign_matter(text) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("fixes #" + "1234", 1),
        ("(PR #" + "7)", 1),
        ("as in #" + "12", 1),
        ("see issue " + "7", 1),
        ("issue #" + "7", 1),
    ],
)
def test_an_issue_number_is_found(text: str, count: int) -> None:
    assert len(issue_numbers(text)) == count


@pytest.mark.parametrize("text", ["#707a8e", "#123456", "#0008", "&#39;", "#general", "(#7)", "page#3", "color: #fff"])
def test_colours_and_anchors_are_no_issue_numbers(text: str) -> None:
    assert issue_numbers(text) == []
