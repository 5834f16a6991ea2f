"""The page as axe-core judges it: what keeps somebody out who uses a screen reader, a keyboard, or weak eyes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

SOURCE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RUN = "(options) => axe.run(document, {resultTypes: ['violations'], ...options})"
EVERYTHING: dict[str, Any] = {"rules": {"target-size": {"enabled": True}}}


def bring_axe(context: BrowserContext) -> None:
    """Give axe to every page of a browser, past the policy that lets pages load nothing but their own scripts."""
    context.add_init_script(path=SOURCE)


def violations_in(page: Page, *, rule: str | None = None) -> list[str]:
    """What is wrong with the page as it stands, by all rules or by one: a line for each rule and element."""
    options = EVERYTHING if rule is None else {"runOnly": [rule]}
    found: list[dict[str, Any]] = page.evaluate(RUN, options)["violations"]
    return [f"{rule['id']}: {_place_of(node)}" for rule in found for node in rule["nodes"]]


def _place_of(node: dict[str, Any]) -> str:
    reasons = " ".join(check["message"] for check in [*node["any"], *node["all"], *node["none"]])
    return f"{' '.join(map(str, node['target']))} {node['html'][:120]} ({reasons})"
