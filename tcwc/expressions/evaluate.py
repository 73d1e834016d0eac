"""What an expression comes to for one run.

Kinds are never mixed by accident: `+` and `<` take numbers only, `and` takes true and false only,
values of different kinds are unequal (`true` is no 1). A path that is not there, or that leads
through null, is null where it is compared with null, and an error everywhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeAlias

from tcwc.config.interpolation.reading import NotKnown
from tcwc.expressions.arithmetic import (
    NotComputable,
    Number,
    call,
    compare,
    compute,
    negated,
    of_float,
    to_float,
)
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
    Place,
    Unary,
)
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, Value, format_path

Lookup: TypeAlias = Callable[[Path], tuple[bool, Value]]
"""Whether a path of an expression is there in a run, and its value, `${...}` in it resolved.

Raises NotKnown where what `${...}` comes to is known only when the run starts."""


Function: TypeAlias = Callable[..., Value]
"""A function that the caller adds. A name among its arguments comes as the path that it is, as
what is asked may be of the key and not of its value; any other argument comes as its value.
Raises NotKnown where there is no answer."""


@dataclass(frozen=True, slots=True)
class EvaluationError:
    """Why an expression has no value in a run. `place` is the part of its text that is at fault;
    `missing` is the path that is not there, where it is that."""

    message: str
    help: str
    place: Place
    missing: Path | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The value of an expression."""

    value: Value


@dataclass(frozen=True, slots=True)
class _Missing:
    """The value of a path that is not there."""

    path: Path


_Item: TypeAlias = "None | bool | int | Decimal | str | list[_Item] | dict[str, Value] | _Missing"


_NO_MORE: Mapping[str, Function] = {}


class _Failed(Exception):
    """Carries an EvaluationError out of the recursion; never leaves this module."""

    def __init__(self, message: str, help: str, place: Place, missing: Path | None = None) -> None:
        super().__init__(message)
        self.error = EvaluationError(message, help, place, missing)


def evaluate(
    expression: Expression, lookup: Lookup, functions: Mapping[str, Function] = _NO_MORE
) -> Result | EvaluationError:
    """The value of an expression where `lookup` gives the values of its names. Raises nothing.

    `functions` are there beside those that every expression may call.
    """
    evaluator = _Evaluator(lookup, functions)
    try:
        return Result(_outward(evaluator.there(expression.root), expression.root))
    except _Failed as failed:
        return failed.error


