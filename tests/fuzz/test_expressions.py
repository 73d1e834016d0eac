"""Whatever an expression says: a value or a place where it goes wrong, at once and in no space."""

from __future__ import annotations

import math
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcwc.config.merge import lookup
from tcwc.expressions.evaluate import EvaluationError, Result, evaluate
from tcwc.expressions.parse import MAX_LENGTH, parse
from tcwc.expressions.syntax import BadExpression
from tcwc.model.ir import Path, Value
from tests.conftest import share
from tests.steps import steps

CONFIG: dict[str, Value] = {
    "a": 8,
    "lr": 3e-4,
    "huge": 10**300,
    "inf": math.inf,
    "nothing": None,
    "text": "x" * 10_000,
    "items": list(range(300)),
    "section": {"a": 1, "b": {"c": True}},
}
PIECES = [
    *("a", "lr", "huge", "inf", "nothing", "text", "items", "section.b.c", "absent", "items[0]"),
    *("1", "0", "0.1", "1e300", "1e-300", "9" * 40, "null", "true", "'x'", '"y"', "[", "]", ","),
    *(
        "(",
        ")",
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "**",
        "==",
        "!=",
        "<",
        ">=",
        "in",
        "not",
        "and",
        "or",
    ),
    *("min(", "max(", "abs(", "int(", "float(", "round(", "len(", "log2(", "log10(", "sqrt("),
    *("__class__", ".", "lambda", "{", "}", "${a}", "\\", "#", "\n", "\0", "é", "٣", "\u2028"),
]


def come_to(text: str) -> Value | BadExpression | EvaluationError:
    def find(path: Path) -> tuple[bool, Value]:
        return lookup(CONFIG, path)

    parsed = parse(text)
    if isinstance(parsed, BadExpression):
        return parsed
    result = evaluate(parsed, find)
    return result.value if isinstance(result, Result) else result


def check(text: str) -> None:
    got = come_to(text)
    if isinstance(got, (BadExpression, EvaluationError)):
        assert got.message
        assert 0 <= got.place[0] <= got.place[1] <= len(text)
        assert len(got.message) + len(got.help) < 3 * MAX_LENGTH
    elif isinstance(got, int):
        assert got.bit_length() <= 1_024


@settings(max_examples=share(500))
@given(st.lists(st.sampled_from(PIECES), max_size=20), st.sampled_from(("", " ")))
def test_pieces_in_any_order(pieces: list[str], between: str) -> None:
    check(between.join(pieces))


@settings(max_examples=share(200))
@given(st.text(max_size=40))
def test_any_text(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    "text",
    [
        "().__class__",
        "(1).__class__.__mro__",
        "a.__class__.__init__.__globals__",
        "section.__class__",
        "text[0].upper()",
        "__import__('os').system('x')",
        "[x for x in items]",
        "lambda: 1",
        "'%1000000000d' % 1",
        "'x' * 1000000000",
        "[1] * 1000000000",
        "{a:1000000000}",
        "f'{a:1000000000}'",
        "9**9**9**9",
        "2**1e300",
        "1e300**1e300",
        "huge**huge",
        "huge*huge*huge*huge",
    ],
)
def test_tricks_are_refused(text: str) -> None:
    assert isinstance(come_to(text), (BadExpression, EvaluationError))


@pytest.mark.parametrize(
    "text",
    [
        "-9**-9**9",
        "0.9999999999**1e300",
        "1.0000000001**1e12",
        "huge % lr",
        "huge // 1e-300",
        "round(huge / 3, 30)",
        "log2(1e-300) ** 300",
        "sqrt(huge) ** 3.5",
        "max(items) + min(items)",
        " and ".join(["text in text"] * 110),
        " and ".join(["items == items"] * 80),
        " and ".join(["299 in items"] * 90),
    ],
    ids=lambda text: text[:24],
)
def test_no_value_is_slow_or_large(text: str) -> None:
    parse("warm")  # the generated parser, which is not what is measured
    tracemalloc.start()
    check(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000_000
    assert steps(lambda: check(text)) < 1_000_000
