"""The run that is not as its row says: with one other value of it, a design would be whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path
from tcwc.moves.columns import Held, Varying, column, combined
from tcwc.moves.layout import Pattern, Ratios, layout, ratios_of
from tcwc.moves.templates import template_of

_ENOUGH = 4
"""Runs from which on one can be told to be the odd one."""
_TRIED = 400
"""Changes that are looked at."""
_SEVERAL = 3
"""Runs that may be odd."""


@dataclass(frozen=True, slots=True)
class Odd:
    """A run that has `has` where its row has `meant`, or would have it."""

    run: int
    path: Path
    has: Held
    meant: Held


@dataclass(frozen=True, slots=True)
class Sense:
    """The columns as they are meant, their pattern, and the runs that differ from it."""

    columns: tuple[Varying, ...]
    pattern: Pattern
    odd: tuple[Odd, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """What differs between so many runs; `labels` are names of runs and folders, which may say what
    was meant."""

    columns: tuple[Varying, ...]
    runs: int
    ratios: Ratios
    labels: tuple[Varying, ...] = ()

    def with_change(self, odd: Odd) -> Table:
        """The table with the value that was meant."""
        return Table(_changed(self.columns, odd), self.runs, self.ratios, self.labels)

    @property
    def pattern(self) -> Pattern:
        return layout(self.columns, self.runs, self.ratios)

    @property
    def are_apart(self) -> bool:
        """Whether no two runs are one."""
        return combined([each.codes for each in self.columns]) == self.runs

    @property
    def is_as_labelled(self) -> bool:
        """Whether labels say the levels of each run."""
        return all(template_of(each, self.columns) is not None for each in self.labels)


def found(table: Table) -> Sense:
    """The pattern of a table; with odd runs, where it is a simpler one without them."""
    odd: list[Odd] = []
    made = table.pattern
    while _is_amiss(table, made) and table.runs >= _ENOUGH and len(odd) < _SEVERAL:
        change = _change(table, made)
        if change is None:
            break
        odd.append(change)
        table = table.with_change(change)
        made = table.pattern
    return Sense(table.columns, made, tuple(odd))


def _is_amiss(table: Table, pattern: Pattern) -> bool:
    return any(pattern.amiss) or not table.are_apart


def _change(table: Table, made: Pattern) -> Odd | None:
    """One change after which a table is whole, or simpler; else one that takes away a value that
    one run alone has, where the runs are told apart without it."""
    every = list(_candidates(table))[:_TRIED]
    fitting = [each for each in every if _mends(table, made, each)]
    if fitting:
        labelled = (each for each in fitting if table.with_change(each).is_as_labelled)
        return next(labelled, fitting[0])
    alone = [each.path for each in table.columns if _one_has_another(each)]
    others = [each.codes for each in table.columns if each.path not in alone]
    if not made.is_whole and combined(others) == table.runs:
        return next((each for each in every if each.path in alone), None)
    return None


def _mends(table: Table, made: Pattern, odd: Odd) -> bool:
    changed = table.with_change(odd)
    if not changed.are_apart:
        return False
    then = changed.pattern
    return then.is_whole and (then.amiss < made.amiss or not table.are_apart)


def _one_has_another(varying: Varying) -> bool:
    """Whether one run alone has another value than all the others."""
    return len(varying) == 2 and min(Counter(varying.codes).values()) == 1


def _candidates(table: Table) -> Iterator[Odd]:
    """Values that one run alone has, with each that it may be meant to have; where two runs are
    one, any value of theirs."""
    yield from _out_of_ratio(table)
    twins = _twins(table)
    for each in sorted(table.columns, key=len):
        counts = Counter(each.codes)
        alone = {code for code, count in counts.items() if count == 1}
        if len(alone) == table.runs:
            continue
        for run, code in enumerate(each.codes):
            if code in alone or run in twins:
                for other, _ in counts.most_common():
                    if other != code:
                        yield Odd(run, each.path, each.levels[code], each.levels[other])


def _twins(table: Table) -> set[int]:
    """The runs that another run is alike."""
    rows = list(zip(*(each.codes for each in table.columns), strict=True))
    counts = Counter(rows)
    return {run for run, row in enumerate(rows) if counts[row] > 1}


def _out_of_ratio(table: Table) -> Iterator[Odd]:
    """The run whose number alone is not as many times another one as in all other runs."""
    by_path = {each.path: each for each in table.columns}
    for path, of in table.ratios:
        if path not in by_path or of not in by_path:
            continue
        times = ratios_of(by_path[path], by_path[of])
        (usual, count), *_ = Counter(times).most_common()
        if usual is None or count != len(times) - 1:
            continue
        run = next(place for place, each in enumerate(times) if each != usual)
        rank = by_path[of].held(run)
        if isinstance(rank, (int, float)):
            meant = usual * rank
            has = by_path[path].held(run)
            yield Odd(run, path, has, int(meant) if meant == int(meant) else meant)


def _changed(columns: Sequence[Varying], odd: Odd) -> tuple[Varying, ...]:
    """The columns with the value that was meant; one of which all runs then have it is none."""
    made = []
    for each in columns:
        if each.path == odd.path:
            values = [each.held(run) for run in range(len(each.codes))]
            values[odd.run] = odd.meant
            each = column(each.path, values)
        if len(each) > 1:
            made.append(each)
    return tuple(made)
