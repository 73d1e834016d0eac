"""Formulas of the author's with the values of a run in the place of names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tcwc.config.canonical import flow
from tcwc.expressions.parse import parse
from tcwc.expressions.syntax import (
    BadExpression,
    Binary,
    Call,
    Comparison,
    Items,
    Logic,
    Name,
    Node,
    Unary,
)
from tcwc.model.cut import cut
from tcwc.model.design import Formula
from tcwc.model.ir import Path, Value

_LONG = 40


def text_of(formula: Formula) -> str:
    """A formula on one line."""
    return " ".join(formula.text.split())


def with_values(formula: Formula, look: Callable[[Path], tuple[bool, Value]]) -> str:
    """A formula on one line, each name replaced by the value at the path that it stands for."""
    parsed = parse(formula.text)
    assert not isinstance(parsed, BadExpression), formula.text
    text = formula.text
    # From the end, so that the places of those before stay right.
    for name in sorted(_names(parsed.root), key=lambda name: name.place, reverse=True):
        start, end = name.place
        there, value = look(formula.names[name.path])
        text = text[:start] + (cut(flow(value), _LONG) if there else "null") + text[end:]
    return " ".join(text.split())


def _names(node: Node) -> Iterator[Name]:
    """Every name in an expression, wherever it stands."""
    if isinstance(node, Name):
        yield node
    for below in _below(node):
        yield from _names(below)


def _below(node: Node) -> tuple[Node, ...]:
    if isinstance(node, (Comparison, Logic)):
        return node.operands
    if isinstance(node, Binary):
        return (node.left, node.right)
    if isinstance(node, Unary):
        return (node.operand,)
    if isinstance(node, Call):
        return node.arguments
    return node.items if isinstance(node, Items) else ()
