"""Pools rows of results by factors, as people name them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tcwc.config.canonical import canonical_json
from tcwc.model.frozen import dataclass
from tcwc.model.ir import format_path
from tcwc.model.problem import Problem
from tcwc.model.words import either, listed, nearest
from tcwc.outcomes.chosen import UNCHOSEN, ChosenEpochs
from tcwc.outcomes.groups import Grouping, GroupRow, Levels, Unmeasured, grouping_of, pooled
from tcwc.outcomes.left_out import left_out
from tcwc.outcomes.rows import ResultRow
from tcwc.outcomes.statistics import CONFIDENCE

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation
    from tcwc.model.ir import Factor


class BadGrouping(Problem):
    """Words of `--by` or `--over` that name no factor: what is wrong, and what to write."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """Results by factors: a row for each cell of the design without its replicates.

    `component` is the key under which the target's configs name a component. `without` are runs of
    which there is no row at all, `unmeasured` metrics that whole cells have no row of, `mixed` the
    conditions of constants that hold in some runs of a row alone; `left_out` says in words which
    rows are not of what the experiment is now, so that nothing of them is pooled.
    """

    experiment: str
    component: str | None
    grouping: Grouping
    confidence: float
    rows: tuple[GroupRow, ...]
    without: tuple[str, ...]
    left_out: tuple[str, ...]
    unmeasured: tuple[Unmeasured, ...] = ()
    mixed: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[GroupRow]:
        return iter(self.rows)

    def _repr_html_(self) -> str:
        from tcwc.api.html import groups_table

        told = filter(None, (self.grouping.epochs.words(self), *self.left_out))
        return groups_table(self.experiment, self.grouping.shown, self.rows, tuple(told))


def group(
    compilation: Compilation,
    rows: Iterable[ResultRow],
    by: Sequence[str] = (),
    over: Sequence[str] = (),
    *,
    wanted: Container[str] | None = None,
    epochs: ChosenEpochs = UNCHOSEN,
    confidence: float = CONFIDENCE,
) -> Grouped:
    """Rows of results by some factors, pooled over replicates and what is named in `over`.

    Names are short ones or paths, as `--only` takes them; `by` may name derived values, too. Of the
    runs those that are `wanted` are looked for, by their ids, or all; `epochs` are those that the
    rows were chosen by. Raises BadGrouping, and what
    `Compilation.runs` does.
    """
    if not 0 < confidence < 1:
        raise BadGrouping(f"no interval has a confidence of {confidence}", "such as 0.95")
    experiment, rows = compilation.build.experiment, tuple(rows)
    names = _Names(compilation)
    grouping = grouping_of(
        [each.name for each in experiment.factors],
        [names.column(each) for each in by],
        [names.factor(each) for each in over],
        epochs,
    )
    twice = [each for each in grouping.by if each in grouping.over]
    if twice:
        raise BadGrouping(
            f"{listed(twice)} cannot be both told apart and pooled",
            "name it under --by for a row for each of its levels, or under --over to pool them",
        )
    runs = dict(_runs(compilation, grouping.shown, wanted))
    order = {
        each.name: [level.value for level in each.levels]
        for each in experiment.factors
        if each.distribution is None
    }
    pool = pooled(rows, runs, grouping, confidence, order)
    return Grouped(
        experiment.name,
        experiment.target.component,
        grouping,
        confidence,
        pool.rows,
        pool.without,
        tuple(left_out(rows)),
        pool.unmeasured,
        tuple(_mixed(compilation, runs, grouping.shown)),
    )


def _runs(
    compilation: Compilation, shown: Sequence[str], wanted: Container[str] | None
) -> Iterator[tuple[str, Levels]]:
    """The runs with their levels, and those derived values that are shown."""
    build = compilation.build
    has_derived = any(each.name in shown for each in build.experiment.derived)
    for run in compilation.runs:
        if wanted is None or run.id in wanted:
            yield run.id, {**(build.derived(run.cell) if has_derived else {}), **run.parameters}


def _mixed(
    compilation: Compilation, runs: Mapping[str, Levels], shown: Sequence[str]
) -> Iterator[str]:
    """The conditions under which constants are set in some of the runs that a row pools."""
    experiment = compilation.build.experiment
    first = len(experiment.factors)
    held: list[dict[str, bool]] = [{} for _ in experiment.conditional]
    mixed = dict.fromkeys(range(len(held)), False)
    for run in (compilation.runs[each] for each in runs if held):
        levels = runs[run.id]
        row = canonical_json({name: levels[name] for name in shown if name in levels})
        for at, known in enumerate(held):
            holds = run.cell[first + at] is not None
            mixed[at] |= known.setdefault(row, holds) != holds
    for at, column in enumerate(experiment.conditional):
        if mixed[at]:
            yield column.name


class _Names:
    """The columns of an experiment by the names that people have for them."""

    def __init__(self, compilation: Compilation) -> None:
        self._compilation = compilation
        self._experiment = compilation.build.experiment

    def column(self, text: str) -> str:
        """The author's name of a factor, or of a derived value. Raises BadGrouping."""
        return self._meant(text, (*self._experiment.factors, *self._experiment.derived))

    def factor(self, text: str) -> str:
        """The author's name of a factor. Raises BadGrouping."""
        return self._meant(text, self._experiment.factors)

    def _meant(self, text: str, columns: Sequence[Factor]) -> str:
        meant = self._compilation.path(text)
        for each in columns:
            if text == each.name or meant == each.path:
                return each.name
        names = [each.name for each in columns]
        near = nearest(text, [*names, *(format_path(each.path) for each in columns)])
        if "," in text:
            help = f"write a space between names: {' '.join(text.replace(',', ' ').split())}"
        elif near:
            help = f"did you mean {either(near)}?"
        elif names:
            help = f"there {'are' if len(names) > 1 else 'is'} {listed(names)}"
        else:
            help = "nothing varies in this experiment: it has no `variables:`"
        is_derived = any(meant == each.path for each in self._experiment.derived)
        raise BadGrouping(f"`{text}` is {'derived, and ' if is_derived else ''}no factor", help)
