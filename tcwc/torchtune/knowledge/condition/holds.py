"""Whether a condition holds: all operands of its `and` are true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcwc.expressions.evaluate import Result, evaluate
from tcwc.model.ir import Path
from tcwc.torchtune.knowledge.condition.functions import ABOUT_ABSENCE, functions
from tcwc.torchtune.knowledge.condition.model import Condition, Test
from tcwc.torchtune.knowledge.condition.reader import CaseReader


def free(condition: Condition, reader: CaseReader, touched: set[str | int]) -> list[Test]:
    """The tests that read none of these top-level keys, by reference neither."""
    found = list(condition.when)
    for section in reader.sections(condition):
        reader.section = section
        found = [test for test in found if all(p[0] not in touched for p in reader.read(test))]
    return found


def needs_all(condition: Condition) -> bool:
    """Whether a condition asks what is not there, which a file with errors does not tell."""
    return not ABOUT_ABSENCE.isdisjoint(condition.calls())


def certain(tests: Sequence[Test], reader: CaseReader) -> bool | None:
    """What tests come to together, in the section that `reader` has; None where nobody can tell."""
    known = functions(reader)
    results = [evaluate(test.expression, reader.lookup, known) for test in tests]
    values = [each.value if isinstance(each, Result) else None for each in results]
    return False if False in values else None if None in values else True


def holding(
    condition: Condition, reader: CaseReader, tests: Sequence[Test] | None = None
) -> Iterator[Path]:
    """The sections for which all its tests, or all `tests`, hold.

    While one is given, `section` stands for it in `reader`.
    """
    wanted = condition.when if tests is None else tests
    known = functions(reader)
    for section in reader.sections(condition):
        reader.section = section
        results = (evaluate(test.expression, reader.lookup, known) for test in wanted)
        if all(isinstance(result, Result) and result.value is True for result in results):
            yield section
