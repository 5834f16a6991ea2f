"""Which docstrings must be there: one sentence opens every module, and what a package offers to others is explained."""

from __future__ import annotations

import ast
import re

Documented = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

# One sentence, over as many lines as it needs; it may begin with a name that is written small.
SENTENCE = re.compile(r"^\S[^\n]*(?:\n[^\n]+)*[.!?:)]", re.MULTILINE)


def missing_opening(source: str) -> list[str]:
    """What is wrong with the opening of a Python module; an empty file needs none."""
    if not source.strip():
        return ["the module is empty: say in one sentence what the package is"]
    return _faults_of_sentence(ast.get_docstring(ast.parse(source)))


def missing_opening_of_client(text: str) -> list[str]:
    """What is wrong with the opening of a TypeScript or Svelte file: a comment must come first."""
    match = re.match(r"\s*(?:<script\b[^>]*>\s*)?(?:/\*\*?|//|<!--)\s*(?:@component\s*)?(.+)", text)
    return _faults_of_sentence(match.group(1) if match else None)


def _faults_of_sentence(opening: str | None) -> list[str]:
    if opening is None:
        return ["no sentence opens the file"]
    if not SENTENCE.match(opening.strip()):
        return [f"not a sentence: {opening.strip().splitlines()[0]}"]
    return []


def names_offered(init: str) -> set[str]:
    """The names a package's `__init__` offers to others: its `__all__`, else what it imports by name."""
    tree = ast.parse(init)
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            return set(ast.literal_eval(node.value))
    return {alias.asname or alias.name for n in tree.body if isinstance(n, ast.ImportFrom) for alias in n.names}


def undocumented(source: str, offered: set[str] | None = None) -> list[str]:
    """Public classes and functions at the top of a module without a docstring; only those in `offered` when it is given."""
    found: list[str] = []
    for node in ast.parse(source).body:
        if not isinstance(node, Documented) or node.name.startswith("_"):
            continue
        if (offered is None or node.name in offered) and ast.get_docstring(node) is None:
            found.append(f"{node.lineno} {node.name}")
    return found


def undocumented_methods(source: str) -> list[str]:
    """Public methods without a docstring in public classes that are somebody's service (`service.py`)."""
    found: list[str] = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            found += [
                f"{inner.lineno} {node.name}.{inner.name}"
                for inner in node.body
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
                and not inner.name.startswith("_")
                and ast.get_docstring(inner) is None
            ]
    return found
