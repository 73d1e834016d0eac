"""Checks of the levels of one variable: alike in effect, moving as one, or spaced badly."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice, pairwise

from tcwc.config.canonical import canonical_json
from tcwc.config.merge import Conflict, lookup, merge, merge_what_fits
from tcwc.config.walk import is_number
from tcwc.lint.assigned import paths_of
from tcwc.lint.context import Context
from tcwc.lint.stopwatch import timed
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.ir import Experiment, Factor, Level, Path, Value, format_path
from tcwc.model.rules import EQUIVALENT_LEVELS, EVEN_RATES, MOVES_TOGETHER, SAME_CONFIG

_REFERENCE = "${"
_MAX_STEPS = 20
_MAX_LEVELS = 20_000
_MAX_KEYS = 30
_MAX_RUNS = 2_000
"""Runs whose whole configs are compared."""

_RATES = 4
"""Learning rates from which on it is looked how they are spaced: three may be ends and a middle."""
_DECADE = 10
_EVEN = 1.1
"""Up to this ratio steps count as equal: 1e-5, 2.5e-4, 5e-4 is an even spacing, rounded."""

_PAIRED = (
    frozenset(("lora_rank", "lora_alpha")),
    frozenset(("batch_size", "gradient_accumulation_steps")),
)
"""Keys that are moved together on purpose: their ratio or product is what stays."""


def check_levels(context: Context) -> Iterator[Diagnostic]:
    """Findings about levels; the product of the variables is not expanded.

    No two variables of an experiment without errors set one path, so two runs are the same config
    exactly where the levels of some variable make the same config by themselves.
    """
    watch = context.watch
    for factor in context.experiment.factors:
        if len(factor.levels) > 1:
            if context.experiment.cells.is_grid:
                yield from timed(watch, _same(context.experiment, factor), SAME_CONFIG)
            yield from timed(watch, _equivalent(factor), EQUIVALENT_LEVELS)
            if not factor.is_arm:  # an arm says that its keys move together
                yield from timed(watch, _together(factor), MOVES_TOGETHER)
            yield from timed(watch, _even_rates(factor), EVEN_RATES)
    if not context.experiment.cells.is_grid:
        yield from timed(watch, _same_runs(context.experiment), SAME_CONFIG)


def _same(experiment: Experiment, factor: Factor) -> Iterator[Diagnostic]:
    tops = {str(path[0]) for path in paths_of(factor)}
    constants = experiment.constants
    shared = merge(experiment.base.values, constants)
    first: dict[str, Level] = {}
    for level in factor.levels[:_MAX_LEVELS]:
        try:
            config = merge(shared, level.assignments)
        except Conflict:
            continue
        made = {top: _resolved(config.get(top), config) for top in tops if top in config}
        known = first.setdefault(canonical_json(made), level)
        if known is not level:
            yield finding(
                SAME_CONFIG,
                level.span,
                f"this level of `{factor.name}` makes the same config as an earlier one, so runs "
                "with either are one run done twice",
                help="remove it; what a level leaves out has the value of base and controls",
                labels=(Label(known.span, "the same config"),),
            )


def _same_runs(experiment: Experiment) -> Iterator[Diagnostic]:
    """The first two runs of one config, where a run is more than its levels side by side."""
    shared = merge_what_fits(experiment.base.values, experiment.constants)
    first: dict[str, int] = {}
    for place, cell in enumerate(islice(experiment.cells, _MAX_RUNS)):
        chosen = zip(experiment.columns, cell, strict=True)
        config = merge_what_fits(shared, (a for column, i in chosen for a in column.assigned(i)))
        known = first.setdefault(canonical_json(_resolved(config, config)), place)
        if known != place:
            yield finding(
                SAME_CONFIG,
                experiment.factors[-1].span,
                f"runs {known} and {place} of the design have other levels and the same config, so "
                "one run is done twice",
                help="exclude one of the two, or remove the level that changes nothing",
            )
            return


def _resolved(value: Value, config: dict[str, Value], steps: int = 0) -> Value:
    """A value with each text that is one whole `${path}` replaced by what it names."""
    if isinstance(value, dict):
        return {key: _resolved(item, config, steps) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, config, steps) for item in value]
    if not isinstance(value, str) or not value.startswith(_REFERENCE) or steps > _MAX_STEPS:
        return value
    name = value[2:-1].strip()
    if not value.endswith("}") or any(char in name for char in "${}:["):
        return value
    there, target = lookup(config, tuple(name.split(".")))
    return _resolved(target, config, steps + 1) if there else value


def _equivalent(factor: Factor) -> Iterator[Diagnostic]:
    """Levels that are written differently and do the same."""
    if factor.path != ("clip_grad_norm",):
        return
    unclipped = [level for level in factor.levels if level.value in (None, float("inf"), "inf")]
    for level in unclipped[1:]:
        yield finding(
            EQUIVALENT_LEVELS,
            level.span,
            "`clip_grad_norm` inf clips nothing, as null does: it only logs the norm",
            help="keep inf for the runs without clipping, and remove null",
            labels=(Label(unclipped[0].span, "trains the same weights"),),
        )


def _together(factor: Factor) -> Iterator[Diagnostic]:
    """Numbers that differ in the same way over all levels, so that neither's effect shows."""
    columns = _columns(factor)
    if any(path[-1] == "_component_" for path in columns) or len(columns) < 2:
        return
    alike = [
        (a, b)
        for a, b in combinations(list(columns)[:_MAX_KEYS], 2)
        if len(set(zip(columns[a], columns[b], strict=True)))
        == len(set(columns[a]))
        == len(set(columns[b]))
        and frozenset((a[-1], b[-1])) not in _PAIRED
    ]
    if alike:
        a, b = alike[0]
        yield finding(
            MOVES_TOGETHER,
            factor.span,
            f"`{format_path(a)}` and `{format_path(b)}` change together in every level of "
            f"`{factor.name}`, so a difference cannot be told to be of one or the other",
            help="vary them as two variables, or add levels in which only one of them changes",
        )


