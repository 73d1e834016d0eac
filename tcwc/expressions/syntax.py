"""The syntax tree of an expression. Offsets count characters of its text, from 0."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TypeAlias

from tcwc.model.frozen import dataclass, field
from tcwc.model.ir import Path

Place: TypeAlias = tuple[int, int]
"""From the first character of a part to just behind its last."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, text, truth value or null as written; a number with a point or an exponent is
    a Decimal."""

    value: None | bool | int | Decimal | str
    place: Place
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Name:
    """A path, or a short name: one word."""

    path: Path
    place: Place
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Items:
    """A list literal."""

    items: tuple[Node, ...]
    place: Place
    depth: int


@dataclass(frozen=True, slots=True)
class Unary:
    """`not`, `-` or `+` before an operand."""

    operator: str
    operand: Node
    place: Place
    depth: int


@dataclass(frozen=True, slots=True)
class Binary:
    """An operation of arithmetic."""

    operator: str
    left: Node
    right: Node
    place: Place
    depth: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A chain as in Python: `0 < a <= b` is `0 < a and a <= b`, each operand computed once.

    `operators` are one fewer than `operands`: `==`, `<`, ..., `in`, `not in`.
    """

    operators: tuple[str, ...]
    operands: tuple[Node, ...]
    place: Place
    depth: int


@dataclass(frozen=True, slots=True)
class Logic:
    """`and` or `or` of two operands or more; the first that decides is the last computed."""

    operator: str
    operands: tuple[Node, ...]
    place: Place
    depth: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call of one of the functions that there are."""

    function: str
    arguments: tuple[Node, ...]
    place: Place
    depth: int


Node: TypeAlias = Literal | Name | Items | Unary | Binary | Comparison | Logic | Call


def walk(node: Node) -> Iterator[Node]:
    """A node and all that it is made of, in the order of the text."""
    waiting = [node]
    while waiting:
        yield (here := waiting.pop())
        waiting.extend(reversed(_parts(here)))


def calls(node: Node) -> list[Call]:
    """The calls of functions in a node."""
    return [part for part in walk(node) if isinstance(part, Call)]


def _parts(node: Node) -> tuple[Node, ...]:
    if isinstance(node, (Literal, Name)):
        return ()
    if isinstance(node, Unary):
        return (node.operand,)
    if isinstance(node, Binary):
        return (node.left, node.right)
    if isinstance(node, Items):
        return node.items
    return node.arguments if isinstance(node, Call) else node.operands


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression. `names` are the paths in it, each once, with where it first stands."""

    text: str
    root: Node
    names: dict[Path, Place] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class BadExpression:
    """Why a text is no expression, and what to write instead; `place` is where it goes wrong."""

    message: str
    help: str
    place: Place
