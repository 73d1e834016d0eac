"""Expressions: tokens are renamed, Python's own `ast` gives the tree, numbers are fractions."""

from __future__ import annotations

import ast
import decimal
import math
import operator
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from tests.paper.naming import ABSENT
from tests.paper.reading import Path, path_of
from tests.paper.refusal import Refused


class Num(NamedTuple):
    """A number exactly, and whether it is a whole number by type."""

    value: Fraction
    whole: bool


TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\["\\])*"|'(?:[^'\\]|\\['\\])*')
      | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w.]))
      | (?P<path>[^\W\d]\w*(?:\.(?:[^\W\d]\w*|"(?:[^"\\]|\\["\\])*"|[0-9]+(?!\w))|\[[0-9]+\])*)
      | (?P<sign>[-+*/%()\[\],<>=!]+)
      | (?P<space>\s+)""",
    re.VERBOSE,
)
WORDS = {"true": True, "false": False, "null": None}
FUNCTIONS = ("min", "max", "abs", "int", "float", "round", "len", "log2", "log10", "sqrt")
FINE = decimal.Context(prec=80, Emax=99_999, Emin=-99_999)
Look = Callable[[Path], Any]


class Formula(NamedTuple):
    """An expression: its tree, and what the names in the tree stand for."""

    tree: ast.expr
    constants: dict[str, Any]
    paths: dict[str, Path]


def parse(text: str) -> Formula:
    """The tree of an expression. Raises Refused where it is none."""
    words: list[str] = []
    constants: dict[str, Any] = {}
    paths: dict[str, Path] = {}
    place = 0
    while place < len(text):
        found = TOKEN.match(text, place)
        if found is None:
            raise Refused(f"{text} is no expression")
        place = found.end()
        words.append(renamed(found, text[place:], constants, paths))
    try:
        tree = ast.parse("".join(words).strip(), mode="eval").body
    except SyntaxError as error:
        raise Refused(f"{text} is no expression: {error}") from None
    return Formula(tree, constants, paths)


def renamed(
    found: re.Match[str], rest: str, constants: dict[str, Any], paths: dict[str, Path]
) -> str:
    """A token as Python's parser may see it."""
    name, said = f"v{len(constants) + len(paths)}", found[0]
    if found["string"]:
        constants[name] = re.sub(r"\\(.)", r"\1", said[1:-1])
    elif found["number"]:
        constants[name] = Num(Fraction(said), said.isdigit())
    elif said in WORDS:
        constants[name] = WORDS[said]
    elif found["path"] and said not in ("and", "or", "not", "in"):
        if rest.lstrip().startswith("(") and said in FUNCTIONS:
            return said
        paths[name] = path_of(said)[1]
    else:
        return said
    return f" {name} "


def evaluate(formula: Formula, look: Look) -> Any:
    """What an expression comes to: Num, str, bool, None or a list. Raises Refused."""
    found = value(formula.tree, formula, look)
    if found is ABSENT:
        raise Refused("a key that is not there")
    return found


def condition(formula: Formula, look: Look) -> bool:
    found = evaluate(formula, look)
    if not isinstance(found, bool):
        raise Refused(f"{found} is neither true nor false")
    return found


def value(node: ast.expr, formula: Formula, look: Look) -> Any:
    if isinstance(node, ast.Name):
        if node.id in formula.constants:
            return formula.constants[node.id]
        return inward(look(formula.paths[node.id]))
    if isinstance(node, ast.List):
        return [present(value(each, formula, look)) for each in node.elts]
    if isinstance(node, ast.BoolOp):
        return boolean(node, formula, look)
    if isinstance(node, ast.UnaryOp):
        return unary(node, present(value(node.operand, formula, look)))
    if isinstance(node, ast.BinOp):
        one = number(value(node.left, formula, look))
        return binary(node.op, one, number(value(node.right, formula, look)))
    if isinstance(node, ast.Compare):
        return compared(node, formula, look)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        given = [present(value(each, formula, look)) for each in node.args]
        return call(node.func.id, given)
    raise Refused(f"{ast.dump(node)} is no part of an expression")


def inward(found: Any) -> Any:
    """A value of a config as expressions see it."""
    if isinstance(found, bool) or found is None or found is ABSENT or isinstance(found, str):
        return found
    if isinstance(found, int):
        return Num(Fraction(found), True)
    if isinstance(found, float):
        if not math.isfinite(found):
            raise Refused("no number to compute with")
        return Num(Fraction(repr(found)), False)
    return [inward(each) for each in found] if isinstance(found, list) else found


def outward(found: Any) -> Any:
    """What an expression came to, as a value of a config; rounded once."""
    if isinstance(found, Num):
        return int(found.value) if found.whole else float(found.value)
    return [outward(each) for each in found] if isinstance(found, list) else found


