"""Functions that the caller of an expression adds to those of the language."""

from __future__ import annotations

import pytest

from tcwc.config.interpolation.reading import NotKnown, Why
from tcwc.config.merge import lookup
from tcwc.expressions.evaluate import EvaluationError, Function, Result, evaluate
from tcwc.expressions.parse import parse
from tcwc.expressions.syntax import BadExpression, Expression
from tcwc.model.ir import FUNCTIONS, Path, Value

CONFIG: dict[str, Value] = {"a": 2, "b": {"c": "x"}, "rate": 0.1}


def late(path: Path) -> Value:
    raise NotKnown(Why.LATE, "it is known when the run starts", "", "", path)


ADDED: dict[str, Function] = {
    "there": lambda path: lookup(CONFIG, path)[0],
    "given": lambda *arguments: list(map(str, arguments)),
    "half": lambda: 0.5,
    "late": late,
}
KNOWN = {**FUNCTIONS, "there": (1, 1), "given": (0, 9), "half": (0, 0), "late": (1, 1)}


def value(text: str) -> Value | EvaluationError:
    parsed = parse(text, KNOWN)
    assert isinstance(parsed, Expression), parsed
    result = evaluate(parsed, lambda path: lookup(CONFIG, path), ADDED)
    return result.value if isinstance(result, Result) else result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("there(a)", True),
        ("there(no.such)", False),
        ("not there(b.d) and a == 2", True),
        ("given(b.c, 1 + a, 'x', [a], rate * 3)", ["('b', 'c')", "3", "x", "[2]", "0.3"]),
        ("half() + 0.25", 0.75),
        ("max(half(), a)", 2),
    ],
)
def test_a_name_comes_as_its_path_and_all_else_as_a_value(text: str, expected: Value) -> None:
    assert value(text) == expected


@pytest.mark.parametrize("text", ["late(a)", "not late(a)", "late(a) or true", "given(no + 1)"])
def test_without_an_answer_there_is_no_value(text: str) -> None:
    assert isinstance(value(text), EvaluationError)


def test_an_expression_has_only_what_its_caller_adds() -> None:
    refused = parse("there(a)")
    assert isinstance(refused, BadExpression)
    assert refused.message == "no function `there`"
    assert "there" not in refused.help.removeprefix("there are")
    assert isinstance(parse("there(a)", KNOWN), Expression)  # and a refusal is not remembered
    assert isinstance(parse("there(a, a)", KNOWN), BadExpression)
