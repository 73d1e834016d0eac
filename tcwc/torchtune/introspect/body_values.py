"""Values in the body of a component, as far as its arguments decide them.

A value is an expression over the component's parameters: names in it are parameters and nothing
else. What is not known is `UNKNOWN`, also as a part of an expression.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from itertools import islice
from operator import add, eq, floordiv, ge, gt, le, lt, mod, mul, ne, sub, truediv

UNKNOWN = ast.Name("?")
"""What nobody can tell from the arguments."""

_MOST = 2_000
"""Parts of a value that is still followed: a table of torchtune's has some hundred."""

_COMPARES: Mapping[type[ast.cmpop], Callable[..., object]] = {
    ast.Eq: eq,
    ast.NotEq: ne,
    ast.Lt: lt,
    ast.LtE: le,
    ast.Gt: gt,
    ast.GtE: ge,
    ast.Is: lambda a, b: a is b,
    ast.IsNot: lambda a, b: a is not b,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_COMPUTES: Mapping[type[ast.operator], Callable[..., object]] = {
    ast.Add: add,
    ast.Sub: sub,
    ast.Mult: mul,
    ast.Div: truediv,
    ast.FloorDiv: floordiv,
    ast.Mod: mod,
}


def is_known(value: ast.expr) -> bool:
    """Whether nothing in a value is unknown."""
    return not any(isinstance(n, ast.Name) and n.id == UNKNOWN.id for n in ast.walk(value))


def parameters(value: ast.expr) -> Iterator[str]:
    """The parameters that a value depends on."""
    return (n.id for n in ast.walk(value) if isinstance(n, ast.Name) and n.id != UNKNOWN.id)


def negation(value: ast.expr) -> ast.expr:
    """The opposite of a condition."""
    return ast.UnaryOp(ast.Not(), value)


def is_small(value: ast.expr) -> bool:
    """Whether a value has few parts: one that is made of itself (`x = x + x`) doubles each time."""
    return next(islice(ast.walk(value), _MOST, None), None) is None


def either(condition: ast.expr, value: ast.expr, other: ast.expr) -> ast.expr:
    """What a variable has after an `if` whose branches left it two values."""
    if value is other:
        return value
    if not (is_small(condition) and is_small(value) and is_small(other)):
        return UNKNOWN
    if ast.dump(value) == ast.dump(other):
        return value
    return ast.IfExp(condition, value, other)


def alternatives(value: ast.expr) -> tuple[ast.expr, ast.expr, ast.expr] | None:
    """A comparison or a computation with an `IfExp` in it: its condition, and the value with each
    of the two in its place; None where there is none in it."""
    inner = next((n for n in ast.walk(value) if isinstance(n, ast.IfExp)), None)
    if inner is None:
        return None
    return inner.test, _with(value, inner, inner.body), _with(value, inner, inner.orelse)


def _with(value: ast.expr, old: ast.expr, new: ast.expr) -> ast.expr:
    """A value with another one in the place of a part."""
    if value is old:
        return new
    changed = copy(value)
    for name, part in ast.iter_fields(value):
        if isinstance(part, ast.expr):
            setattr(changed, name, _with(part, old, new))
        elif isinstance(part, list):
            parts = [_with(each, old, new) if isinstance(each, ast.expr) else each for each in part]
            setattr(changed, name, parts)
    return changed


def constant(value: ast.expr) -> tuple[object] | None:
    """What a value without parameters is, in a tuple of one; None where that is not known."""
    match value:
        case ast.Constant(value=plain):
            return (plain,)
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return _all(parts)
        case ast.Dict(keys=keys):
            return _all([key or UNKNOWN for key in keys])
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = constant(operand)
            return (-inner[0],) if inner and isinstance(inner[0], int | float) else None
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            return _computed(_COMPARES.get(type(operator)), left, right)
        case ast.BinOp(left=left, op=operation, right=right):
            return _computed(_COMPUTES.get(type(operation)), left, right)
        case ast.Call(func=ast.Name(id="len"), args=[only]):
            inner = constant(only)
            return (len(inner[0]),) if inner and isinstance(inner[0], str | list) else None
    return None


def _all(parts: list[ast.expr]) -> tuple[object] | None:
    known = [constant(each) for each in parts]
    return ([each[0] for each in known if each],) if all(known) else None


def _computed(
    how: Callable[..., object] | None, left: ast.expr, right: ast.expr
) -> tuple[object] | None:
    one, other = constant(left), constant(right)
    if how is None or one is None or other is None:
        return None
    texts = isinstance(one[0], str | list) or isinstance(other[0], str | list)
    if texts and how in (mul, mod):  # `"a" * 10**9`, `"%999999999d" % 1`
        return None
    try:
        return (how(one[0], other[0]),)
    except (TypeError, ArithmeticError):
        return None
