"""What expressions come to: Python's precedence, decimal numbers, strict kinds, nulls."""

from __future__ import annotations

import math
import operator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tcwc.config.merge import lookup
from tcwc.expressions.evaluate import EvaluationError, Result, evaluate
from tcwc.expressions.parse import parse
from tcwc.expressions.syntax import Expression
from tcwc.model.ir import Value
from tests.conftest import share
from tests.expressions.test_parse import TEXTS

CONFIG: dict[str, Value] = {
    "lora_rank": 8,
    "lr": 3e-4,
    "tenth": 0.1,
    "seed": None,
    "output_dir": "/scratch/a",
    "compile": True,
    "modules": ["q_proj", "v_proj"],
    "sizes": [1, 2.5],
    "profiler": None,
    "dataset": {"packed": False, "split": "train"},
    "clip": math.inf,
}


def value(text: str, config: dict[str, Value] = CONFIG) -> Value | EvaluationError:
    parsed = parse(text)
    assert isinstance(parsed, Expression), parsed
    result = evaluate(parsed, lambda path: lookup(config, path))
    return result.value if isinstance(result, Result) else result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # decimal, rounded once: none of these holds in binary floating point
        ("0.1 * 3", 0.3),
        ("1e-4 * 3", 0.0003),
        ("tenth * 3 == 0.3", True),
        ("0.1 + 0.2", 0.3),
        ("1.1 * 1.1", 1.21),
        ("round(2.675, 2)", 2.68),
        ("0.3 // 0.1", 3.0),
        ("0.3 % 0.1", 0.0),
        ("log10(1000)", 3.0),
        ("log2(8)", 3.0),
        ("log2(8) == 3", True),
        ("int(log2(2**100))", 100),
        ("int(1 / 3 * 3)", 1),
        ("1 / 3 + 1 / 3 + 1 / 3 == 1", True),
        ("sqrt(2)", 1.4142135623730951),
        ("log2(10)", 3.321928094887362),
        ("2 / 3 == 0.6666666666666666", True),
        # integers stay integers
        ("2 * lora_rank", 16),
        ("lora_rank / 4", 2),
        ("lora_rank / 3", 2.6666666666666665),
        ("2 ** -1", 0.5),
        ("2 ** 10", 1024),
        ("2 ** 0.5", 1.4142135623730951),
        ("7 // 2 * 2.0", 6.0),
        ("-7 // 2", -4),
        ("-7.5 // 2", -4.0),
        ("-7.5 % 2", 0.5),
        ("7.5 % -2", -0.5),
        ("int(2.9) + int(-2.9)", 0),
        ("round(2.5) + round(3.5)", 6),
        ("float(2)", 2.0),
        # precedence
        ("-2 ** 2", -4),
        ("2 ** 3 ** 2", 512),
        ("2 + 3 * 4 % 5", 4),
        ("not true or true", True),
        ("not lora_rank == 8", False),
        ("1 < 2 < 3", True),
        ("1 < 3 < 2", False),
        ("1 < 2 > 1 == 1", True),
        # kinds
        ("compile == 1", False),
        ("lora_rank == 8.0", True),
        ('lora_rank == "8"', False),
        ("[1, 2.5] == sizes", True),
        ("true in [1]", False),
        ("8.0 in [8]", True),
        ('"/scratch/" in output_dir', True),
        ('"k_proj" not in modules', True),
        ('"packed" in dataset', True),
        ("len(modules) + len(output_dir) + len(dataset)", 14),
        ("min(lora_rank, 3, lr)", 3e-4),
        ("max(sizes)", 2.5),
        ("clip > 1e300", True),
        ("[1, lr * 2, 'a', null, true]", [1, 6e-4, "a", None, True]),
        ("'it\\'s' == \"it's\"", True),
        # null
        ("seed == null", True),
        ("seed == 1", False),
        ("profiler.enabled == null", True),
        ("nothing != null", False),
        ("nothing == seed", True),
        ("nothing in [null, 8]", True),
        ("nothing == null or nothing > 3", True),
        ("profiler != null and profiler.enabled", False),
    ],
)
def test_value(text: str, expected: Value) -> None:
    got = value(text)
    assert got == expected
    assert type(got) is type(expected)


