"""Texts as expressions, by `grammar/expression.lark`; refused ones with the place and a way out."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from importlib import import_module
from itertools import pairwise
from typing import Any

from tcwc.expressions.complaints import RESERVED, explain, operator_alone
from tcwc.expressions.syntax import (
    BadExpression,
    Binary,
    Call,
    Comparison,
    Expression,
    Items,
    Literal,
    Logic,
    Name,
    Node,
    Place,
    Unary,
)
from tcwc.model.ir import FUNCTIONS, Path
from tcwc.model.limits import EXPRESSION
from tcwc.model.words import nearest

MAX_LENGTH = EXPRESSION.at_most
"""Characters of an expression."""
MAX_DEPTH = 60
"""How deep brackets and operators may be nested; `a + b + c` is two deep."""
MAX_DIGITS = 40
"""Characters of a number."""

_WORDS: dict[str, None | bool] = {
    "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_WHOLE = re.compile(r"[0-9]+")
_ZEROS = re.compile(r"0[0-9]+")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class _Refused(Exception):
    """Carries a BadExpression out of the parser; never leaves this module."""

    def __init__(self, message: str, help: str, place: Place) -> None:
        super().__init__(message)
        self.bad = BadExpression(message, help, place)


def parse(
    text: str, functions: Mapping[str, tuple[int, int]] = FUNCTIONS
) -> Expression | BadExpression:
    """Parse an expression; raises nothing.

    `functions` are those that there are, with the least and most arguments of each.
    """
    if len(text) > MAX_LENGTH:
        return BadExpression(
            f"an expression of {len(text):,} characters, and tcwc reads at most {MAX_LENGTH:,}",
            "write several rules or several lines",
            (MAX_LENGTH, len(text)),
        )
    if not text.strip():
        return BadExpression(
            "an empty expression", "write one, such as optimizer.lr <= 1e-3", (0, 0)
        )
    # Other tables of functions are dicts, which cannot be the key of a cache.
    return _parse_once(text) if functions is FUNCTIONS else _parse(text, functions)


@lru_cache(maxsize=1_000)
def _parse_once(text: str) -> Expression | BadExpression:
    return _parse(text, FUNCTIONS)


def _parse(text: str, functions: Mapping[str, tuple[int, int]]) -> Expression | BadExpression:
    try:
        root, names = _reader.read(text, functions)
    except _Refused as refused:
        return refused.bad
    except _generated().UnexpectedInput as error:
        at = getattr(error, "pos_in_stream", None)
        token = getattr(error, "token", None)
        ended = token is not None and token.type == "$END"
        return explain(text, len(text.rstrip()) if ended or not isinstance(at, int) else at)
    return Expression(text, root, names)


class _Reader(threading.local):
    """The parser with the builder that it calls: to load its tables takes as long as to parse
    twenty texts. One for each thread, since the builder holds the text that is being read."""

    parser: Any = None

    def read(
        self, text: str, functions: Mapping[str, tuple[int, int]]
    ) -> tuple[Node, dict[Path, Place]]:
        if self.parser is None:
            self.builder = _Builder()
            self.parser = _generated().Lark_StandAlone(transformer=self.builder)
        self.builder.begin(text, functions)
        root: Node = self.parser.parse(text)
        return root, self.builder.names


_reader = _Reader()


def _generated() -> Any:
    """The module with the generated parser: untyped, and costly to import."""
    return import_module("tcwc._generated.expression_parser")


class _Builder:
    """Builds the syntax tree while the parser reduces; a method for each rule of the grammar.

    Its children are tokens of the generated parser (texts with `type`, `start_pos`, `end_pos`)
    and nodes that it built. So nothing ever walks a tree that may be too deep.
    """

    def begin(self, text: str, functions: Mapping[str, tuple[int, int]]) -> None:
        """Make ready for another text."""
        self.text = text
        self.functions = functions
        self.names: dict[Path, Place] = {}

    def start(self, children: list[Any]) -> Node:
        root: Node = children[0]
        return root

    def number(self, children: list[Any]) -> Node:
        token = children[0]
        text, place = str(token), _place(token)
        if len(text) > MAX_DIGITS:
            raise _Refused("a number that long is no setting", "write it shorter", place)
        if _ZEROS.fullmatch(text):
            help = f"write {int(text)}"
            raise _Refused(f"a number that begins with 0: `{text}`", help, place)
        if _WHOLE.fullmatch(text):
            return Literal(int(text), place)
        try:
            value = Decimal(text)
        except InvalidOperation:  # an exponent of 19 digits
            value = None
        # Doubles end near 1.8e308, and below 5e-324 all are 0.
        if value is None or (value and not -330 < value.adjusted() < 308):
            raise _Refused(f"`{text}` is out of range", "write a number that a float holds", place)
        return Literal(value, place)

    def string(self, children: list[Any]) -> Node:
        token = children[0]
        return Literal(_ESCAPE.sub(r"\1", str(token)[1:-1]), _place(token))

    def path(self, children: list[Any]) -> Node:
        place = (children[0].start_pos, children[-1].end_pos)
        written = self.text[place[0] : place[1]]
        if len(children) == 1 and written in _WORDS:
            return Literal(_WORDS[written], place)
        path = tuple(_segment(token) for token in children if token.type != "CLOSE")
        _check_blanks(self.text, children)
        if path[0] in RESERVED:
            raise _Refused(*operator_alone(str(path[0])), _place(children[0]))
        if path == ("None",):
            raise _Refused("`None` is Python's word", "write null", place)
        self.names.setdefault(path, place)
        return Name(path, place)

    def call(self, children: list[Any]) -> Node:
        name, *arguments, end = children
        function = str(name)
        if function not in self.functions:
            near = nearest(function, self.functions, count=1)
            known = ", ".join(self.functions)
            help = f"did you mean {near[0]}?" if near else f"there are {known}"
            raise _Refused(f"no function `{function}`", help, _place(name))
        least, most = self.functions[function]
        place = (name.start_pos, end.end_pos)
        if not least <= len(arguments) <= most:
            wanted = f"{least}" if least == most else f"{least} to {most}"
            plural = "" if most == 1 else "s"
            given = len(arguments)
            message = f"{function}() takes {wanted} argument{plural}, and is given {given}"
            raise _Refused(message, f"write {function}({_example(function)})", place)
        return Call(function, tuple(arguments), place, self._deeper(arguments, place))

    def items(self, children: list[Any]) -> Node:
        items = tuple(children[1:-1])
        place = (children[0].start_pos, children[-1].end_pos)
        return Items(items, place, self._deeper(items, place))

    def group(self, children: list[Any]) -> Node:
        node: Node = children[1]
        return node

    def sign(self, children: list[Any]) -> Node:
        return self._unary(str(children[0]), children)

    def negation(self, children: list[Any]) -> Node:
        return self._unary("not", children)

    def binary(self, children: list[Any]) -> Node:
        left, operator, right = children
        place = _around(left, right)
        return Binary(str(operator), left, right, place, self._deeper((left, right), place))

    def comparator(self, children: list[Any]) -> str:
        return " ".join(str(token) for token in children)

    def comparison(self, children: list[Any]) -> Node:
        operands = tuple(children[::2])
        place = _around(operands[0], operands[-1])
        return Comparison(tuple(children[1::2]), operands, place, self._deeper(operands, place))

    def conjunction(self, children: list[Any]) -> Node:
        return self._logic("and", children)

    def disjunction(self, children: list[Any]) -> Node:
        return self._logic("or", children)

    def _unary(self, operator: str, children: list[Any]) -> Node:
        token, operand = children
        place = (token.start_pos, operand.place[1])
        return Unary(operator, operand, place, self._deeper((operand,), place))

    def _logic(self, operator: str, operands: list[Any]) -> Node:
        place = _around(operands[0], operands[-1])
        return Logic(operator, tuple(operands), place, self._deeper(operands, place))

    def _deeper(self, parts: Any, place: Place) -> int:
        """The depth of a node with these parts."""
        depth = 1 + max((part.depth for part in parts), default=0)
        if depth > MAX_DEPTH:
            raise _Refused(
                f"nested more than {MAX_DEPTH} deep", "say it in several rules or lines", place
            )
        return depth


def _place(token: Any) -> Place:
    return (token.start_pos, token.end_pos)


def _around(first: Node, last: Node) -> Place:
    return (first.place[0], last.place[1])


def _segment(token: Any) -> str | int:
    text = str(token)
    if token.type == "INDEX":
        return int(text) if len(text) <= 9 else 10**9  # beyond any list
    return _ESCAPE.sub(r"\1", text[1:-1]) if token.type == "QUOTED" else text


def _check_blanks(text: str, tokens: list[Any]) -> None:
    """Refuse a blank between the parts of a path, as the grammar of paths does."""
    for one, other in pairwise(tokens):
        between = text[one.end_pos : other.start_pos]
        # The grammar skips blanks between any two tokens, and would read `a . b` as a path.
        blank = re.search(r"\s", between)
        if blank:
            at = one.end_pos + blank.start()
            raise _Refused(
                "a space inside a path", "remove it; a list comes after `in` or `==`", (at, at + 1)
            )


def _example(function: str) -> str:
    return {"min": "a, b", "max": "a, b", "round": "x, 2", "len": "dataset"}.get(function, "x")
