"""What one run needs: the needs of all, and those of each condition that holds for its config."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tcwc.config.interpolation.reading import value_at
from tcwc.expressions.holding import holds
from tcwc.model.design import Formula
from tcwc.model.frozen import replace
from tcwc.model.problem import Problem
from tcwc.model.resources import Needs, Resources, Samples
from tcwc.model.values import Path, Scalar, Value

_NO_ARMS: Mapping[Path, Scalar] = {}


class NoNeeds(Problem):
    """What a run needs cannot be told: a condition has no answer, or two say one need."""


def needs_of(
    resources: Resources | None,
    config: dict[str, Value],
    arms: Mapping[Path, Scalar] = _NO_ARMS,
) -> Needs:
    """What a run of a config needs; `arms` are the names of its levels of arms, by their paths.

    A condition that holds goes over what all runs need. Raises NoNeeds; `tcwc lint` finds before
    what leads to that.
    """
    if resources is None:
        return Needs()
    said: dict[str, Any] = {}
    for case in resources.cases:
        if is_met(case.condition, config, arms):
            for name in case.spans:
                if name in said:
                    message = f"two conditions of `resources:` that hold for one run say `{name}`"
                    raise NoNeeds(message, "join one of them with `and not`")
                said[name] = getattr(case.needs, name)
    return replace(resources.needs, **said) if said else resources.needs


def samples_of(
    samples: Samples | None,
    config: dict[str, Value],
    arms: Mapping[Path, Scalar] = _NO_ARMS,
) -> int | None:
    """How many samples the data of a run have; None where nothing says. Raises NoNeeds."""
    if samples is None:
        return None
    met = [count for formula, count in samples.cases if is_met(formula, config, arms)]
    if len(met) > 1:
        message = "two conditions of `samples:` hold for one run"
        raise NoNeeds(message, "join one of them with `and not`")
    return met[0] if met else samples.count


def is_met(
    formula: Formula, config: dict[str, Value], arms: Mapping[Path, Scalar] = _NO_ARMS
) -> bool:
    """Whether a condition holds for a run. Raises NoNeeds where it has no answer."""

    def read(path: Path) -> tuple[bool, Value]:
        return (True, arms[path]) if path in arms else value_at(config, path)

    found = holds(formula, read)
    if isinstance(found, bool):
        return found
    raise NoNeeds(f"`{formula.text}` has no answer for a run: {found.message}", found.help)
