"""Runs that are one config under several names."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from tcwc.config.canonical import canonical_json
from tcwc.config.merge import Conflict, lookup, merge, merge_what_fits
from tcwc.lint.assigned import paths_of
from tcwc.lint.context import Context
from tcwc.lint.naming import both
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.ir import Factor, Level, Value, assigned
from tcwc.model.rules import SAME_CONFIG

_REFERENCE = "${"
# References that go round in a circle end here; they have a finding of their own.
_MAX_STEPS = 20
_MAX_LEVELS = 20_000
_MAX_RUNS = 2_000
"""Runs whose whole configs are compared."""


def check_same_levels(context: Context, factor: Factor, _: object) -> Iterator[Diagnostic]:
    """Levels of one variable that make the same config; the product is not expanded.

    No two variables of an experiment without errors set one path, so in a grid two runs are the
    same config exactly where the levels of some variable make the same config by themselves.
    """
    experiment = context.experiment
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
                help="remove it; "
                + (
                    "of a config that is a level the model counts, and not how it trains that"
                    if factor.models
                    else "what a level leaves out has the value of base and controls"
                ),
                labels=(Label(known.span, "the same config"),),
            )


def check_same_runs(context: Context) -> Iterator[Diagnostic]:
    """The first two runs of one config, where a run is more than its levels side by side."""
    experiment = context.experiment
    shared = merge_what_fits(experiment.base.values, experiment.constants)
    first: dict[str, int] = {}
    for place, cell in enumerate(islice(experiment.cells, _MAX_RUNS)):
        config = merge_what_fits(shared, assigned(experiment.columns, cell))
        known = first.setdefault(canonical_json(_resolved(config, config)), place)
        if known != place:
            yield finding(
                SAME_CONFIG,
                experiment.factors[-1].span,
                f"{both(experiment, known, place)} have other levels and the same config, so one "
                "run is done twice",
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
    # Nothing but one plain path: what a resolver gives is not known before the run.
    if not value.endswith("}") or any(char in name for char in "${}:["):
        return value
    there, target = lookup(config, tuple(name.split(".")))
    return _resolved(target, config, steps + 1) if there else value
