"""What runs are said to need: conditions that have no answer or meet, and processes that differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tcwc.design.evaluator import nearer
from tcwc.expressions.evaluate import EvaluationError
from tcwc.lint.cases import MAX_CASES, Levels, cases
from tcwc.lint.context import Context
from tcwc.lint.needed import Needed, Said, conditions, met, needed
from tcwc.lint.variants import describe_runs
from tcwc.model.design import Formula
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.rules import (
    DIFFERENT_WORLDS,
    IDLE_CONDITION,
    IDLE_GPUS,
    NO_VALUE,
    SAMPLES_NOT_RUNS,
    TWICE_NEEDED,
)
from tcwc.model.source import Span


def check_needs(context: Context) -> Iterator[Diagnostic]:
    """Conditions of needs that have no answer, or never hold, and two that say one need."""
    yield from _check_conditions(context, conditions(context))
    twice: dict[tuple[Span, Span], tuple[str, Said, Said, list[Levels]]] = {}
    for each in needed(context):
        for name, said in each.said.items():
            one, *others = [every for every in said if every[2] is not None] or [said[0]]
            for other in others[:1]:
                key = (one[1], other[1])
                twice.setdefault(key, (name, one, other, []))[3].append(each.case.levels)
    for name, one, other, levels in twice.values():
        assert one[2] is not None
        assert other[2] is not None
        yield finding(
            TWICE_NEEDED,
            other[1],
            f"`{name}` is said by two conditions that hold in one run",
            help=f"keep them apart: write `not ({one[2].text}) and ({other[2].text})` for this one",
            labels=(Label(one[1], f"said here, where `{one[2].text}`"),),
            runs=describe_runs(context.experiment, levels),
        )


def check_samples(context: Context) -> Iterator[Diagnostic]:
    """The same of how many samples the data have; a number that was meant for the runs."""
    samples = context.experiment.samples
    assert samples is not None
    formulas = [formula for formula, _ in samples.cases]
    yield from _check_conditions(context, formulas)
    yield from _samples_twice(context, formulas)
    runs = len(context.experiment.cells)
    if samples.count is not None and samples.count < runs and "sample" not in context.sections:
        yield finding(
            SAMPLES_NOT_RUNS,
            context.sections["samples"],
            f"`samples: {samples.count}` says how many samples the data have, and draws no runs: "
            f"there are {runs:,}",
            help=f"for {samples.count} runs of the design write `sample: {samples.count}`; if the "
            "data are so few, ignore this here",
        )


def _samples_twice(context: Context, formulas: list[Formula]) -> Iterator[Diagnostic]:
    levels: dict[tuple[int, int], list[Levels]] = {}
    for case in cases(context.experiment, _paths(formulas)):
        holding = [at for at, each in enumerate(formulas) if met(case, each) is True]
        if len(holding) > 1:
            levels.setdefault((holding[0], holding[1]), []).append(case.levels)
    for (first, second), where in levels.items():
        one, other = formulas[first], formulas[second]
        yield finding(
            TWICE_NEEDED,
            other.span,
            "two conditions that hold in one run say how many samples there are",
            help=f"keep them apart: write `not ({one.text}) and ({other.text})` for this one",
            labels=(Label(one.span, "this holds there as well"),),
            runs=describe_runs(context.experiment, where),
        )


def _check_conditions(context: Context, formulas: list[Formula]) -> Iterator[Diagnostic]:
    """Conditions that have no answer in some run, or hold in none."""
    for formula in formulas:
        failed: dict[str, tuple[EvaluationError, list[Levels]]] = {}
        ever = False
        for case in cases(context.experiment, formula.names.values()):
            found = met(case, formula)
            if isinstance(found, bool):
                ever = ever or found
                continue
            if found.missing is not None:
                found = nearer(found, found.missing, case.config)
            failed.setdefault(found.message, (found, []))[1].append(case.levels)
        for problem, levels in failed.values():
            runs = describe_runs(context.experiment, levels)
            at = formula.part(*problem.place)
            yield finding(NO_VALUE, at, problem.message, help=problem.help, runs=runs)
        if not (ever or failed) and len(context.experiment.cells) <= MAX_CASES:
            message = "this holds in no run, so nothing comes of it"
            help = "compare it with what the runs have, or remove it"
            yield finding(IDLE_CONDITION, formula.span, message, help=help)


def check_processes(context: Context) -> Iterator[Diagnostic]:
    """GPUs and nodes against what the recipe makes of them, and runs with different worlds."""
    recipe = context.recipe
    assert recipe is not None
    every = [each for each in needed(context) if {"gpus", "nodes"} & each.said.keys()]
    if recipe.distributed:
        yield from _alone(context, every)
        yield from _different_worlds(context)
    else:
        yield from _idle(context, every)


def _idle(context: Context, every: Iterable[Needed]) -> Iterator[Diagnostic]:
    """Devices beside the one that a recipe uses."""
    for name in ("gpus", "nodes"):
        for span, (number, levels) in _numbers(every, name).items():
            if number > 1:
                what = "GPU" if name == "gpus" else "node"
                yield finding(
                    IDLE_GPUS,
                    span,
                    f"{context.experiment.recipe} runs as one process on one GPU: of {number} "
                    f"{what}s {number - 1} would be reserved and do nothing",
                    help=f"write `{name}: 1`, or take a base and recipe for several GPUs "
                    f"(`{context.experiment.target.lister}`)",
                    runs=describe_runs(context.experiment, levels),
                )


def _alone(context: Context, every: Iterable[Needed]) -> Iterator[Diagnostic]:
    """One process of a recipe that is made for several."""
    alone = [each for each in every if _world(each) == (1, 1)]
    if alone:
        levels = [each.case.levels for each in alone]
        yield finding(
            IDLE_GPUS,
            alone[0].place("gpus", "nodes"),
            f"{context.experiment.recipe} is made for several processes, and with one GPU it runs "
            "as one: there is nothing to share among them",
            help="write how many GPUs a node gives, `gpus: 2`, or take a base and recipe for one "
            f"GPU (`{context.experiment.target.lister}`)",
            runs=describe_runs(context.experiment, levels),
        )


def _numbers(every: Iterable[Needed], name: str) -> dict[Span, tuple[int, list[Levels]]]:
    """The numbers of a need by where they stand, with the runs that they are for."""
    found: dict[Span, tuple[int, list[Levels]]] = {}
    for each in every:
        number = each.number(name)
        if number is not None:
            found.setdefault(each.place(name), (number, []))[1].append(each.case.levels)
    return found


def _world(each: Needed) -> tuple[int, int | None]:
    """Nodes, and the processes of each; None where the base, or a guess, says how many."""
    return each.number("nodes") or 1, each.number("gpus")


def _different_worlds(context: Context) -> Iterator[Diagnostic]:
    """Runs that are to be compared and have different numbers of processes."""
    met: dict[str, Needed] = {}
    for each in needed(context):
        nodes, gpus = _world(each)
        size = f"{nodes * gpus}" if gpus else f"{nodes} x what the base says"
        met.setdefault(size, each)
    if len(met) < 2:
        return
    last = list(met.values())[-1]
    sizes = " and ".join([", ".join(list(met)[:-1]), list(met)[-1]])
    yield finding(
        DIFFERENT_WORLDS,
        last.place("gpus", "nodes") if {"gpus", "nodes"} & last.said.keys() else context.start,
        f"runs of this design have different numbers of processes, {sizes}: that multiplies the "
        "batch of a step and shortens the epoch, so that what is compared is that as well",
        help="give all runs the same `gpus` and `nodes`, or write an experiment for each",
    )


def _paths(formulas: Iterable[Formula]) -> Iterator[tuple[str | int, ...]]:
    return (path for each in formulas for path in each.names.values())
