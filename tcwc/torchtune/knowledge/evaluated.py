"""Evaluations of what trainings leave: weights of a model that is not told, paths that a tool takes
apart."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.lint.cases import Case, Levels, cases
from tcwc.lint.context import Context
from tcwc.lint.variants import describe_runs
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.evaluations import Evaluation
from tcwc.model.evaluators import CONFIG, WORDS
from tcwc.model.ir import Path, Template
from tcwc.model.rules import BAD_EVALUATION, SPLIT_MODEL_ARGUMENT
from tcwc.model.weights import ADAPTER

_BASE: tuple[Path, ...] = (("model", "_component_"), ("checkpointer", "checkpoint_dir"))
_FOLDERS: tuple[Path, ...] = (("checkpointer", "checkpoint_dir"), ("checkpointer", "output_dir"))


def check_checkpoints(context: Context) -> Iterator[Diagnostic]:
    """Other weights that are read as those of a run, where runs have several models."""
    asked = [each for each in context.experiment.evaluations if _is_read_as_a_run(context, each)]
    bases = dict.fromkeys(
        tuple(map(case.value, _BASE))
        for case in (cases(context.experiment, _BASE) if asked else ())
    )
    for each in asked if len(bases) > 1 else ():
        first = next(iter(each.checkpoints))
        yield finding(
            BAD_EVALUATION,
            each.spans["checkpoints"],
            f"of which of the {len(bases)} models of the runs `{first}` is cannot be told",
            help="evaluate it in an experiment of the one model, or `with: command`",
        )


def _is_read_as_a_run(context: Context, evaluation: Evaluation) -> bool:
    """Whether checkpoints need a run's model or base to be read."""
    tool = context.catalogue.evaluators().tools[evaluation.tool]
    is_adapter = tool.told == WORDS and evaluation.settings.get("weights") == ADAPTER
    return bool(evaluation.checkpoints) and (tool.told == CONFIG or is_adapter)


def check_folders(context: Context) -> Iterator[Diagnostic]:
    """Folders of weights whose names a tool takes apart."""
    tools = context.catalogue.evaluators().tools
    for evaluation in context.experiment.evaluations:
        splits = tools[evaluation.tool].splits
        found: dict[str, list[Levels]] = {}
        for case in cases(context.experiment, _FOLDERS) if splits else ():
            for folder in _folders(case, evaluation):
                if set(folder) & set(splits):
                    found.setdefault(folder, []).append(case.levels)
        for folder, levels in found.items():
            apart = next(each for each in folder if each in splits)
            yield finding(
                SPLIT_MODEL_ARGUMENT,
                evaluation.span,
                f"{evaluation.tool} takes the arguments of its model apart at `{apart}`, which is "
                f"in the folder {folder}",
                help="name a folder without it, such as a link to it",
                runs=describe_runs(context.experiment, levels),
            )


def _folders(case: Case, evaluation: Evaluation) -> Iterator[str]:
    """The folders that are told to a tool, references followed but for those of the machine; not
    those that each run fills in."""
    for folder in (*map(case.value, _FOLDERS), *evaluation.checkpoints.values()):
        if not isinstance(folder, str) or isinstance(folder, Template) or "${" in folder:
            continue
        yield folder