def _even_rates(factor: Factor) -> Iterator[Diagnostic]:
    """Learning rates at equal distances over more than a decade: nearly all near the upper end."""
    rates = sorted(_positive(level.value) for level in factor.levels)
    if factor.path[-1] != "lr" or len(rates) < _RATES or not rates[0]:
        return
    steps = [high - low for low, high in pairwise(rates)]
    if rates[-1] <= _DECADE * rates[0] or max(steps) > _EVEN * min(steps):
        return
    ratio = rates[-1] / rates[0]
    better = [rates[0] * ratio ** (n / len(steps)) for n in range(len(rates))]
    yield finding(
        EVEN_RATES,
        factor.span,
        f"the levels of `{factor.name}` lie at equal distances from {rates[0]:g} to {rates[-1]:g}, "
        f"so the lowest two differ {rates[1] / rates[0]:.3g}-fold and the highest two "
        f"{rates[-1] / rates[-2]:.3g}-fold",
        help=f"space them by a factor: [{', '.join(f'{rate:.2g}' for rate in better)}]",
    )


def _positive(value: Value) -> float:
    """A positive number; 0 for all else."""
    return max(0.0, float(value)) if is_number(value) else 0.0


def _columns(factor: Factor) -> dict[Path, list[str]]:
    """The values that each path takes over the levels, of those that all levels set and vary."""
    made = [{a.path: canonical_json(a.value) for a in level.assignments} for level in factor.levels]
    columns = {path: [each[path] for each in made] for path in made[0] if _in_all(path, made)}
    return {path: column for path, column in columns.items() if len(set(column)) > 1}


def _in_all(path: Path, made: list[dict[Path, str]]) -> bool:
    return all(path in each for each in made)