def present(found: Any) -> Any:
    if found is ABSENT:
        raise Refused("a key that is not there")
    return found


def number(found: Any) -> Num:
    if not isinstance(found, Num):
        raise Refused(f"{found} is no number")
    return found


def boolean(node: ast.BoolOp, formula: Formula, look: Look) -> bool:
    stops = isinstance(node.op, ast.Or)
    for each in node.values:
        found = value(each, formula, look)
        if not isinstance(found, bool):
            raise Refused(f"{found} is neither true nor false")
        if found == stops:
            return stops
    return not stops


def unary(node: ast.UnaryOp, found: Any) -> Any:
    if isinstance(node.op, ast.Not):
        if not isinstance(found, bool):
            raise Refused(f"{found} is neither true nor false")
        return not found
    one = number(found)
    return Num(-one.value, one.whole) if isinstance(node.op, ast.USub) else one


def binary(sign: ast.operator, one: Num, other: Num) -> Num:
    whole = one.whole and other.whole
    plain = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
    if type(sign) in plain:
        return Num(plain[type(sign)](one.value, other.value), whole)
    if isinstance(sign, ast.Pow):
        return power(one, other)
    if other.value == 0:
        raise Refused("a division by zero")
    if isinstance(sign, ast.Div):
        made = one.value / other.value
        return Num(made, whole and made.denominator == 1)
    if isinstance(sign, ast.FloorDiv):
        return Num(Fraction(one.value // other.value), whole)
    return Num(one.value % other.value, whole)


def power(one: Num, other: Num) -> Num:
    if other.value.denominator == 1:
        made = one.value ** int(other.value)
        return Num(Fraction(made), one.whole and other.whole and other.value >= 0)
    made = FINE.power(decimal_of(one), decimal_of(other))
    return Num(Fraction(made), False)


def decimal_of(one: Num) -> decimal.Decimal:
    return FINE.divide(decimal.Decimal(one.value.numerator), one.value.denominator)


ORDER = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge}


def compared(node: ast.Compare, formula: Formula, look: Look) -> bool:
    one = value(node.left, formula, look)
    for sign, each in zip(node.ops, node.comparators, strict=True):
        other = value(each, formula, look)
        if not pair(sign, one, other):
            return False
        one = other
    return True


def pair(sign: ast.cmpop, one: Any, other: Any) -> bool:
    if isinstance(sign, ast.Eq | ast.NotEq):
        if one is ABSENT or other is ABSENT:
            if any(each is not ABSENT and each is not None for each in (one, other)):
                raise Refused("a key that is not there")
            one = other = None
        return same(one, other) == isinstance(sign, ast.Eq)
    one, other = present(one), present(other)
    if isinstance(sign, ast.In | ast.NotIn):
        if isinstance(other, str) and isinstance(one, str):
            found = one in other
        elif isinstance(other, list):
            found = any(same(one, each) for each in other)
        else:
            raise Refused(f"nothing is in {other}")
        return found == isinstance(sign, ast.In)
    return bool(ORDER[type(sign)](number(one).value, number(other).value))


def same(one: Any, other: Any) -> bool:
    if isinstance(one, Num) and isinstance(other, Num):
        return one.value == other.value
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return (type(one) is type(other) and bool(one == other)) or str_like(one, other)


def str_like(one: Any, other: Any) -> bool:
    return isinstance(one, str) and isinstance(other, str) and str(one) == str(other)


def call(name: str, given: list[Any]) -> Any:
    if name == "len":
        if not isinstance(given[0], str | list):
            raise Refused("no length")
        return Num(Fraction(len(given[0])), True)
    numbers = [number(each) for each in given]
    if name in ("min", "max"):
        return {"min": min, "max": max}[name](numbers, key=lambda each: each.value)
    first = numbers[0]
    if name == "abs":
        return Num(abs(first.value), first.whole)
    if name == "int":
        return Num(Fraction(math.trunc(first.value)), True)
    if name == "float":
        return Num(first.value, False)
    if name == "round":
        if len(numbers) > 1:
            return Num(Fraction(round(first.value, int(numbers[1].value))), first.whole)
        return Num(Fraction(round(first.value)), True)
    return irrational(name, first)


def irrational(name: str, one: Num) -> Num:
    """Logarithms and roots, in 80 digits."""
    if one.value < 0 or (one.value == 0 and name != "sqrt"):
        raise Refused(f"no {name} of that")
    given = decimal_of(one)
    if name == "sqrt":
        made = FINE.sqrt(given)
    elif name == "log10":
        made = FINE.log10(given)
    else:
        made = FINE.divide(FINE.ln(given), FINE.ln(decimal.Decimal(2)))
    near = FINE.quantize(made, decimal.Decimal("1e-60"))
    return Num(Fraction(near), False)
