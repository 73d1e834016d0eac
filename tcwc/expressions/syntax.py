"""The syntax tree of an expression. Offsets count characters of its text, from 0."""

from __future__ import annotations

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
