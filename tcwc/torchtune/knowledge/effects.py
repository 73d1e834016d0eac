"""Variables that a recipe cannot feel: their levels train the same weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from tcwc.config.merge import lookup
from tcwc.config.walk import component_sections, leaves
from tcwc.lint.assigned import paths_of
from tcwc.lint.cases import Levels, cases
from tcwc.lint.context import Context
from tcwc.lint.variants import describe_runs
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.ir import Experiment, Factor, Path, Value, format_path, overlap
from tcwc.model.rules import INEFFECTIVE_VARIABLE, SAMPLED_SEEDS, WITHIN_SEED_NOISE
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.known import catalogue

_TRUSTED = ("torchtune.", "torch.", "torchao.", "bitsandbytes.")
"""Packages whose components draw random numbers only where a dropout or a rounding says so."""

ARGUMENTS = {"random": (0, 0)}
"""The function that `when` has in relations.json beside those of every expression: whether the
config draws random numbers."""


def check_without_effect(context: Context, factor: Factor, _: object) -> Iterator[Diagnostic]:
    """Variables without effect, in all runs or in some."""
    for entry in catalogue(context).relations("without_effect"):
        yield from _without_effect(context, factor, entry)


def draws_random_numbers(context: Context) -> bool:
    """Whether the seed can change what the runs of an experiment train, as far as is known."""
    experiment, known = context.experiment, catalogue(context)
    about_seeds = (
        known.tree(entry["when"])
        for entry in known.relations("without_effect")
        if entry["key"] == "seed" and experiment.recipe in entry["recipes"]
    )
    return all(other for _, other in (_split(experiment, when) for when in about_seeds))


def _without_effect(
    context: Context, factor: Factor, entry: Mapping[str, Any]
) -> Iterator[Diagnostic]:
    experiment = context.experiment
    key: Path = tuple(entry["key"].split("."))
    if experiment.recipe not in entry["recipes"]:
        return
    if not all(path[: len(key)] == key for path in paths_of(factor)):
        return
    idle, other = _split(experiment, catalogue(context).tree(entry["when"]))
    if not idle or (other and entry["key"] in entry["when"]):
        return  # where its own levels decide, one that does not meet it differs from the others
    runs = describe_runs(experiment, idle) if other else ""
    where = "in these runs" if other else "here"
    yield finding(
        INEFFECTIVE_VARIABLE,
        factor.span,
        f"the variable `{factor.name}` changes nothing {where}: {entry['because']}, so its "
        f"{len(factor.levels)} levels give the same {entry.get('same', 'weights')}",
        help=entry["help"],
        runs=runs,
    )


def _split(experiment: Experiment, when: str) -> tuple[list[Levels], bool]:
    """The levels of the runs in which a parsed condition holds, and whether there are others."""
    from tcwc.expressions.evaluate import Result, evaluate  # few variables have such an entry
    from tcwc.expressions.syntax import calls
    from tcwc.expressions.trees import expression, from_json

    condition = expression(from_json(when))
    paths = list(condition.names)
    if calls(condition.root):
        varied = [p for each in experiment.factors for p in paths_of(each)]
        paths += [p for p in varied if _matters(p)]
    idle, other = [], False
    for case in cases(experiment, paths):
        random = {"random": partial(_random, case.config)}
        if evaluate(condition, partial(lookup, case.config), random) == Result(True):
            idle.append(case.levels)
        else:
            other = True
    return idle, other


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
    for entry in catalogue(context).relations("within_seed_noise"):
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


def check_sampled_seeds(context: Context, factor: Factor, _: object) -> Iterator[Diagnostic]:
    """Seeds among what is sampled: no configuration is repeated with each of them."""
    sample = context.experiment.design.sample
    if factor.path != ("seed",) or sample is None or len(factor.levels) < 2:
        return
    yield finding(
        SAMPLED_SEEDS,
        factor.span,
        f"`sample` takes a seed with each of its {sample.size} runs, as of any variable, so that a "
        "configuration is not repeated with each seed",
        help="to repeat each with every seed, take `seed` out of the variables and build the "
        "experiment once for each, with `seed: 1`, `seed: 2`, ... under `controls:`: the same "
        "`sample` takes the same configurations",
        labels=(Label(sample.span, "the sample"),),
    )
