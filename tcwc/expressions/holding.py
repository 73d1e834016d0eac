"""Whether a condition holds for what the values of its names are."""

from __future__ import annotations

from collections.abc import Callable

from tcwc.expressions.evaluate import EvaluationError, evaluate
from tcwc.expressions.parse import parse
from tcwc.expressions.syntax import BadExpression
from tcwc.model.design import Formula
from tcwc.model.ir import Path, Value

_NO_CONDITION = "a condition is true or false, and this is a value"


def holds(
    formula: Formula, value_at: Callable[[Path], tuple[bool, Value]]
) -> bool | EvaluationError:
    """Whether a condition holds; why that cannot be told, where it cannot.

    `value_at` says whether a path is there, and its value; it raises NotKnown as a `Lookup` does.
    """
    expression = parse(formula.text)
    assert not isinstance(expression, BadExpression), formula.text
    found = evaluate(expression, lambda name: value_at(formula.names[name]))
    if isinstance(found, EvaluationError) or isinstance(found.value, bool):
        return found if isinstance(found, EvaluationError) else bool(found.value)
    return EvaluationError(_NO_CONDITION, "compare it: ... > 64", (0, len(formula.text)))
