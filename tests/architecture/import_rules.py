"""Rules about imports that layers alone cannot say: faces of packages, what a domain may touch, the poverty of what is kept light."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass

DOMAINS = {
    "accounts",
    "admin",
    "channels",
    "files",
    "link_previews",
    "messages",
    "notifications",
    "presence",
    "relay",
    "settings",
    "voice",
}

# Transports and toolkits a domain package knows nothing of.
TRANSPORTS = {
    "aiohttp",
    "http",
    "litestar",
    "socket",
    "socketserver",
    "ssl",
    "starlette",
    "uvicorn",
    "uvloop",
    "websockets",
}
SQL_TOOLKITS = {"alembic", "psycopg", "sqlalchemy", "sqlite3"}

# The packages that are kept light, and what they lean on beside the standard library.
LIGHT = {"kernel": frozenset[str](), "relay": frozenset({"aioice", "msgspec", "uvloop"})}


@dataclass(frozen=True)
class Import:
    """One imported module with the line that imports it; `names` are those taken from it, empty for `import x`."""

    module: str
    names: tuple[str, ...]
    line: int


def imports_of(source: str) -> Iterator[Import]:
    """Every import statement of a file, also those inside functions. Relative ones are refused by the linter."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, (), node.lineno)
        elif isinstance(node, ast.ImportFrom):
            yield Import(node.module or "", tuple(alias.name for alias in node.names), node.lineno)


def broken_rules(module: str, source: str) -> list[str]:
    """What `source`, the text of `module` (`cromulent.messages.service`), imports against the rules."""
    package = [*module.split("."), ""][1]
    findings: list[str] = []
    for found in imports_of(source):
        reason = (
            _around_the_face(package, found) or _out_of_a_domain(package, module, found) or _heavy_for(package, found)
        )
        if reason:
            findings.append(f"{module}:{found.line} imports {found.module}: {reason}")
    if package in DOMAINS and _uses_any(source):
        findings.append(f"{module}: a domain package uses Any")
    return findings


def _around_the_face(package: str, found: Import) -> str | None:
    parts = found.module.split(".")
    if len(parts) > 2 and parts[0] == "cromulent" and parts[1] in DOMAINS and parts[1] != package:
        return f"take it from cromulent.{parts[1]}, whose __init__ names what is public"
    return None


def _out_of_a_domain(package: str, module: str, found: Import) -> str | None:
    if package not in DOMAINS:
        return None
    top = found.module.split(".")[0]
    if top in TRANSPORTS and not module.endswith(".__main__"):  # a program of its own opens its sockets
        return "a domain package knows no transport"
    if top in SQL_TOOLKITS and "store" not in module.split("."):
        return "SQL stands in store.py"
    return None


def _heavy_for(package: str, found: Import) -> str | None:
    top = found.module.split(".")[0]
    own = found.module.startswith(("cromulent.kernel", f"cromulent.{package}"))
    if package not in LIGHT or own or top in sys.stdlib_module_names or top in LIGHT[package]:
        return None
    return f"{package} is kept light: the standard library, {', '.join(['cromulent.kernel', *sorted(LIGHT[package])])}"


def _uses_any(source: str) -> bool:
    tree = ast.parse(source)
    return any(
        "Any" in found.names for found in imports_of(source) if found.module in {"typing", "typing_extensions"}
    ) or any(isinstance(node, ast.Attribute) and node.attr == "Any" for node in ast.walk(tree))
