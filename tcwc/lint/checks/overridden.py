"""Checks of constants that a factor sets, so that no run has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from tcwc.config.merge import lookup
from tcwc.lint.checks.design import kind_of
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic, Label, finding, remove_at
from tcwc.model.ir import Assignment, Experiment, Factor, Op, Path, format_path
from tcwc.model.rules import CONTROL_OVERRIDDEN
from tcwc.model.words import listed


def check_overridden(context: Context) -> Iterator[Diagnostic]:
    """Constants that a variable sets in some run, so that they are none."""
    experiment = context.experiment
    constants: dict[Path, Assignment] = {a.path: a for a in experiment.constants}
    for group in experiment.conditional:
        constants |= {a.path: a for a in group.levels[0].assignments}
    for factor in experiment.columns:
        if (not factor.size and factor.spare) or factor.is_constant:
            continue  # a row of `include` that sets more than the factors means it
        made = [a for level in factor.levels for a in level.assignments]
        times = Counter(each.path for each in made)
        for each in {a.path: a for a in made if a.op is not Op.DELETE}.values():  # said on purpose
            path, constant = each.path, constants.get(each.path)
            if constant is not None and not _merges(each, constant):
                kind = kind_of(experiment, factor)
                yield finding(
                    CONTROL_OVERRIDDEN,
                    constant.key_span,
                    f"`{format_path(path)}` is constant here, and {kind} `{factor.name}` sets it; "
                    f"{kind} wins",
                    help=_remove_one(factor),
                    # Where a run has none of these levels, or one without it, the constant counts.
                    fix=remove_at(constant.key_span)
                    if factor.when is None and times[path] == len(factor.levels)
                    else None,
                    labels=(Label(factor.span, f"{kind} that sets it"),),
                )
        if factor.models:
            always = [path for path, n in times.items() if n == len(factor.levels)]
            yield from _within(experiment, factor, constants, always)


def _within(
    experiment: Experiment,
    factor: Factor,
    constants: Mapping[Path, Assignment],
    paths: Iterable[Path],
) -> Iterator[Diagnostic]:
    """Values of sections that are constant as a whole (`=tokenizer: {...}`), and that levels which
    are configs set. (A variable of the author's own is seen to vary such a section.)"""
    found: dict[Path, dict[str, None]] = {}
    for path in paths:
        above = next((path[:n] for n in range(len(path) - 1, 0, -1) if path[:n] in constants), ())
        if above and lookup(constants[above].value, path[len(above) :])[0]:
            found.setdefault(above, {})[format_path(path)] = None
    kind = kind_of(experiment, factor)
    for above, names in found.items():
        be, it = ("is", "it") if len(names) == 1 else ("are", "them")
        yield finding(
            CONTROL_OVERRIDDEN,
            constants[above].key_span,
            f"{listed([*names])} {be} constant here, and {kind} `{factor.name}` sets {it}; "
            f"{kind} wins",
            help=_remove_one(factor, it),
            labels=(Label(factor.span, f"{kind} that sets {it}"),),
        )


def _remove_one(factor: Factor, it: str = "it") -> str:
    """How a path comes to be set once, that is constant and set by a factor."""
    if factor.models:  # of a level that is a config nothing can be taken out
        return f"remove {it} here; where the weights of all levels lie is `models:` of the arm"
    return f"remove {it} here, or there"


def _merges(assignment: Assignment, constant: Assignment) -> bool:
    """Whether an assignment adds to a section that is constant, and takes nothing from it."""
    both = isinstance(assignment.value, dict) and isinstance(constant.value, dict)
    return both and assignment.op is Op.SET