class _Evaluator:
    def __init__(self, lookup: Lookup, functions: Mapping[str, Function]) -> None:
        self.lookup = lookup
        self.functions = functions

    def there(self, node: Node) -> _Item:
        """The value of a node; a path that is not there is an error."""
        value = self.value(node)
        if isinstance(value, _Missing):
            name = format_path(value.path)
            raise _Failed(
                f"there is no `{name}`",
                f"compare it with null first: {name} != null and ...",
                node.place,
                value.path,
            )
        return value

    def value(self, node: Node) -> _Item:
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Name):
            return self._name(node)
        if isinstance(node, Items):
            return [self.there(item) for item in node.items]
        if isinstance(node, Unary):
            return self._unary(node)
        if isinstance(node, Binary):
            return self._binary(node)
        if isinstance(node, Comparison):
            return self._comparison(node)
        if isinstance(node, Logic):
            return self._logic(node)
        return self._call(node)

    def _name(self, node: Name) -> _Item:
        try:
            there, value = self.lookup(node.path)
        except NotKnown as problem:
            name = format_path(node.path)
            raise _Failed(f"`{name}`: {problem.message}", problem.help, node.place) from None
        if not there:
            return _Missing(node.path)
        try:
            return _inward(value)
        except NotComputable as error:
            raise _Failed(f"`{format_path(node.path)}`: {error}", "", node.place) from None

    def _unary(self, node: Unary) -> _Item:
        if node.operator == "not":
            return not self._truth(node.operand)
        number = self._number(node.operand, f"`{node.operator}`")
        return negated(number) if node.operator == "-" else number

    def _binary(self, node: Binary) -> _Item:
        left = self._number(node.left, f"`{node.operator}`")
        right = self._number(node.right, f"`{node.operator}`")
        try:
            return compute(node.operator, left, right)
        except NotComputable as error:
            raise _Failed(f"cannot compute this: {error}", "", node.place) from None

    def _logic(self, node: Logic) -> bool:
        decides = node.operator == "or"
        return decides if any(self._truth(x) is decides for x in node.operands) else not decides

    def _comparison(self, node: Comparison) -> bool:
        left_node = node.operands[0]
        left = self.value(left_node)
        for operator, right_node in zip(node.operators, node.operands[1:], strict=True):
            right = self.there(right_node) if "in" in operator else self.value(right_node)
            if not self._holds(operator, left, right, left_node, right_node):
                return False
            left, left_node = right, right_node
        return True

    def _holds(
        self, operator: str, left: _Item, right: _Item, left_node: Node, right_node: Node
    ) -> bool:
        if operator in ("==", "!="):
            return self._equal(left, right, left_node, right_node) is (operator == "==")
        if operator in ("in", "not in"):
            return self._contains(left, right, left_node, right_node) is (operator == "in")
        one = self._number_of(left, left_node, f"`{operator}`")
        other = self._number_of(right, right_node, f"`{operator}`")
        order = compare(one, other)
        return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[operator]

    def _equal(self, left: _Item, right: _Item, left_node: Node, right_node: Node) -> bool:
        if isinstance(left, _Missing) and not isinstance(right, (_Missing, type(None))):
            self.there(left_node)
        if isinstance(right, _Missing) and not isinstance(left, (_Missing, type(None))):
            self.there(right_node)
        return _same(_null(left), _null(right))

    def _contains(self, left: _Item, right: _Item, left_node: Node, right_node: Node) -> bool:
        if isinstance(right, list):
            if isinstance(left, _Missing) and None not in right:
                self.there(left_node)
            return any(_same(_null(left), item) for item in right)
        if isinstance(left, _Missing):
            self.there(left_node)
        if isinstance(right, (str, dict)) and isinstance(left, str):
            return left in right
        wanted = "a string" if isinstance(right, (str, dict)) else "a list, a string or a section"
        at, got = (left_node, left) if isinstance(right, (str, dict)) else (right_node, right)
        raise _Failed(f"`in` needs {wanted} here, not {_kind(got)}", "", at.place)

    def _call(self, node: Call) -> _Item:
        if node.function in self.functions:
            return self._added(node)
        if node.function == "len":
            value = self.there(node.arguments[0])
            if not isinstance(value, (str, list, dict)):
                message = f"len() needs a list, a string or a section, not {_kind(value)}"
                raise _Failed(message, "", node.place)
            return len(value)
        numbers = self._arguments(node)
        try:
            return call(node.function, numbers)
        except NotComputable as error:
            raise _Failed(f"{node.function}(): {error}", "", node.place) from None

    def _added(self, node: Call) -> _Item:
        """A function of the caller's."""
        arguments = [
            part.path if isinstance(part, Name) else _outward(self.there(part), part)
            for part in node.arguments
        ]
        try:
            return _inward(self.functions[node.function](*arguments))
        except NotKnown as problem:
            raise _Failed(problem.message, problem.help, node.place) from None
        except NotComputable as error:
            raise _Failed(f"{node.function}(): {error}", "", node.place) from None

    def _arguments(self, node: Call) -> list[Number]:
        """The numbers that a function is given; `min` and `max` take them in a list too."""
        who = f"{node.function}()"
        if node.function in ("min", "max") and len(node.arguments) == 1:
            only = node.arguments[0]
            value = self.there(only)
            if isinstance(value, list) and value:
                return [self._number_of(item, only, who) for item in value]
            wanted = "a list with something in it, or several numbers"
            raise _Failed(f"{who} needs {wanted}", "", node.place)
        return [self._number(argument, who) for argument in node.arguments]

    def _number(self, node: Node, who: str) -> Number:
        return self._number_of(self.value(node), node, who)

    def _number_of(self, value: _Item, node: Node, who: str) -> Number:
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            return value
        if isinstance(value, _Missing):
            self.there(node)
        name = f"`{format_path(node.path)}` is" if isinstance(node, Name) else "this is"
        help = "compare it with null first" if value is None else ""
        raise _Failed(f"{who} needs a number, and {name} {_kind(value)}", help, node.place)

    def _truth(self, node: Node) -> bool:
        value = self.there(node)
        if isinstance(value, bool):
            return value
        name = f"`{format_path(node.path)}` is" if isinstance(node, Name) else "this is"
        raise _Failed(
            f"true or false is needed here, and {name} {_kind(value)}",
            "compare it: with null, with 0, with a value",
            node.place,
        )


def _same(left: _Item, right: _Item) -> bool:
    """Equal, and of one kind: integers and decimals are one, true and false another."""
    if _is_number(left) and _is_number(right):
        assert isinstance(left, (int, Decimal))
        assert isinstance(right, (int, Decimal))
        return compare(left, right) == 0
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return type(left) is type(right) and left == right


def _is_number(value: _Item) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _null(value: _Item) -> _Item:
    return None if isinstance(value, _Missing) else value


def _inward(value: Value) -> _Item:
    """A value of a config as evaluation has it. Sections stay as they are."""
    if isinstance(value, float):
        return of_float(value)
    if isinstance(value, list):
        return [_inward(item) for item in value]
    return value


def _outward(value: _Item, node: Node) -> Value:
    """A result as a value of a config: decimals as the nearest double."""
    if isinstance(value, Decimal):
        number = to_float(value)
        if number in (float("inf"), float("-inf")) and value.is_finite():
            raise _Failed("the result is too large for a number of a config", "", node.place)
        return number
    if isinstance(value, list):
        return [_outward(item, node) for item in value]
    assert not isinstance(value, _Missing)
    return value


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),
    ((int, Decimal), "a number"),
    (str, "a string"),
    (list, "a list"),
    (dict, "a section"),
)


def _kind(value: _Item) -> str:
    return next((words for kind, words in _KINDS if isinstance(value, kind)), "null")
