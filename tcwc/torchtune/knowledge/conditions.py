"""Conditions across the keys of a config: what a recipe refuses at run time, or quietly does.

The conditions are data (schemas/knowledge/conditions.json), expressions over its values.
Here they are evaluated, over the factors that touch their paths and over nothing else. What a
shipped base does by itself is not reported: one of the paths must be the author's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from tcwc.config.merge import Conflict, merge
from tcwc.lint.assigned import assignments, paths_of
from tcwc.lint.cases import Case, Levels, cases, every_level, touches
from tcwc.lint.check import Found
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, Severity
from tcwc.model.frozen import replace
from tcwc.model.ir import Experiment, Path, Value
from tcwc.model.rules import ARGUMENT_REFUSED
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.known import catalogue

if TYPE_CHECKING:
    from tcwc.torchtune.knowledge.condition.model import Condition
    from tcwc.torchtune.knowledge.condition.reader import CaseReader


def check_conditions(context: Context) -> Found:
    """One finding for each condition and place, with the runs that it is about."""
    if context.recipe is None:
        return
    members = list(catalogue(context).conditions(context.recipe.name, _concerns(context)))
    from tcwc.torchtune.knowledge.condition.model import from_member
    from tcwc.torchtune.knowledge.condition.reader import CaseReader
    from tcwc.torchtune.knowledge.condition.refusals import refusals

    constant = _constant(context.experiment)
    if constant is None:
        return
    groups, tree = _Groups(context, constant), catalogue(context).tree
    for member in members:
        condition = from_member(member, tree)
        yield condition.rule
        groups.add(condition)
        yield None
    yield ARGUMENT_REFUSED
    for condition in refusals(context, constant.config):
        groups.add(condition)
    yield None
    met: dict[object, tuple[Diagnostic, frozenset[Path], list[Levels]]] = {}
    said: set[Path] = set()
    for case, conditions in groups.cases():
        reader = CaseReader(context, case)
        for condition in conditions:
            yield condition.rule
            for found in _findings(condition, reader):
                about = _about(condition, reader)
                if condition.place is None:
                    said |= about if found.rule.severity is Severity.ERROR else frozenset()
                    about = frozenset()
                key = condition.id, found.span
                met.setdefault(key, (found, about, []))[2].append(case.levels)
        yield None
    for found, about, levels in met.values():
        # A condition by hand says more than what a component says itself.
        if not said.isdisjoint(about):
            continue
        said |= about if len(about) == 1 else frozenset()  # one value is one mistake
        yield found.rule
        yield _in_runs(context, found, levels)


def _in_runs(context: Context, found: Diagnostic, levels: list[Levels]) -> Diagnostic:
    """A finding with its runs, where no levels are missing: else the places would be wrong."""
    if not context.complete:
        return found
    from tcwc.lint.variants import describe_runs

    return replace(found, runs=describe_runs(context.experiment, levels))


def _findings(condition: Condition, reader: CaseReader) -> Iterator[Diagnostic]:
    from tcwc.torchtune.knowledge.condition.holds import holding

    for _ in holding(condition, reader):
        yield from _report(condition, reader)


def _about(condition: Condition, reader: CaseReader) -> frozenset[Path]:
    """The keys that a condition is about, but for those that name components."""
    names = (reader.full(name) for test in condition.when for name in test.expression.names)
    end = None if condition.place is None else len(condition.place) + 1
    return frozenset(name[:end] for name in names if name[-1] != COMPONENT)


def _report(condition: Condition, reader: CaseReader) -> Iterator[Diagnostic]:
    # Few hold, so that what reports them is not imported before.
    if condition.place is not None:
        from tcwc.torchtune.knowledge.condition.refused import refused

        found = refused(condition, reader)
        yield from [found] if found is not None else []
        return
    from tcwc.torchtune.knowledge.condition.report import report

    yield from report(condition, reader)


def _concerns(context: Context) -> Callable[[str], bool]:
    """Whether what a condition asks mentions what the author sets; all where the base is his."""
    experiment = context.experiment
    if experiment.base.is_file:
        return bool
    from tcwc.torchtune.knowledge.condition.model import SECTION

    words: set[str] = set()
    sections: set[str] = {SECTION}
    for each in assignments(experiment):
        words |= {str(each.path[-1]), *_keys(each.value)}
        sections |= {".".join(map(str, each.path[:n])) for n in range(1, len(each.path))}
    named = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")
    whole = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, sections))})(?![\w.])")

    def concerns(asked: str) -> bool:
        # A plain search takes a quarter of the pattern's time, and settles nine lines of ten.
        if any(word in asked for word in words) and named.search(asked):
            return True
        when = asked.partition('", "')[0]  # the rest lists sections, which are no paths
        return whole.search(when) is not None

    return concerns


def _keys(value: Value) -> Iterator[str]:
    """All keys in a value, at any depth."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from _keys(each)


def _constant(experiment: Experiment) -> Case | None:
    """What is the same in all runs; None where that cannot be merged."""
    try:
        shared = merge(experiment.base.values, experiment.constants)
    except Conflict:
        return None
    return Case(shared, experiment.constants, tuple(map(every_level, experiment.columns)))


class _Groups:
    """Conditions by the factors that they depend on, so that these are combined once for all."""

    def __init__(self, context: Context, constant: Case) -> None:
        from tcwc.torchtune.knowledge.condition.reader import CaseReader

        self._experiment = context.experiment
        self._constant = constant
        self._reader = CaseReader(context, constant)
        self._touched = _touched(context.experiment)
        self._alone: list[Condition] = []
        self._by_factors: dict[tuple[int, ...], tuple[list[Path], list[Condition]]] = {}

    def add(self, condition: Condition) -> None:
        """Put a condition to its like, unless it holds in no run whatever the factors say."""
        for relevant, paths in _needed(condition, self._reader, self._touched):
            if not relevant:
                self._alone.append(condition)
                continue
            group = self._by_factors.setdefault(relevant, ([], []))
            group[0].extend(paths)
            group[1].append(condition)

    def cases(self) -> Iterator[tuple[Case, Sequence[Condition]]]:
        """Every combination of levels, with the conditions that depend on just these factors."""
        yield self._constant, self._alone
        for paths, conditions in self._by_factors.values():
            for case in cases(self._experiment, paths):
                yield case, conditions


def _needed(
    condition: Condition, reader: CaseReader, touched: set[str | int]
) -> Iterator[tuple[tuple[int, ...], list[Path]]]:
    """The factors and paths that a condition depends on; nothing where it holds in no run.

    `reader` reads what is constant, `touched` are the top-level keys that factors set.
    """
    from tcwc.torchtune.knowledge.condition.holds import free, holding, needs_all

    if not reader.context.complete and needs_all(condition):
        return
    constant_tests = free(condition, reader, touched)
    if constant_tests and not any(True for _ in holding(condition, reader, constant_tests)):
        return  # whatever the factors say
    paths = list(reader.paths(condition))
    yield _relevant(reader.context.experiment, paths) if touched else (), paths


def _touched(experiment: Experiment) -> set[str | int]:
    """The top-level keys that some level sets, in whole or in part."""
    return {path[0] for column in experiment.columns for path in paths_of(column)}


def _relevant(experiment: Experiment, paths: list[Path]) -> tuple[int, ...]:
    return tuple(i for i, each in enumerate(experiment.columns) if touches(each, paths))
