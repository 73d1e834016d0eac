"""What `tcwc plan` shows of an experiment, in whatever form: its parts, and how they are said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tcwc.config.merge import merge_what_fits
from tcwc.design.balance import Balance, balance
from tcwc.design.product import Grid
from tcwc.design.reach import Column, Reach
from tcwc.model.design import LeftOut
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Assignment, Cell, Experiment, Factor, Op, Value, format_path
from tcwc.model.secrets import masked_value
from tcwc.model.words import how_many
from tcwc.report.findings import Paint
from tcwc.report.levels import apart

if TYPE_CHECKING:
    from tcwc.builds.changes import Change

_FEW = 8
"""Levels, pairs and the like that are listed where more would be too many."""
_SHORT = 40
"""Characters of a level; more only where they tell two levels apart."""


@dataclass(frozen=True, slots=True)
class Since:
    """What a build would make of the runs of the last one, ids by what becomes of them."""

    kept: int
    new: tuple[str, ...]
    revived: tuple[str, ...]
    retired: tuple[str, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """An experiment and what was counted of it; `since` is None where nothing was built yet."""

    experiment: Experiment
    balance: Balance
    since: Since | None

    @property
    def factors(self) -> list[tuple[int, Factor]]:
        """The factors of the design with their indices; not what included runs alone set."""
        found = enumerate(self.experiment.factors)
        return [(at, factor) for at, factor in found if factor.size]

    @property
    def extras(self) -> list[tuple[int, Factor]]:
        """The paths that included runs alone set."""
        found = enumerate(self.experiment.factors)
        return [(at, factor) for at, factor in found if not factor.size]


@dataclass(frozen=True, slots=True)
class Planned:
    """What a form of a plan may ask for, each made when it is: few forms need all of it.

    `numbers` are those in the runs' ids, in design order; `everything` is true where no list is to
    be cut.
    """

    experiment: Experiment
    paint: Paint
    everything: bool
    version: str
    numbers: Callable[[], Sequence[int]]
    since: Callable[[], Since | None]

    def plan(self) -> Plan:
        """The design alone."""
        return Plan(self.experiment, balance(self.experiment), None)

    def whole(self) -> Plan:
        """The design, and what a build would change."""
        return replace(self.plan(), since=self.since())


@dataclass(frozen=True, slots=True)
class PlanFormat:
    """A form of a plan: its pieces, or its lines where it `is_text` for people.

    `over_limit` is what it says of an experiment that has more runs than its limit.
    """

    pieces: Callable[[Planned], Iterable[str]]
    is_text: bool = False
    over_limit: Callable[[Experiment], Iterable[str]] | None = None


def combinations(experiment: Experiment) -> str:
    """ "3 x 2 x 2 = 12 combinations", or what there is instead of a grid."""
    design = experiment.design
    if is_drawn(experiment):
        return "levels drawn at random"
    grid = Grid.of(design)
    total = how_many(grid.size, "combination")
    if len(grid.axes) < 2:
        return total
    return f"{' x '.join(str(axis.size) for axis in grid.axes)} = {total}"


def steps(experiment: Experiment) -> str:
    """How the number of runs comes about: "12 combinations, 3 excluded, a sample of 6"."""
    design, left_out = experiment.design, experiment.left_out or LeftOut()
    said = [combinations(experiment)]
    if left_out.repeated:
        said.append(f"{left_out.repeated:,} the same as another (a factor is not set in them)")
    if left_out.excluded:
        said.append(f"{left_out.excluded:,} excluded")
    if design.sample:
        said.append(f"a sample of {design.sample.size:,} (seed {design.sample.seed})")
    if design.rows:
        said.append(f"{len(design.rows):,} included")
    return ", ".join(said)


def is_drawn(experiment: Experiment) -> bool:
    """Whether the runs are draws, not combinations of listed levels."""
    factors = experiment.design.factors
    return experiment.design.sample is not None and any(f.distribution for f in factors)


def one_more(experiment: Experiment) -> dict[int, int]:
    """How many combinations one more level makes, by factor; none where a sample is taken."""
    if experiment.design.sample:
        return {}
    grid = Grid.of(experiment.design)
    return {at: grid.size // axis.size for axis in grid.axes for at in axis.factors}


def level_texts(factor: Factor, component: str | None) -> list[str]:
    """Its levels in short, as long as that keeps them apart."""
    values = [masked_value(factor.name, level.value) for level in factor.levels]
    return apart(values, component, _SHORT)


def few(texts: Sequence[str], everything: bool) -> list[str]:
    """All, or of many the first, how many more there are, and the last."""
    # `... 1 more ...` would take the room of the one.
    if everything or len(texts) <= _FEW + 1:
        return list(texts)
    return [*texts[: _FEW - 1], f"... {len(texts) - _FEW:,} more ...", texts[-1]]


def name_of(factor: Factor) -> str:
    """Its name, with the path where the name is a short one."""
    path = format_path(factor.path)
    return factor.name if factor.is_arm or path == factor.name else f"{factor.name} ({path})"


def constants(assignments: Iterable[Assignment]) -> Iterator[tuple[str, Value]]:
    """What is set in every run, by path; a deletion as `~path: null`."""
    for each in assignments:
        deleted = "~" if each.op is Op.DELETE else ""
        name = f"{deleted}{format_path(each.path)}"
        yield name, masked_value(name, each.value)


def read_by_conditions(experiment: Experiment) -> set[tuple[int, int]]:
    """Pairs of factors, ascending, of which the second's `when` reads the first."""
    factors = experiment.factors
    if not any(factor.when for factor in factors):
        return set()
    shared = merge_what_fits(experiment.base.values, experiment.constants)
    reach = Reach(shared, [Column(factor) for factor in factors])
    return {
        (read, at)
        for at, factor in enumerate(factors)
        if factor.when is not None
        for read in reach.columns(factor.when.names.values(), at)
    }


def values_of(columns: Sequence[Factor], cell: Cell) -> Iterator[tuple[str, Value]]:
    """The levels that are set in a cell, by the author's names."""
    for column, level in zip(columns, cell, strict=True):
        if level is not None:
            yield column.name, masked_value(column.name, column.levels[level].value)