@pytest.mark.parametrize(
    ("text", "sign"), [("-0.3 % 0.1", 1), ("0.3 % 0.1", 1), ("0.3 % -0.1", -1), ("-0.3 % -0.1", -1)]
)
def test_a_remainder_of_nothing_has_the_sign_of_the_divisor(text: str, sign: int) -> None:
    rest = value(text)
    assert isinstance(rest, float)
    assert (rest, math.copysign(1, rest)) == (0, sign)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("nothing == 3", (0, 7), "there is no `nothing`"),
        ("3 > profiler.steps", (4, 18), "there is no `profiler.steps`"),
        ("nothing in [1]", (0, 7), "there is no `nothing`"),
        ("1 in nothing", (5, 12), "there is no `nothing`"),
        ("seed + 1", (0, 4), "`seed` is null"),
        ("seed < 1", (0, 4), "`seed` is null"),
        ("not seed", (4, 8), "true or false is needed"),
        ("compile and lora_rank", (12, 21), "`lora_rank` is a number"),
        ("compile + 1", (0, 7), "`compile` is true or false"),
        ('"a" < "b"', (0, 3), "needs a number"),
        ("1 / 0", (0, 5), "division by zero"),
        ("1 % 0.0", (0, 7), "division by zero"),
        ("0 ** -1", (0, 7), "division by zero"),
        ("(0 - 8) ** 0.5", (1, 14), "root of a negative"),
        ("sqrt(-1)", (0, 8), "root of a negative"),
        ("log10(0)", (0, 8), "logarithm"),
        ("9 ** 9 ** 9", (0, 11), "too large"),
        ("1e300 * 1e300", (0, 13), "too large"),
        ("1e200 ** 2", (0, 10), "too large"),
        ("clip - clip", (0, 11), "no value"),
        ("int(clip)", (0, 9), "infinite"),
        ("len(lora_rank)", (0, 14), "not a number"),
        ("min(modules)", (4, 11), "needs a number"),
        ("max([])", (0, 7), "something in it"),
        ("1 in lora_rank", (5, 14), "not a number"),
        ("round(1.5, -1)", (0, 14), "places"),
    ],
)
def test_error(text: str, place: tuple[int, int], message: str) -> None:
    got = value(text)
    assert isinstance(got, EvaluationError), got
    assert got.place == place
    assert message in got.message


def test_a_missing_path_is_named() -> None:
    got = value("profiler.enabled")
    assert isinstance(got, EvaluationError)
    assert got.missing == ("profiler", "enabled")


NUMBERS = st.one_of(
    st.integers(-(10**6), 10**6),
    st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6),
)
EXACT: dict[str, Any] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}


@settings(max_examples=share(500))
@given(NUMBERS, st.sampled_from(sorted(EXACT)), NUMBERS)
def test_arithmetic_is_the_exact_result_rounded_once(
    left: float, symbol: str, right: float
) -> None:
    """Against fractions of the decimals as they are written, which round nowhere."""
    assume(right or symbol not in ("/", "//", "%"))
    exact = EXACT[symbol](Fraction(repr(left)), Fraction(repr(right)))
    got = value(f"x {symbol} y", {"x": left, "y": right})
    assert isinstance(got, (int, float))
    assert float(got) == float(exact)
    whole = isinstance(left, int) and isinstance(right, int)
    assert isinstance(got, int) == (whole and exact.denominator == 1)


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), st.text(max_size=4)
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner)
)


@settings(max_examples=share(1_000))
@given(TEXTS, st.booleans(), VALUES)
def test_evaluation_of_anything_gives_a_value_or_an_error(
    text: str, there: bool, anything: Value
) -> None:
    parsed = parse(text)
    if isinstance(parsed, Expression):
        result = evaluate(parsed, lambda _: (there, anything))
        if isinstance(result, EvaluationError):
            assert result.message
            assert 0 <= result.place[0] <= result.place[1] <= len(text)


OPERANDS = st.sampled_from(
    ["1", "0", "2.5", "1e300", "1e-300", "a", "b.c", "null", "true", '"x"', "[1, a]", "0.1"]
)


def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    infix = st.sampled_from("+ - * / // % ** == < >= in and or".split())
    return st.one_of(
        st.builds(lambda a, o, b: f"({a} {o} {b})", inner, infix, inner),
        st.builds(
            lambda f, a: f"{f}({a})", st.sampled_from("abs int log2 sqrt len max".split()), inner
        ),
        inner.map(lambda a: f"(not {a})"),
        inner.map(lambda a: f"-{a}"),
    )


@settings(max_examples=share(1_000))
@given(st.recursive(OPERANDS, grow, max_leaves=12), VALUES)
def test_wellformed_expressions_never_fail_otherwise(text: str, anything: Value) -> None:
    assume(len(text) < 1_000)
    parsed = parse(text)
    assert isinstance(parsed, Expression)
    evaluate(parsed, lambda path: (len(path) == 1, anything))
