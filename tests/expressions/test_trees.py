"""Expressions that were parsed ahead are the ones that a parser makes of their text."""

from __future__ import annotations

import json

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tcwc.expressions.evaluate import EvaluationError, Result, evaluate
from tcwc.expressions.parse import parse
from tcwc.expressions.syntax import Call, Expression, Name, walk
from tcwc.expressions.trees import expression, from_json, to_json
from tcwc.model.ir import Value
from tests.expressions.test_evaluate import OPERANDS, VALUES, grow


def said(result: Result | EvaluationError) -> str:
    return result.message if isinstance(result, EvaluationError) else repr(result.value)


@settings(max_examples=500)
@given(st.recursive(OPERANDS, grow, max_leaves=12), VALUES)
def test_a_tree_through_json_is_the_same(text: str, anything: Value) -> None:
    assume(len(text) < 1_000)
    parsed = parse(text)
    assert isinstance(parsed, Expression)
    written = json.dumps(to_json(parsed.root))
    again = expression(from_json(written))
    assert json.dumps(to_json(again.root)) == written
    assert list(again.names) == list(parsed.names)
    results = [evaluate(each, lambda path: (len(path) == 1, anything)) for each in (parsed, again)]
    assert said(results[0]) == said(results[1])


def test_a_walk_meets_all_in_the_order_of_the_text() -> None:
    parsed = parse("not a or max(b.c, [d, -e]) < f * len(g) <= h")
    assert isinstance(parsed, Expression)
    nodes = list(walk(parsed.root))
    names = [".".join(map(str, node.path)) for node in nodes if isinstance(node, Name)]
    assert names == ["a", "b.c", "d", "e", "f", "g", "h"]
    assert [node.function for node in nodes if isinstance(node, Call)] == ["max", "len"]
