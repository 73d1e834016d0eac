"""Conditions of Python over a component's parameters, in the language of conditions.json.

What is written holds only where the Python condition surely does: parts that are not known, or that
the language cannot say, are taken as false, on whichever side of a `not` they stand.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from tcwc.torchtune.introspect.body_values import alternatives, constant, is_known

Said: TypeAlias = "bool | str"
"""An expression, or what it comes to whatever the arguments are."""

_NEVER = {"Tensor", "tuple", "set", "Path", "PathLike", "Module", "DTensor", "device", "dtype"}
"""Types that no value of a config has: YAML has none, and torchtune hands over lists and dicts."""

_KINDS = {"float", "int", "str", "bool", "list", "dict"}
_LITERAL = {ast.Eq: "==", ast.NotEq: "!=", ast.Is: "==", ast.IsNot: "!="}
_ORDER = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_AMONG = {ast.In: "in", ast.NotIn: "not in"}
_OPERATORS = {**_LITERAL, **_ORDER, **_AMONG}
_OPPOSITE = {"==": "!=", "!=": "==", "in": "not in", "not in": "in"}
_COMPUTE = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}
_FUNCTIONS = {"len", "abs", "min", "max", "int", "float", "round"}
ADDED = {"default": (2, 2), "is_a": (2, 2), "truth": (1, 1)}
"""The functions of torchtune/knowledge/condition/functions.py that are used, with how many
arguments they take."""

_MOST = 50_000
"""Parts of conditions that are written of one component."""

SECTION = "section"
"""What stands for the component's section in the paths of an expression."""


class ConditionWriter:
    """Writes conditions. `defaults` are the values of the parameters that have one in YAML."""

    def __init__(self, defaults: Mapping[str, ast.expr]) -> None:
        self._defaults = defaults
        self._left = _MOST

    def all(self, conditions: Iterable[ast.expr]) -> Said:
        """An expression that holds only where all conditions do."""
        return _joined("and", [self.under(each, True) for each in conditions])

    def under(self, node: ast.expr, want: bool) -> Said:
        """An expression that holds only where Python takes a value for true, or for false."""
        self._left -= 1
        if self._left < 0:  # a value with n alternatives has 2 ** n forms: these are not told
            return False
        known = constant(node)
        if known is not None:
            return bool(known[0]) is want
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return self.under(operand, not want)
            case ast.BoolOp(op=operator, values=values):
                word = "and" if isinstance(operator, ast.And) is want else "or"
                return _joined(word, [self.under(each, want) for each in values])
            case ast.IfExp(test=test, body=body, orelse=other):
                return self._split(test, body, other, want)
        parts = alternatives(node)
        return self._split(*parts, want) if parts else self._atom(node, want)

    def _split(self, test: ast.expr, one: ast.expr, other: ast.expr, want: bool) -> Said:
        first = _joined("and", [self.under(test, True), self.under(one, want)])
        second = _joined("and", [self.under(test, False), self.under(other, want)])
        return _joined("or", [first, second])

    def _atom(self, node: ast.expr, want: bool) -> Said:
        if not is_known(node):
            return False
        match node:
            case ast.Compare():
                return self._comparison(node, want)
            case ast.Call(func=ast.Name(id="isinstance"), args=[value, types]):
                return self._kind(value, types, want)
        text = self.value(node)
        if text is None:
            return False
        return f"truth({text})" if want else f"not truth({text})"

    def _comparison(self, node: ast.Compare, want: bool) -> Said:
        texts = [self.value(each) for each in (node.left, *node.comparators)]
        if None in texts or any(type(each) not in _OPERATORS for each in node.ops):
            return False
        words = [_OPERATORS[type(each)] for each in node.ops]
        if not want and len(words) == 1 and words[0] in _OPPOSITE:
            words, want = [_OPPOSITE[words[0]]], True
        said = " ".join(
            str(each) for pair in zip(texts, [*words, ""], strict=True) for each in pair
        )
        return said.strip() if want else f"not ({said.strip()})"

    def _kind(self, value: ast.expr, types: ast.expr, want: bool) -> Said:
        named = types.elts if isinstance(types, ast.Tuple) else [types]
        kinds = [ast.unparse(each).rpartition(".")[2] for each in named]
        text = self.value(value)
        if text is None or not {*kinds} <= _NEVER | _KINDS:
            return False
        possible = [kind for kind in kinds if kind in _KINDS]
        if not possible:
            return not want
        tests: list[Said] = [f"is_a({text}, '{kind}')" for kind in possible]
        said = _joined("or", tests)
        return said if want else f"not ({said})"

    def value(self, node: ast.expr) -> str | None:
        """A value as the language writes it; None where it has no words for it."""
        match node:
            case ast.Constant(value=plain):
                return _literal(plain)
            case ast.Name(id=name):
                return self._parameter(name)
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=index)):
                return _item(name, index)
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return self._list(parts)
            case ast.Dict(keys=keys) if None not in keys:
                return self._list([key for key in keys if key is not None])
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self.value(operand)
                return None if inner is None else f"-{inner}"
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _COMPUTE:
                one, other = self.value(left), self.value(right)
                known = one is not None and other is not None
                return f"({one} {_COMPUTE[type(operator)]} {other})" if known else None
            case ast.Call(func=ast.Name(id=name), args=parts) if name in _FUNCTIONS:
                texts = [self.value(each) for each in parts]
                return None if None in texts else f"{name}({', '.join(map(str, texts))})"
        return None

    def _list(self, parts: list[ast.expr]) -> str | None:
        texts = [self.value(each) for each in parts]
        return None if None in texts else f"[{', '.join(map(str, texts))}]"

    def _parameter(self, name: str) -> str | None:
        if not name.isidentifier():
            return None
        path = f"{SECTION}.{name}"
        default = self._defaults.get(name)
        text = None if default is None else self.value(default)
        return path if text is None else f"default({path}, {text})"


def _joined(word: str, parts: list[Said]) -> Said:
    """Parts joined by `and` or `or`, those left out that decide nothing."""
    decides = word == "or"
    if decides in parts:
        return decides
    texts = list(dict.fromkeys(each for each in parts if isinstance(each, str)))
    if len(texts) < 2:
        return texts[0] if texts else not decides
    other = " or " if word == "and" else " and "
    return f" {word} ".join(f"({each})" if other in each else each for each in texts)


def _item(name: str, index: object) -> str | None:
    if isinstance(index, str) and index.isidentifier():
        return f"{SECTION}.{name}.{index}"
    return f"{SECTION}.{name}[{index}]" if type(index) is int and index >= 0 else None


def _literal(plain: object) -> str | None:
    if plain is None or isinstance(plain, bool):
        return {None: "null", True: "true", False: "false"}[plain]
    if isinstance(plain, int | float):
        return repr(plain) if plain == plain and abs(plain) < 1e300 else None
    if isinstance(plain, str) and plain.isprintable() and not {"'", "\\"} & set(plain):
        return f"'{plain}'"
    return None
