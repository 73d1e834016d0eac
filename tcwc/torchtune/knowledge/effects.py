"""Variables that a recipe cannot feel: their levels train the same weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tcwc.config.walk import component_sections, leaves
from tcwc.lint.assigned import paths_of
from tcwc.lint.cases import Case, Levels, cases
from tcwc.lint.context import Context
from tcwc.lint.variants import describe_runs
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.ir import Experiment, Factor, Path, Value, format_path, overlap
from tcwc.model.rules import INEFFECTIVE_VARIABLE, WITHIN_SEED_NOISE
from tcwc.torchtune.keys import COMPONENT

_TRUSTED = ("torchtune.", "torch.", "torchao.", "bitsandbytes.")
"""Packages whose components draw random numbers only where a dropout or a rounding says so."""

_RANDOM = "randomness"


def check_without_effect(context: Context, factor: Factor, _: object) -> Iterator[Diagnostic]:
    """Variables without effect, in all runs or in some."""
    for entry in context.catalogue.relations("without_effect"):
        yield from _without_effect(context, factor, entry)


def draws_random_numbers(context: Context) -> bool:
    """Whether the seed can change what the runs of an experiment train, as far as is known."""
    experiment = context.experiment
    entries = context.catalogue.relations("without_effect")
    seedless = {r for entry in entries if entry["key"] == "seed" for r in entry["recipes"]}
    if experiment.recipe not in seedless:
        return True
    varied = [p for factor in experiment.factors for p in paths_of(factor)]
    return any(
        _random(case.config) for case in cases(experiment, [p for p in varied if _matters(p)])
    )


def _without_effect(
    context: Context, factor: Factor, entry: Mapping[str, Any]
) -> Iterator[Diagnostic]:
    experiment = context.experiment
    key: Path = tuple(entry["key"].split("."))
    if "recipes" in entry and experiment.recipe not in entry["recipes"]:
        return
    if not all(path[: len(key)] == key for path in paths_of(factor)):
        return
    idle, other = _split(experiment, entry["when"])
    if not idle:
        return
    runs = describe_runs(experiment, idle) if other else ""
    where = "in these runs" if other else "here"
    yield finding(
        INEFFECTIVE_VARIABLE,
        factor.span,
        f"the variable `{factor.name}` changes nothing {where}: {entry['because']}, so its "
        f"{len(factor.levels)} levels give the same weights",
        help=entry["help"],
        runs=runs,
    )


def _split(experiment: Experiment, when: Mapping[str, Value]) -> tuple[list[Levels], bool]:
    """The levels of the runs in which a condition holds, and whether there are others."""
    named = [tuple(name.split(".")) for name in when if name != _RANDOM]
    paths: list[Path] = [path for path in named if path]
    if _RANDOM in when:
        varied = [p for each in experiment.factors for p in paths_of(each)]
        paths += [p for p in varied if _matters(p)]
    idle, other = [], False
    for case in cases(experiment, paths):
        if _holds(case, when):
            idle.append(case.levels)
        else:
            other = True
    return idle, other


def _holds(case: Case, when: Mapping[str, Value]) -> bool:
    for name, wanted in when.items():
        if name == _RANDOM:
            if _random(case.config):
                return False
            continue
        value = case.value(tuple(name.split(".")))
        if wanted is False and value is None:
            continue  # not there, or null
        if value != wanted or isinstance(value, bool) != isinstance(wanted, bool):
            return False
    return True


def _matters(path: Path) -> bool:
    """Whether a path can decide about random numbers."""
    last = str(path[-1])
    return (
        last == "_component_"
        or "dropout" in last
        or last == "bf16_stochastic_round"
        or (len(path) == 1 and path[0] in ("model", "optimizer", "dataset", "loss"))
    )


def _random(config: dict[str, Value]) -> bool:
    """Whether a config draws random numbers in training, or may: what is not known may."""
    if any(not name.startswith(_TRUSTED) for _, name in component_sections(config, COMPONENT)):
        return True
    for path, value in leaves(config):
        last = str(path[-1])
        if ("dropout" in last or last == "bf16_stochastic_round") and value not in (0, None, False):
            return True
    return False


def check_within_noise(context: Context, factor: Factor, _: object) -> Iterator[Diagnostic]:
    """Variables whose effect is of the size of another seed's, over a single seed."""
    experiment = context.experiment
    if any(overlap(p, ("seed",)) for each in experiment.factors for p in paths_of(each)):
        return
    for entry in context.catalogue.relations("within_seed_noise"):
        key: Path = tuple(entry["key"].split("."))
        if list(paths_of(factor)) != [key] or experiment.recipe not in entry["recipes"]:
            continue
        yield finding(
            WITHIN_SEED_NOISE,
            factor.span,
            f"one run for each level of `{format_path(key)}` cannot show its effect: "
            f"{entry['because']}",
            help="repeat with seeds: `seed: [1, 2, 3]` under `variables:`",
        )
