"""Levels in Python's words, which YAML cuts at their commas: tuples, and comprehensions."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence

from tcwc.yaml.nodes import Node, ScalarNode

_DOES: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}
_MOST = 64
"""Levels that are written out, and the largest exponent that is looked at."""


def in_python(items: Sequence[Node]) -> str:
    """What the items of a list are once they are put together again; "" for others."""
    texts = [each.text for each in items if isinstance(each, ScalarNode) and not each.quoted]
    whole = ", ".join(texts)
    if len(texts) < len(items) or len(whole) > 1000 or not ("(" in whole or " for " in whole):
        return ""
    try:
        node = ast.parse(f"[{whole}]", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    if isinstance(node, ast.ListComp):
        return _computed(node)
    parts = node.elts if isinstance(node, ast.List) else []
    if len(parts) < 2 or not all(isinstance(each, ast.Tuple) for each in parts):
        return ""
    rows = [[ast.unparse(e) for e in each.elts] for each in parts if isinstance(each, ast.Tuple)]
    return "[" + ", ".join(f"[{', '.join(row)}]" for row in rows) + "]"


def _computed(node: ast.ListComp) -> str:
    """The numbers of a comprehension over a range or a list; "" where it is more than that."""
    only = node.generators[0]
    if len(node.generators) > 1 or only.ifs or not isinstance(only.target, ast.Name):
        return ""
    try:
        values = [_number(node.elt, {only.target.id: each}) for each in _steps(only.iter)]
    except (ValueError, ArithmeticError):
        return ""
    texts = [str(int(each)) if float(each).is_integer() else repr(each) for each in values]
    return f"[{', '.join(texts)}]" if 1 < len(texts) <= _MOST else ""


def _steps(node: ast.expr) -> list[float]:
    if isinstance(node, ast.List | ast.Tuple):
        return [_number(each, {}) for each in node.elts]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        ends = [int(_number(each, {})) for each in node.args]
        if 1 <= len(ends) <= 3:
            return list(map(float, range(*ends)[:_MOST]))
    raise ValueError


def _number(node: ast.expr, names: Mapping[str, float]) -> float:
    """The number that an expression comes to; raises ValueError for what is none."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_number(inner, names)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _DOES:
            one, other = _number(left, names), _number(right, names)
            if abs(other) > _MOST and isinstance(op, ast.Pow):
                raise ValueError
            return _DOES[type(op)](one, other)
    raise ValueError
