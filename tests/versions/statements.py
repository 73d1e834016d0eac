"""Statements of a Python file with the conditions that they stand under, to find them again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_COMPOUND = (ast.ClassDef, ast.FunctionDef, ast.If, ast.For, ast.While, ast.With, ast.Try)
_GENERIC = re.compile(r"\b(?:typing\.)?(List|Dict|Tuple|Type|Set)\b")


@dataclass(frozen=True)
class Statement:
    """One as it would be written again, without comments and however its lines are broken; of one
    that has others in it, what it begins with. `tests` are those of the `if` that it stands under,
    the outermost first."""

    text: str
    tests: tuple[str, ...]


@cache
def statements(file: Path) -> tuple[tuple[int, int, Statement], ...]:
    """All of a file, with their first and last line."""
    return tuple(_inside(ast.parse(file.read_text(encoding="utf-8")), ()))


def _inside(node: ast.AST, tests: tuple[str, ...]) -> Iterator[tuple[int, int, Statement]]:
    for child in ast.iter_child_nodes(node):
        under = tests
        if isinstance(child, ast.If):
            under = (*tests, _text(child.test))
        if isinstance(child, ast.stmt | ast.arg):
            yield child.lineno, child.end_lineno or child.lineno, Statement(_head(child), under)
        yield from _inside(child, under)


def _head(node: ast.stmt | ast.arg) -> str:
    if isinstance(node, ast.If | ast.While):
        return f"if {_text(node.test)}"
    if isinstance(node, ast.For):
        return f"for {_text(node.target)} in {_text(node.iter)}"
    if isinstance(node, ast.With):
        return f"with {', '.join(map(_text, node.items))}"
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return node.name
    return type(node).__name__ if isinstance(node, _COMPOUND) else _text(node)


def _text(node: ast.AST) -> str:
    """The code of a node, in which `List` of typing is `list`."""
    return _GENERIC.sub(lambda found: found[1].lower(), ast.unparse(node))


def at(file: Path, line: int) -> Statement | None:
    """The innermost statement that a line is of; None for an empty line, or a comment."""
    around = [each for each in statements(file) if each[0] <= line <= each[1]]
    return min(around, key=lambda each: each[1] - each[0])[2] if around else None


def has(file: Path, statement: Statement) -> bool:
    """Whether a file has a statement, under the same conditions, wherever in it."""
    return any(each == statement for _, _, each in statements(file))
