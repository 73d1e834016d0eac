"""What the sections of an experiment say, of the pattern that a table of runs has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product

from tcwc.config.merge import lookup
from tcwc.jobs.conditions import conditions_of
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, Template, Value, format_path
from tcwc.model.limits import KEY
from tcwc.model.target import Target
from tcwc.moves.chosen import Way
from tcwc.moves.columns import (
    ABSENT,
    Held,
    Observed,
    Varying,
    identity,
    with_held,
)
from tcwc.moves.directories import Directory, directory
from tcwc.moves.draft import Draft
from tcwc.moves.factors import Factors, Varied, listed
from tcwc.moves.ground import Ground
from tcwc.moves.labels import HandName
from tcwc.moves.layout import Bundle, Multiple, Tied, ratios_of
from tcwc.moves.odd import Odd, Sense
from tcwc.moves.steps import Setting, steps
from tcwc.moves.written import number

_CONDITIONS = 2
"""Conditions for a value that goes with a factor; with more, both are an arm."""


@dataclass(frozen=True, slots=True)
class Composed:
    """An experiment of configs. `odd` are values of single runs that are not as the others are,
    `directories` those that differ, `names` paths that name runs, `lost` those of which the
    experiment does not say the names, and
    `twins` runs of which nothing tells one from the other."""

    draft: Draft
    odd: tuple[Odd, ...]
    directories: tuple[Directory, ...]
    names: tuple[Path, ...] = ()
    lost: tuple[Path, ...] = ()
    twins: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Means:
    """What is known of the target: its words, and what a key is about."""

    target: Target
    key_class: Callable[[str], str]


class Composer:
    """Makes the sections of an experiment of one table of runs, by the way that was chosen."""

    def __init__(
        self,
        observed: Sequence[Observed],
        ground: Ground,
        means: Means,
        table: Sense,
        way: Way,
        folders: Sequence[Varying],
        labels: Sequence[HandName],
        varying: Sequence[Varying],
    ) -> None:
        self.observed = observed
        self.ground = ground
        self.target = means.target
        self.table = table
        self.way = way
        self.folders = folders
        self.labels = labels
        self.varying = varying

    def made(self) -> Composed:
        directories = tuple(directory(each, self.table.columns) for each in self.folders)
        tied = {id(one): self._conditions_ahead(one) for one in self.way.pattern.tied}
        by_condition = [one for one in self.way.pattern.tied if tied[id(one)]]
        common = self._common(directories, by_condition)
        taken = {*common, *self.ground.values}
        names = [self.observed[run].name for run in self.way.runs]
        factors = Factors(common, self.target.component, taken, names)
        varied = list(self._varied(factors, by_condition))
        when = self._when(factors, varied, by_condition)
        draft = Draft(
            self.ground.head,
            variables=tuple(each for one in varied for each in one.variables),
            arms=tuple(one.arm for one in varied if one.arm is not None),
            zips=tuple(
                tuple(format_path(each.path) for each in one.variables)
                for one in varied
                if len(one.variables) > 1
            ),
            derived={format_path(each.path): _times(each) for each in self.way.pattern.multiples},
            exclude=tuple(self._exclude(varied)),
            include=tuple(self._include()),
            controls=tuple(steps(self.ground.values, common, self.target.component)),
            when=when,
        )
        lost = tuple(each.path for each in self.labels if each.lost)
        labels = tuple(each.path for each in self.labels)
        return Composed(draft, self._told_odd(), directories, labels, lost)

    def _told_odd(self) -> tuple[Odd, ...]:
        """The odd values, of names of runs too."""
        named = {each.path: each for each in self.varying}
        misnamed = (
            Odd(run, each.path, named[each.path].held(run), ABSENT)
            for each in self.labels
            for run in each.but
            if run not in {odd.run for odd in self.table.odd}
        )
        return (*self.table.odd, *misnamed)

    # --- what all runs have -----------------------------------------------------------------

    def _common(
        self, directories: Sequence[Directory], by_condition: Sequence[Tied]
    ) -> dict[str, Value]:
        """A config with what all runs have, and with the base's value where something sets it."""
        values = self.observed[0].values
        for each in self.varying:
            there, value = lookup(self.ground.values, each.path)
            values = with_held(values, each.path, value if there else ABSENT)
        meant = {one.path: one.meant for one in self.table.odd}
        left = {each.path for each in self.table.columns}
        for path, held in meant.items():
            values = values if path in left else with_held(values, path, held)
        for tied in by_condition:
            for each in tied.bundle.columns:
                values = with_held(values, each.path, _usual(each))
        for named in self.way.pattern.named:
            values = with_held(values, named.path, Template(named.template, {}))
        for name in self.labels:
            values = with_held(values, name.path, name.value or Template("{run_id}", {}))
        for folder in directories:
            values = with_held(values, folder.path, folder.text)
        return values

    # --- factors ----------------------------------------------------------------------------

    def _varied(self, factors: Factors, by_condition: Sequence[Tied]) -> Iterator[Varied]:
        pattern = self.way.pattern
        if pattern.tangled and self.way.is_list:
            every = [each for bundle in pattern.tangled for each in bundle.columns]
            every += self._tied_to(pattern.tangled, by_condition)
            yield factors.arm(*listed(every, [bundle.codes for bundle in pattern.tangled]))
        for bundle in (*pattern.free, *(() if self.way.is_list else pattern.tangled)):
            more = self._tied_to([bundle], by_condition)
            yield (
                factors.arm([*bundle.columns, *more], bundle.codes) if more else factors.of(bundle)
            )

    def _tied_to(self, bundles: Sequence[Bundle], by_condition: Sequence[Tied]) -> list[Varying]:
        """The columns that go with bundles, and are said in one breath with them."""
        tied = [one for one in self.way.pattern.tied if one not in by_condition]
        return [each for one in tied if one.by in bundles for each in one.bundle.columns]

    # --- exceptions -------------------------------------------------------------------------

    def _conditions_ahead(self, tied: Tied) -> bool:
        """Whether few conditions over its factor say a value that goes with it."""
        is_listed = self.way.is_list and tied.by in self.way.pattern.tangled
        is_said = all(ABSENT not in each.levels for each in tied.bundle.columns)
        return not is_listed and is_said and len(tied.bundle) - 1 <= _CONDITIONS

    def _when(
        self, factors: Factors, varied: Sequence[Varied], by_condition: Sequence[Tied]
    ) -> dict[str, tuple[Setting, ...]]:
        """Constants of some runs: values that go with a factor, and odd ones."""
        found: dict[str, list[Setting]] = {}
        for tied in by_condition:
            for each in tied.bundle.columns:
                for level in each.levels:
                    if identity(level) != identity(_usual(each)):
                        runs = [r for r in range(len(each.codes)) if each.held(r) == level]
                        for condition in self._conditions(runs, varied):
                            found.setdefault(condition, []).extend(
                                factors.between(each.path, level)
                            )
        for odd in (*self._constant_odd(), *self._misnamed()):
            for condition in self._conditions([self.way.runs.index(odd.run)], varied):
                found.setdefault(condition, []).extend(factors.between(odd.path, odd.has))
        return {condition: tuple(settings) for condition, settings in found.items()}

    def _constant_odd(self) -> list[Odd]:
        """The odd values at paths that no factor sets, of runs of the grid."""
        levels = self._odd_levels()
        rows = {odd.run for odd in levels}  # each says itself what it has
        there = [odd for odd in self.table.odd if odd.run in self.way.runs]
        return [odd for odd in there if odd not in levels and odd.run not in rows]

    def _misnamed(self) -> list[Odd]:
        """The names of runs of the grid that are not as the template says."""
        rows = {odd.run for odd in self._odd_levels()}
        told = [odd for odd in self._told_odd() if odd not in self.table.odd]
        return [odd for odd in told if odd.run in self.way.runs and odd.run not in rows]

    def _odd_levels(self) -> list[Odd]:
        """The odd values at paths that a factor sets."""
        left = {each.path for each in self.table.columns}
        return [odd for odd in self.table.odd if odd.path in left]

    def _conditions(self, places: Sequence[int], varied: Sequence[Varied]) -> list[str]:
        """Conditions that hold in some of the runs of the grid, and in no others."""
        rows = list(zip(*(one.codes for one in varied), strict=True))
        some = frozenset(rows[place] for place in places)
        words = [one.words for one in varied]
        return conditions_of(some, frozenset(rows), words, KEY.at_most) or []

    def _exclude(self, varied: Sequence[Varied]) -> Iterator[str]:
        tangled = self.way.pattern.tangled
        if tangled and not self.way.is_list:
            mine = varied[-len(tangled) :]
            every = frozenset(product(*(range(len(each)) for each in tangled)))
            words = [one.words for one in mine]
            yield from conditions_of(self.way.missing, every, words, KEY.at_most) or []
        for odd in self._odd_levels():
            if odd.run in self.way.runs:
                yield from self._conditions([self.way.runs.index(odd.run)], varied)

    def _include(self) -> Iterator[dict[str, Value]]:
        """Rows for runs that the grid has not, each with its levels, and what else differs."""
        rows = dict.fromkeys([*self.way.rows, *(odd.run for odd in self._odd_levels())])
        alike = {other for _, other in twins(self._of_runs(), len(self.observed))}
        for run in rows:
            if run not in alike:
                yield self._row(run)

    def _of_runs(self) -> list[Varying]:
        names = {each.path for each in self.labels}
        return [each for each in self.varying if each.path not in names]

    def _row(self, run: int) -> dict[str, Value]:
        """What a run has at all that varies, but for what follows from the rest of it."""
        by_path = {each.path: each for each in self.varying}
        follows = {each.path for each in self.way.pattern.named}
        for each in self.way.pattern.multiples:
            times = ratios_of(by_path[each.path], by_path[each.of])[run]
            if times == each.times:
                follows.add(each.path)
        held = {each.path: each.held(run) for each in self.varying if each.path not in follows}
        return {format_path(p): value for p, value in held.items() if value is not ABSENT}


def twins(columns: Sequence[Varying], runs: int) -> tuple[tuple[int, int], ...]:
    """Runs that differ in nothing but where they write to, each with the first that it is."""
    first: dict[tuple[int, ...], int] = {}
    rows = zip(*(each.codes for each in columns), strict=True) if columns else [()] * runs
    pairs = [(first.setdefault(row, run), run) for run, row in enumerate(rows)]
    return tuple((one, other) for one, other in pairs if one != other)


def _times(multiple: Multiple) -> str:
    of = format_path(multiple.of)
    return of if multiple.times == 1 else f"{number(multiple.times)} * {of}"


def _usual(varying: Varying) -> Held:
    """What most runs have."""
    return varying.levels[max(range(len(varying)), key=varying.codes.count)]
