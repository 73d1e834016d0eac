"""Epochs that are to be evaluated: those that no run has, and those that some runs lack."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from tcwc.lint.cases import Levels, cases
from tcwc.lint.context import Context
from tcwc.lint.variants import describe_runs
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.evaluations import Evaluation
from tcwc.model.rules import BAD_EVALUATION_EPOCHS, EPOCHS_OF_SOME_RUNS
from tcwc.model.training import Beside
from tcwc.model.words import either, how_many
from tcwc.torchtune.knowledge.resuming import EPOCHS


def check_epochs(context: Context) -> Iterator[Diagnostic]:
    """Epochs that are listed, and that no run has, or not each."""
    asked = [each for each in context.experiment.evaluations if not isinstance(each.epochs, str)]
    runs_of: dict[int, list[Levels]] = {}
    most = 0.0
    for case in cases(context.experiment, (EPOCHS,)) if asked else ():
        count = case.value(EPOCHS)
        if isinstance(count, int) and not isinstance(count, bool):
            runs_of.setdefault(count, []).append(case.levels)
            most = max(most, count)
        else:
            most = float("inf")  # nobody can tell
    for each in asked if runs_of else ():
        yield from _of_one(context, each, runs_of, most)


def _of_one(
    context: Context, evaluation: Evaluation, runs_of: Mapping[int, list[Levels]], most: float
) -> Iterator[Diagnostic]:
    epochs = [int(each) for each in evaluation.epochs]
    nowhere = [each for each in epochs if each >= most]
    if nowhere:
        every = [levels for members in runs_of.values() for levels in members]
        yield _beyond(evaluation, nowhere[0], int(most), describe_runs(context.experiment, every))
    alike: dict[tuple[int, ...], list[int]] = {}
    for count in sorted(runs_of):
        alike.setdefault(tuple(each for each in epochs if count <= each < most), []).append(count)
    for lacking, counts in alike.items():
        if lacking:
            levels = [each for count in counts for each in runs_of[count]]
            runs = describe_runs(context.experiment, levels)
            yield _lacking(evaluation, lacking, counts, runs)


def _there(count: int) -> str:
    has = f"{how_many(count, 'epoch')}, 0 to {count - 1}" if count > 1 else "one epoch, 0"
    return f"with `epochs: {count}` a run has {has}"


def _beyond(evaluation: Evaluation, epoch: int, most: int, runs: str) -> Diagnostic:
    return finding(
        BAD_EVALUATION_EPOCHS,
        evaluation.spans["epochs"],
        f"there is no epoch {epoch}: {_there(most)}",
        help=f"write [{most - 1}], last or all: they count from 0, as the folders epoch_0",
        runs=runs,
    )


def _lacking(
    evaluation: Evaluation, lacking: Collection[int], counts: Sequence[int], runs: str
) -> Diagnostic:
    """That runs of so many epochs each lack some that are asked for."""
    has = [str(each) for each in evaluation.epochs if int(each) < counts[0]]
    then = f"evaluated on {', '.join(has)} alone" if has else "not evaluated"
    none = f"no epoch {either([str(each) for each in lacking])}"
    there = f"{_there(counts[0])}, and {none}"
    if len(counts) > 1:
        between = " to " if len(counts) > 2 else " or "
        there = f"with `epochs: {counts[0]}`{between}`{counts[-1]}` a run has {none}"
    return finding(
        EPOCHS_OF_SOME_RUNS,
        evaluation.spans["epochs"],
        f"{there}: such a run is {then}",
        help="leave it where that is meant; last and all are of the epochs that each run has",
        runs=runs,
    )


def check_known(context: Context) -> Iterator[Diagnostic]:
    """Evaluations of runs of which nobody can tell which epochs they leave."""
    training = context.experiment.target.training
    config = next((case.config for case in cases(context.experiment, (EPOCHS,))), None)
    if training is None or config is None:
        return
    name = context.experiment.recipe
    outlook = training.outlook(config, name, context.recipe, context.catalogue, Beside())
    for each in context.experiment.evaluations if outlook.epochs is None else ():
        yield finding(
            BAD_EVALUATION_EPOCHS,
            each.span,
            f"which epochs a run of {name} leaves cannot be told from its config",
            help="evaluate by hand what it leaves; in another study its folders may stand under "
            "`checkpoints:`",
        )
