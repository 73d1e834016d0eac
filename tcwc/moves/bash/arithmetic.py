"""Arithmetic of bash, as far as it is plain: whole numbers, and nothing that sets a variable."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable

_LONG = 12
"""Digits of a number that is computed with."""
_NAME = re.compile(r"(?<!\w)[A-Za-z_]\w*")
_VALUE = re.compile(r"\$?\{?(?<!\w)([A-Za-z_]\w*)\}?")
_PLAIN = re.compile(r"[0-9\s+\-*/%()]+")
_SETS = re.compile(r"\+\+|--|(?<![=!<>])=(?!=)|<<=|>>=")


def is_whole(text: str) -> bool:
    """Whether a text is a whole number that is computed with; 010 is another one in bash."""
    return re.fullmatch(r"-?(?:0|[1-9][0-9]*)", text) is not None and len(text) <= _LONG


def set_in(text: str) -> list[str]:
    """The variables that an expression may set."""
    return _NAME.findall(text) if _SETS.search(text) else []


def computed(text: str, digits: Callable[[str], str]) -> str | None:
    """What an expression comes to; None where that is not worked out. `digits` gives a variable's
    number, or a text that is none."""
    filled = _VALUE.sub(lambda found: digits(found[1]), text).strip()
    if _PLAIN.fullmatch(filled) is None or "//" in filled or "**" in filled:
        return None
    try:
        return str(_computed(ast.parse(filled, mode="eval").body))
    except (ValueError, SyntaxError, ZeroDivisionError, RecursionError, MemoryError):
        return None


_WAYS: dict[type, Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.floordiv,
    ast.Mod: operator.mod,
}


def _computed(node: ast.expr) -> int:
    """Arithmetic of whole numbers. Raises ValueError for anything else."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_computed(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _WAYS:
        left, right = _computed(node.left), _computed(node.right)
        # Below 0 bash divides towards it, and Python away from it.
        if min(left, right) >= 0 or not isinstance(node.op, (ast.Div, ast.Mod)):
            made = _WAYS[type(node.op)](left, right)
            if abs(made) < 10**_LONG:
                return made
    raise ValueError(ast.dump(node))
