"""The runs that `--only` selects, and those that are to be started."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from tcwc.api.near import near_ids
from tcwc.builds.matching import number_in, run_id
from tcwc.config.interpolation.reading import value_at
from tcwc.config.walk import leaves
from tcwc.expressions.evaluate import EvaluationError
from tcwc.jobs.selection import (
    MISSING,
    WORDS,
    BadSelection,
    Numbers,
    Part,
    RunCondition,
    holds,
    is_word,
    read_words,
    states_in_words,
)
from tcwc.jobs.states.rows import RunStatus
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, Value, format_path
from tcwc.model.words import either, nearest

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation


def select(
    compilation: Compilation, words: Sequence[str], rows: Iterable[RunStatus]
) -> list[RunStatus]:
    """The rows of the runs that all of some `--only` name; all, where there is none.

    Raises BadSelection for words that name nothing.
    """
    rows = list(rows)
    asked = [read_words(each) for each in words]
    found = _Runs(compilation, rows)
    for part in (part for parts in asked for part in parts):
        found.check(part)
    for parts in asked:
        rows = [row for row in rows if found.has(parts, row)]
    return rows


@dataclass(frozen=True, slots=True)
class Startable:
    """The runs that are to be started, of those that were `named`, and in words why no others: ""
    where all are chosen.

    `replaced` are those of them whose folder holds an earlier meaning, which is set aside.
    """

    rows: tuple[RunStatus, ...]
    replaced: tuple[str, ...]
    why: str
    named: tuple[RunStatus, ...]


def to_start(
    compilation: Compilation, words: Sequence[str], rows: Iterable[RunStatus]
) -> Startable:
    """The runs that are to be started: of those that `--only` names, what is neither finished nor
    on its way nor unknown. What has changed since it was trained only where the word `changed` is
    said. Raises BadSelection.
    """
    named = select(compilation, words, rows)
    is_said = any(_says_changed(part) for each in words for part in read_words(each))
    states = (*MISSING, "changed") if is_said else MISSING
    chosen = tuple(row for row in named if row.state in states)
    left = [row for row in named if row.state not in states]
    why = states_in_words(left) if left else ""
    if not named:
        why = f"--only {' --only '.join(words)} names no run"
    elif any(row.state == "changed" for row in left):
        why += "; `--only changed` runs anew what changed since it was trained"
    replaced = tuple(row.run for row in chosen if row.state == "changed")
    return Startable(chosen, replaced, why, tuple(named))


def _says_changed(part: Part) -> bool:
    if isinstance(part, RunCondition):
        return ("changed",) in part.expression.names
    return part == "changed"


class _Runs:
    """The runs of a compilation, as conditions ask for their values."""

    def __init__(self, compilation: Compilation, rows: Sequence[RunStatus]) -> None:
        self._compilation = compilation
        self._numbers = sorted(number_in(row.run) for row in rows)
        self._paths: dict[Path, Path] = {}
        self._configs: dict[str, dict[str, Value]] = {}

    def check(self, part: Part) -> None:
        """Resolve the names of a part. Raises BadSelection."""
        if isinstance(part, Numbers):
            if not any(part.first <= each <= part.last for each in self._numbers):
                self._no_run(part.first)
        elif isinstance(part, RunCondition):
            for path in part.expression.names:
                self._check_name(path)

    def _check_name(self, path: Path) -> None:
        word = str(path[0])
        if is_word(path):
            if word not in WORDS and number_in(word) not in self._numbers:
                self._no_run(number_in(word))
            return
        meant = self._compilation.path(format_path(path))
        if isinstance(meant, str):
            near = nearest(word, [*WORDS, *self._factors])
            help = f"did you mean {either(near)}?" if near else meant
            raise BadSelection(f"`{format_path(path)}` is no state, no run and no key", help)
        self._paths[path] = meant

    def _no_run(self, wanted: int) -> None:
        if not self._numbers:
            raise BadSelection("there are no runs", "")
        id = run_id(wanted)
        raise BadSelection(f"there is no {id}", near_ids(self._numbers, id))

    @cached_property
    def _factors(self) -> dict[str, Path]:
        experiment = self._compilation.experiment
        return {each.name: each.path for each in experiment.factors} if experiment else {}

    @cached_property
    def _arms(self) -> dict[Path, str]:
        experiment = self._compilation.experiment
        return {f.path: f.name for f in experiment.factors if f.is_arm} if experiment else {}

    def has(self, parts: Sequence[Part], row: RunStatus) -> bool:
        """Whether one of the parts is true of a run. Raises BadSelection."""
        return any(self._holds(part, row) for part in parts)

    def _holds(self, part: Part, row: RunStatus) -> bool:
        found = holds(part, row, lambda path: self._value(row.run, path))
        if not isinstance(found, EvaluationError):
            return found
        assert isinstance(part, RunCondition)
        if found.missing is not None and self._some_have(found.missing):
            return False  # it is a value of other runs: of a level, or of a condition
        help = found.help
        if found.missing is not None:
            near = nearest(format_path(found.missing), self._known(row.run))
            help = f"did you mean {either(near)}?" if near else help
        raise BadSelection(f"`{part.text}`: {found.message}", help)

    def _value(self, run: str, path: Path) -> tuple[bool, Value]:
        meant = self._paths[path]
        if meant in self._arms:
            parameters, name = self._compilation.runs[run].parameters, self._arms[meant]
            return name in parameters, parameters.get(name)
        return value_at(self._config(run), meant)

    def _config(self, run: str) -> dict[str, Value]:
        if run not in self._configs:
            self._configs = {run: self._compilation.runs[run].config}  # the next one is another's
        return self._configs[run]

    def _some_have(self, path: Path) -> bool:
        return any(self._value(run_id(each), path)[0] for each in self._numbers)

    def _known(self, run: str) -> list[str]:
        return [format_path(path) for path, _ in leaves(self._config(run))]
