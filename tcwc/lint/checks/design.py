"""Checks of the design: what sections and factors say of one path, and how many runs there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tcwc.config.canonical import flow
from tcwc.config.merge import Conflict, deletes_item, lookup, merge_what_fits, merges_nothing
from tcwc.lint.context import Context
from tcwc.lint.variants import Variant
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.ir import Assignment, Experiment, Factor, Path, Value, format_path
from tcwc.model.rules import (
    BAD_OPERATOR,
    DUPLICATE_KEY,
    NO_SUCH_INDEX,
    PREFIX_FACTORS,
    SHAPE_CONFLICT,
)

_MAX_TOGETHER = 100_000
"""Combinations of levels that are looked at to find a run that meets two conditions."""


def check_constants(context: Context) -> Iterator[Diagnostic]:
    """Paths that are constant under two sections."""
    experiment = context.experiment
    first = {each.path: each for each in experiment.controls}
    for each in experiment.engineering:
        if each.path in first:
            yield finding(
                DUPLICATE_KEY,
                each.key_span,
                f"`{format_path(each.path)}` is set under controls and under engineering",
                help="keep it under controls if it can change the result, else under engineering",
                labels=(Label(first[each.path].key_span, "first set here"),),
            )


def check_columns(context: Context) -> Iterator[Diagnostic]:
    """Two columns that set one path: which of the two would win is anybody's guess."""
    experiment = context.experiment
    together = _Together(experiment)
    made = list(_set_by_columns(experiment))
    whole: dict[Path, dict[str, Factor]] = {}
    counted: dict[Path, dict[str, Factor]] = {}
    for each, column in made:
        if deletes_item(each):
            counted.setdefault(each.path[:-1], {})[column.name] = column
    reported: set[tuple[str, str]] = set()
    # Short paths first: what is set as a whole is known before a part of it is looked at.
    for each, column in sorted(made, key=lambda pair: len(pair[0].path)):
        path = each.path
        sections = [path[:length] for length in range(1, len(path) + 1)]
        others = [*_those(whole, sections, path), *_those(counted, sections[:-1], ())]
        whole.setdefault(path, {})[column.name] = column
        for at, other in others:
            pair = (column.name, other.name)
            if other is not column and pair not in reported and together.meet(column, other):
                reported |= {pair, pair[::-1]}
                yield _set_by_both(experiment, at, column, other)


def _those(
    known: dict[Path, dict[str, Factor]], sections: list[Path], path: Path
) -> Iterator[tuple[Path, Factor]]:
    """The columns known at sections, each with `path`, or else with the section."""
    for section in sections:
        for column in known.get(section, {}).values():
            yield path or section, column


def _set_by_columns(experiment: Experiment) -> Iterator[tuple[Assignment, Factor]]:
    """What the columns assign, each path once; an empty mapping over a section assigns nothing."""
    shared: dict[str, Value] | None = None
    for column in experiment.columns:
        made = (a for level in column.levels for a in level.assignments)
        for each in {(a.path, a.op, a.value == {}): a for a in made}.values():
            if each.value == {}:
                shared = shared or merge_what_fits(experiment.base.values, experiment.constants)
                if merges_nothing(each, shared):
                    continue
            yield each, column


