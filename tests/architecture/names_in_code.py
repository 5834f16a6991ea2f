"""The names our code gives to things the outside sees: commands, dispatches, error codes. Found by reading the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

NOUN_VERB = re.compile(r"^[a-z_]+\.[a-z_]+$")
# What looks like one of our names and is ASGI's, a file's, an import's or a column's.
NOT_OURS = re.compile(
    r"^(websocket|http|lifespan|cromulent|sqlalchemy|uvicorn)\.|\.(db|toml|json|html|pem|key|lock|sock|py|id)$"
)


def strings_of(source: str) -> Iterable[str]:
    """Every string constant of a file but its docstrings."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def wire_names(source: str) -> set[str]:
    """Strings of the form `noun.verb`: the names of commands and dispatches."""
    return {text for text in strings_of(source) if NOUN_VERB.match(text) and not NOT_OURS.search(text)}


def commands(source: str) -> dict[str, str]:
    """The name of every command a file defines, and the name of the struct that is its `d`."""
    found: dict[str, str] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "CommandHandler":
            name, shape = node.args[:2]
            if isinstance(name, ast.Constant) and isinstance(name.value, str) and isinstance(shape, ast.Name):
                found[name.value] = shape.id
    return found


def error_codes(source: str) -> set[str]:
    """The codes of errors: `code="…"` in a call, `code = "…"` in a class, `"invalid_…"` anywhere.

    A code put together while running (`f"invalid_{field}"`) stands there as a pattern with `*` (`invalid_*`).
    """
    found = {text for text in strings_of(source) if re.fullmatch(r"invalid_[a-z_]+", text)}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.keyword) and node.arg == "code":
            found |= _texts(node.value)
        elif isinstance(node, ast.ClassDef):
            for statement in node.body:
                found |= _code_of_class(statement)
    return found


def covered(codes: set[str], by: set[str]) -> set[str]:
    """Those of `codes` that are in `by` or that a pattern stands for, on either side."""
    return {code for code in codes if any(fnmatchcase(code, name) or fnmatchcase(name, code) for name in by)}


def _code_of_class(statement: ast.stmt) -> set[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    if any(isinstance(target, ast.Name) and target.id == "code" for target in targets):
        return _texts(getattr(statement, "value", None))
    return set()


def _texts(node: ast.expr | None) -> set[str]:
    if isinstance(node, ast.IfExp):
        return _texts(node.body) | _texts(node.orelse)
    if isinstance(node, ast.JoinedStr):
        return {"".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)}
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()
