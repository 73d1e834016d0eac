"""Which runs `--only` names: states, ids, and conditions over configs, joined by commas.

    failed                        a state, or why a run failed: oom, timeout, ...
    missing                       what is to be started: neither finished nor on its way
    run_003  3  run_003..run_007  runs
    lora_rank == 8 and failed     a condition, in which states and ids are names

Of words that a comma joins one has to hold; of options that are given twice, both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

from tcwc.builds.matching import number_in
from tcwc.expressions.evaluate import EvaluationError, evaluate
from tcwc.expressions.parse import parse
from tcwc.expressions.syntax import BadExpression, Expression
from tcwc.jobs.states.rows import RunStatus, spoken
from tcwc.jobs.states.table import REASONS, STATES
from tcwc.model.frozen import dataclass
from tcwc.model.ir import FUNCTIONS, Path, Value
from tcwc.model.problem import Problem

MISSING = ("failed", "cancelled", "refused", "dropped", "never_started")
"""The states of runs that may be started again as they are."""
WORDS = (*STATES, *REASONS, "missing")
"""All that a state may be called."""

_PARTS = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|([\[(])|([\])])|(,)""")
_ID = re.compile(r"(?:run_)?([0-9]{1,9})")
_RANGE = re.compile(r"(?:run_)?([0-9]{1,9})\.\.(?:run_)?([0-9]{1,9})")
_RANGES = re.compile(
    r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\brun_([0-9]{1,9})\.\.(?:run_)?([0-9]{1,9})\b"""
)
_SPOKEN = re.compile(
    r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\b("""
    + "|".join(each.replace("_", "[ -]+") for each in WORDS if "_" in each)
    + r")\b"
)
"""States of several words as people read and write them; texts in quotes are passed over."""
_BETWEEN = "runs"
"""The function that a range becomes within a condition."""


class BadSelection(Problem):
    """Words of `--only` that name no runs: what is wrong, and what to write."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The runs whose numbers are from `first` to `last`."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class RunCondition:
    """A condition over runs, as it was written."""

    text: str
    expression: Expression


Part = str | Numbers | RunCondition
"""One of the words that commas join: a state, some runs, or a condition."""


def read_words(words: str) -> tuple[Part, ...]:
    """What the words of one `--only` say. Raises BadSelection."""
    parts = tuple(_part(each.strip()) for each in _split(words) if each.strip())
    if not parts:
        help = "write a state (failed, missing, oom, ...), a run, or a condition"
        raise BadSelection("--only has no words", help)
    return parts


def _split(words: str) -> list[str]:
    """Words at their commas, but for those in brackets and in quotes."""
    found, depth, last = [], 0, 0
    for each in _PARTS.finditer(words):
        depth += bool(each[2]) - bool(each[3])
        if each[4] and depth <= 0:
            found.append(words[last : each.start()])
            last = each.end()
    return [*found, words[last:]]


def _part(text: str) -> Part:
    text = _SPOKEN.sub(_written, text)
    if text in WORDS:
        return text
    if one := _ID.fullmatch(text):
        return Numbers(int(one[1]), int(one[1]))
    if several := _RANGE.fullmatch(text):
        first, last = int(several[1]), int(several[2])
        if first > last:
            raise BadSelection(f"`{text}` has no runs", f"write run_{last:03}..run_{first:03}")
        return Numbers(first, last)
    expression = parse(_RANGES.sub(_called, text), {**FUNCTIONS, _BETWEEN: (2, 2)})
    if isinstance(expression, BadExpression):
        what = f"`{text}` is neither a state, nor a run, nor a condition: {expression.message}"
        raise BadSelection(what, expression.help)
    return RunCondition(text, expression)


def _written(found: re.Match[str]) -> str:
    return found[1] or "_".join(re.split("[ -]+", found[2]))


def _called(found: re.Match[str]) -> str:
    return found[1] or f"{_BETWEEN}({int(found[2])}, {int(found[3])})"


def is_word(path: Path) -> bool:
    """Whether a name of a condition is a state, or the id of a run."""
    return len(path) == 1 and isinstance(path[0], str) and (path[0] in WORDS or _is_id(path[0]))


def _is_id(word: str) -> bool:
    return word.startswith("run_") and _ID.fullmatch(word) is not None


def has_state(row: RunStatus, word: str) -> bool:
    """Whether a state's word is true of a run."""
    return row.state in MISSING if word == "missing" else word in (row.state, row.reason)


Values = Callable[[Path], "tuple[bool, Value]"]
"""Whether a path is there in a run, and its value there."""


def holds(part: Part, row: RunStatus, values: Values) -> bool | EvaluationError:
    """Whether one of the words is true of a run; why it cannot be told."""
    if isinstance(part, str):
        return has_state(row, part)
    if isinstance(part, Numbers):
        return part.first <= number_in(row.run) <= part.last

    def look(path: Path) -> tuple[bool, Value]:
        if not is_word(path):
            return values(path)
        word = str(path[0])
        return True, number_in(word) == number_in(row.run) if _is_id(word) else has_state(row, word)

    found = evaluate(part.expression, look, {_BETWEEN: _between(number_in(row.run))})
    if isinstance(found, EvaluationError):
        return found
    if not isinstance(found.value, bool):
        help = "compare it with something, as in `seed < 3`"
        return EvaluationError(f"`{part.text}` is neither true nor false", help, (0, 0))
    return found.value


def _between(own: int) -> Callable[..., Value]:
    return lambda first, last: int(first) <= own <= int(last)


def states_in_words(rows: Iterable[RunStatus]) -> str:
    """In words, how many runs are in which state, in the order of the table: `1 changed, 5
    finished`."""
    counts = Counter(row.state for row in rows)
    told = [f"{counts[state]:,} {spoken(state)}" for state in STATES if counts[state]]
    return ", ".join(told) or "no runs"