class _Together:
    """Whether two columns of an experiment are set in one run."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._holding: Mapping[int, int] | None = None

    def meet(self, one: Factor, other: Factor) -> bool:
        """Whether some run sets both; those of rows of `include` only may never be.

        What a factor sets, or what is computed, wins over the constants of some runs.
        """
        if one.is_constant != other.is_constant:
            return False
        if one.is_constant:
            return self._hold(one, other)
        if one.size or other.size or not (one.spare and other.spare):
            return True
        factors, rows = self._experiment.factors, self._experiment.design.rows
        at, of = (next(i for i, f in enumerate(factors) if f is x) for x in (one, other))
        return any(None not in (row.levels[at], row.levels[of]) for row in rows)

    def _hold(self, one: Factor, other: Factor) -> bool:
        """Whether the conditions of two groups of constants hold in one run."""
        columns, cells = self._experiment.columns, self._experiment.cells
        at = [i for i, each in enumerate(columns) if each is one or each is other]
        if len(cells) > _MAX_TOGETHER:
            return any(None not in levels for levels in cells.projections(at, _MAX_TOGETHER))
        if self._holding is None:
            self._holding = self._where_all_hold()
        return bool(self._holding[at[0]] & self._holding[at[1]])

    def _where_all_hold(self) -> Mapping[int, int]:
        """By column of constants, the runs in which its condition holds, a bit for each."""
        columns = [i for i, each in enumerate(self._experiment.columns) if each.is_constant]
        holding = dict.fromkeys(columns, 0)
        for place, levels in enumerate(self._experiment.cells.projections(columns, _MAX_TOGETHER)):
            for column, level in zip(columns, levels, strict=True):
                if level is not None:
                    holding[column] |= 1 << place
        return holding


def _set_by_both(experiment: Experiment, path: Path, one: Factor, other: Factor) -> Diagnostic:
    early, late = (each for each in experiment.columns if each is one or each is other)
    name = format_path(path)
    if early.is_constant:
        return finding(
            PREFIX_FACTORS,
            late.span,
            f"`{name}` is set where `{late.name}` holds, and where `{early.name}` does, and in "
            "some run both hold",
            help="let the two conditions exclude each other, or set it under one of them",
            labels=(Label(early.span, "the other condition"),),
        )
    help = f"vary `{name}` within the levels of `{early.name}`, or take it out of them"
    if late.is_arm or early.is_arm:
        help = f"keep `{name}` in one of the two"
    if any(late is each for each in experiment.derived):
        help = "compute it, or set it: take it out of one of the two"
    what = f"`{late.name}`" if late.name == name else f"`{name}` of `{late.name}`"
    return finding(
        PREFIX_FACTORS,
        late.span,
        f"{what} is set by {kind_of(experiment, early)} `{early.name}` too",
        help=help,
        labels=(Label(early.span, "also set here"),),
    )


def kind_of(experiment: Experiment, column: Factor) -> str:
    """What a column is called in a sentence."""
    if any(column is each for each in experiment.derived):
        return "the derived value"
    if not column.size and column.spare:
        return "a row of `include`:"
    return "the arm" if column.is_arm else "the variable"


def check_merges(context: Context, variant: Variant) -> Iterator[Diagnostic]:
    """A finding for each assignment that does not fit what it is merged into; one for each list
    that a mapping is merged into."""
    over: dict[Path, list[Assignment]] = {}
    for assignment, conflict in variant.conflicts:
        there = lookup(variant.config, conflict.over)[1] if conflict.over else None
        if conflict.over and _gives_way(context, conflict.over, there):
            over.setdefault(conflict.over, []).append(assignment)
        else:
            yield _conflict(assignment, conflict)
    for path, made in over.items():
        yield _over(context, path, made, lookup(variant.config, path)[1])


def _holds(factor: Factor, assignment: Assignment) -> bool:
    return any(each is assignment for level in factor.levels for each in level.assignments)


def _whole(path: Path, made: Iterable[Assignment]) -> str:
    """What assignments set below a path, as a mapping; another value that one sets there."""
    inside = {format_path(a.path[len(path) :]): flow(a.value) for a in made if a.path != path}
    at = [flow(each.value) for each in made if each.path == path]
    return at[0] if at else f"{{{', '.join(f'{key}: {text}' for key, text in inside.items())}}}"


def _gives_way(context: Context, path: Path, there: Value) -> bool:
    """Whether keys that are set to a list, or to one value, may be meant in its place: not where
    one of its items is a section, as each is told which item; nor where no mapping is read."""
    if isinstance(there, list):
        return not any(isinstance(item, dict) for item in there)
    return "mapping" in context.wanted(path).kinds


def _over(context: Context, path: Path, made: list[Assignment], there: Value) -> Diagnostic:
    """Keys that are set to a list, or to one value: it gives way as a whole, or stays."""
    name = format_path(path)
    factor = next((f for f in context.experiment.columns if _holds(f, made[0])), None)
    levels = [level.assignments for level in factor.levels] if factor else []
    wholes = [_whole(path, each) for each in levels or [tuple(made)]]
    whole = f"[{', '.join(wholes)}]" if levels else wholes[0]
    help = f"write `={name}: {whole}`, with `=`, to replace the list"
    if not {"mapping", "any"} & set(context.wanted(path).kinds):
        help = f"write it as a list: `{name}: [...]`"
    if not isinstance(there, list):
        help = help.replace("the list", "the one value")
    shown = "a list" if isinstance(there, list) else flow(there)
    what = f"`{name}` is {shown}, and keys cannot be merged into it"
    return finding(SHAPE_CONFLICT, made[0].key_span, what, help=help)


def _conflict(assignment: Assignment, conflict: Conflict) -> Diagnostic:
    rule = BAD_OPERATOR if conflict.absent else SHAPE_CONFLICT
    return finding(
        NO_SUCH_INDEX if conflict.index else rule,
        assignment.key_span,
        conflict.message,
        help=conflict.help,
    )
