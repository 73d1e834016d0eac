"""Expressions as syntax: what is read, what is refused and where, whatever the text."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark
from lark.exceptions import UnexpectedInput

from tcwc._generated import expression_parser
from tcwc.disk import data
from tcwc.expressions.evaluate import evaluate
from tcwc.expressions.parse import MAX_DEPTH, MAX_LENGTH, parse
from tcwc.expressions.syntax import BadExpression, Expression
from tests.conftest import share
from tests.steps import steps

GRAMMAR = Lark(data.read_text("grammar/expression.lark"), parser="lalr", maybe_placeholders=False)
GENERATED: Any = expression_parser.Lark_StandAlone()
PIECES = (
    *("a", "lora_rank", "optimizer.lr", "dataset[0].split", 'a."odd"', "null", "true", "inf", "é"),
    *(" and ", " or ", "not ", " in ", " not in ", "==", "!=", "<", "<=", ">=", ">", "=", "!"),
    *("+", "-", "*", "/", "//", "%", "**", "(", ")", "[", "]", ",", " ", "\n", "#", "${", "}", "&"),
    *("0", "8", "1e-4", ".5", "1.", "9", "07", "1e300", "1e999", "8k", '"', "'", '"x"', "\\", "."),
    *("min(", "max(", "round(", "len(", "log2(", "sqrt(", "int(", "foo(", "abs(", "\0", "lambda"),
)
TEXTS = st.one_of(st.lists(st.sampled_from(PIECES), max_size=24).map("".join), st.text(max_size=20))


def tree(parser: Any, text: str) -> object:
    try:
        return _plain(parser.parse(text))
    except UnexpectedInput:
        return None
    except expression_parser.UnexpectedInput:
        return None


def _plain(node: Any) -> object:
    if hasattr(node, "children"):
        return str(node.data), [_plain(child) for child in node.children]
    return node.type, str(node)


@settings(max_examples=share(500))
@given(TEXTS)
def test_the_generated_parser_agrees_with_the_grammar(text: str) -> None:
    assert tree(GENERATED, text) == tree(GRAMMAR, text)


@settings(max_examples=share(1_000))
@given(TEXTS)
def test_any_text_is_an_expression_or_is_refused_with_a_place_and_a_help(text: str) -> None:
    parsed = parse(text)
    if isinstance(parsed, Expression):
        assert tree(GRAMMAR, text) is not None
        for path, (start, end) in parsed.names.items():
            again = parse(text[start:end])
            assert isinstance(again, Expression)
            assert list(again.names) == [path]
        return
    assert parsed.message
    assert parsed.help
    start, end = parsed.place
    assert 0 <= start <= end <= len(text)


@pytest.mark.parametrize(
    ("text", "place", "message", "help"),
    [
        ("", (0, 0), "empty", "optimizer.lr"),
        ("a = 3", (2, 3), "sets nothing", "=="),
        ("a && b", (2, 4), "`&&`", "and"),
        ("a | b", (2, 3), "`|`", "or"),
        ("!a", (0, 1), "`!`", "not"),
        ("a is null", (2, 4), "`is`", "=="),
        ("a AND b", (2, 5), "`AND`", "write and"),
        ("2 ^ a", (2, 3), "`^`", "**"),
        ("${a} > 1", (0, 2), "for values", "the key itself"),
        ("a > {lr}", (4, 5), "templates", "the key"),
        ("a == 1 # why", (7, 8), "comment", "its own"),
        ("(a + 1", (0, 1), "not closed", "close it"),
        ("a in [1, (2)", (5, 6), "not closed", "close it"),
        ("a + ", (3, 3), "too early", "follow"),
        ("dtype == bf16 fp32", (14, 18), "operator is needed", "quote"),
        ('dtype == "bf16', (9, 14), "not closed", "same quote"),
        ("mn(1, 2)", (0, 2), "no function `mn`", "min"),
        ("startswith(a)", (0, 10), "no function", "there are min"),
        ("sqrt(1, 2)", (0, 10), "takes 1 argument,", "sqrt(x)"),
        ("round()", (0, 7), "takes 1 to 2 arguments", "round(x, 2)"),
        ("a .b == 1", (1, 2), "space inside a path", "remove it"),
        ("a [1]", (1, 2), "space inside a path", "`in`"),
        ("a == 007", (5, 8), "begins with 0", "write 7"),
        ("a == 8k", (5, 7), "`8k`", "plain number"),
        ("a == 1e999", (5, 10), "out of range", "float"),
        ("a == None", (5, 9), "Python's", "null"),
        ("1 if a else 2", (2, 4), "no `if`", "plain condition"),
        ("and a", (0, 3), "both sides", "quote"),
        ("a in not b", (5, 8), "after it", "quote"),
        ("a or", (4, 4), "too early", "follow"),
        ("a.b.", (4, 4), "too early", "follow"),
        ("a..b", (2, 3), "dot", "one dot"),
        ("a; b", (1, 2), "`;`", "operators"),
    ],
)
def test_a_refusal_says_exactly_where_why_and_what_instead(
    text: str, place: tuple[int, int], message: str, help: str
) -> None:
    bad = parse(text)
    assert isinstance(bad, BadExpression), bad
    assert bad.place == place
    assert message in bad.message
    assert help in bad.help


def test_names_are_the_paths_by_the_grammar_of_paths() -> None:
    parsed = parse('a > 1 and b.0.c == d[2]."odd.key" or model.or in [null, true, a, min(e)]')
    assert isinstance(parsed, Expression)
    assert parsed.names == {
        ("a",): (0, 1),
        ("b", 0, "c"): (10, 15),
        ("d", 2, "odd.key"): (19, 33),
        ("model", "or"): (37, 45),
        ("e",): (69, 70),
    }


HUGE = [
    "9**9**9",
    "9**9**9**9**9",
    "2.5**1e300",
    "1.000000001**1e300",
    "(-2)**1e30",
    "0.5**(-1e300)",
    "sqrt(1e300)*log2(1e-300)**99",
    "round(1e300, 30)",
    "1e300 // 1e-300",
    "1e300 % 1e-300",
    "abs(-9)**999",
    "(" * 900 + "1" + ")" * 900,
    "(" * 10_000,
    "-" * 1_999 + "1",
    "not " * 490 + "true",
    "+".join(["1"] * 900),
    "**".join(["1"] * 600),
    "[" * 999 + "]" * 999,
    "min(" * 400 + "1" + ")" * 400,
    " or ".join(["true"] * 300),
    "a" * 1_999,
    '"' + "x" * 1_990 + '"',
    '"' * 1_999,
    "\\'" * 900,
    "a." * 999 + "a",
    "9" * 1_999,
    "1" * 30 + "**" + "1" * 30,
    "x" * 50_000_000,
    "1e-999999999999",
]


@pytest.mark.parametrize("text", HUGE, ids=lambda text: text[:24])
def test_nothing_is_slow_or_large(text: str) -> None:
    parse("1")  # the parser itself is loaded
    tracemalloc.start()
    parsed = parse(text)
    if isinstance(parsed, Expression):
        evaluate(parsed, lambda _: (True, 10**300))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000
    assert steps(lambda: parse(text)) < 500_000


def test_depth_and_length_are_bounded_and_say_so() -> None:
    deep = parse("-" * (MAX_DEPTH + 1) + "1")
    long = parse("1 " + " " * MAX_LENGTH)
    assert isinstance(deep, BadExpression)
    assert "nested" in deep.message
    assert isinstance(long, BadExpression)
    assert "characters" in long.message
    assert isinstance(parse("-" * (MAX_DEPTH - 1) + "1"), Expression)
