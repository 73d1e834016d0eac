"""Syntax trees as JSON, for expressions that come with tcwc.

To parse one costs what a start of Python does: the generated parser is imported, and the 150
conditions of a catalogue take it 2 ms each. So theirs are parsed ahead (tools/regenerate_trees.py).
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from tcwc.expressions.syntax import (
    Binary,
    Call,
    Comparison,
    Expression,
    Items,
    Literal,
    Logic,
    Name,
    Node,
    Unary,
    walk,
)

_NOWHERE = (0, 0)
"""Places are for messages to who wrote the text, and these texts have been parsed."""


def expression(node: Node) -> Expression:
    """A tree, or a part of one, as an expression of its own."""
    names = {part.path: part.place for part in walk(node) if isinstance(part, Name)}
    return Expression("", node, names)


def to_json(node: Node) -> Any:
    """A tree without its places: lists of an operator and its operands, bare literals."""
    if isinstance(node, Literal):
        return ["decimal", str(node.value)] if isinstance(node.value, Decimal) else node.value
    if isinstance(node, Name):
        return ["name", *node.path]
    if isinstance(node, Unary):
        return [node.operator, to_json(node.operand)]
    if isinstance(node, Binary):
        return [node.operator, to_json(node.left), to_json(node.right)]
    if isinstance(node, Items):
        return ["list", *map(to_json, node.items)]
    if isinstance(node, Call):
        return ["call", node.function, *map(to_json, node.arguments)]
    operands = [*map(to_json, node.operands)]
    if isinstance(node, Comparison):
        return ["compare", list(node.operators), *operands]
    return [node.operator, *operands]


def from_json(text: str) -> Node:
    """The tree that `to_json` gave, from its JSON."""
    return _node(json.loads(text))


def _node(tree: Any) -> Node:
    if not isinstance(tree, list):
        return Literal(tree, _NOWHERE)
    kind, *rest = tree
    if kind == "name":
        return Name(tuple(rest), _NOWHERE)
    if kind == "decimal":
        return Literal(Decimal(rest[0]), _NOWHERE)
    if kind == "call":
        return Call(rest[0], _nodes(rest[1:]), _NOWHERE, 0)
    if kind == "compare":
        return Comparison(tuple(rest[0]), _nodes(rest[1:]), _NOWHERE, 0)
    nodes = _nodes(rest)
    if kind == "list":
        return Items(nodes, _NOWHERE, 0)
    if kind in ("and", "or"):
        return Logic(kind, nodes, _NOWHERE, 0)
    if len(nodes) == 1:
        return Unary(kind, nodes[0], _NOWHERE, 0)
    left, right = nodes
    return Binary(kind, left, right, _NOWHERE, 0)


def _nodes(trees: list[Any]) -> tuple[Node, ...]:
    return tuple(map(_node, trees))
