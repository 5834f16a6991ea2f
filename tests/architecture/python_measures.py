"""Measures of a Python file: lines, lines of each function, fields of each class, positional parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.budgets import Measure

type_of_function = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def measures_of(source: str, where: str) -> list[Measure]:
    """Everything that has a budget in `source`; `where` names the file in the findings."""
    tree = ast.parse(source)
    measures = [Measure("file", where, len(source.splitlines()))]
    for node in ast.walk(tree):
        if isinstance(node, type_of_function):
            place = f"{where}:{node.lineno} {node.name}"
            measures.append(Measure("function", place, lines_of(node)))
            measures.append(Measure("parameters", place, positional_parameters_of(node)))
        elif isinstance(node, ast.ClassDef):
            measures.append(Measure("class", f"{where}:{node.lineno} {node.name}", len(fields_of(node))))
    return measures


def lines_of(function: Function) -> int:
    """From `def` to the last line, the docstring not counted: explaining must not cost anything."""
    end = function.end_lineno or function.lineno
    lines = end - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def positional_parameters_of(function: Function) -> int:
    """Parameters that may be given by position, `self` and `cls` not counted."""
    names = [argument.arg for argument in function.args.posonlyargs + function.args.args]
    return len(names) - (1 if names and names[0] in {"self", "cls", "mcs"} else 0)


def fields_of(node: ast.ClassDef) -> set[str]:
    """Names a class or its instances hold: annotated in the body, or assigned to `self` anywhere in it."""
    annotated = {
        statement.target.id
        for statement in node.body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and "ClassVar" not in ast.unparse(statement.annotation)
    }
    return annotated | set(_assigned_to_self(node))


def _assigned_to_self(node: ast.ClassDef) -> Iterator[str]:
    for inner in ast.walk(node):
        if (
            isinstance(inner, ast.Attribute)
            and isinstance(inner.ctx, ast.Store)
            and isinstance(inner.value, ast.Name)
            and inner.value.id == "self"
        ):
            yield inner.attr
