"""How the runs of an experiment are evaluated, as its author wrote it under `evaluate:`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from tcwc.model.epochs import Epochs
from tcwc.model.evaluators import COMMAND, EvaluationTool
from tcwc.model.frozen import dataclass, field
from tcwc.model.problem import Problem
from tcwc.model.resources import Needs
from tcwc.model.source import Span
from tcwc.model.values import Value

TASKS, FILES = "tasks", "include_path"
"""The settings that say what is asked, and that name files which decide, of whatever tool."""

PARAMETERS = "parameters."
"""Stands before the name of a variable, as columns of `tcwc export` have it."""

COLUMNS = (
    "experiment", "run", "name", "kind", "epoch", "last", "science_hash", "folder", "files",
    "base_path", "base_id", "tokenizer", "dataset", "lora_rank", "lora_alpha", "evaluation",
    "label", "results",
)  # fmt: skip
"""What the words of an evaluation may name, beside what varies: columns of `tcwc export`, and the
name of the evaluation, of what it is of, and the folder for what it gives."""

OF_LATER = ("state", "bytes", "adapter_config", "loads_offline", "why_not")
"""Columns of `tcwc export` that say what is there after training."""


class NoEvaluation(Problem):
    """Something cannot be evaluated as its author says."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One entry of `evaluate:`.

    `tool` is what evaluates (`with:`), `settings` what is said to it. `epochs` are those whose
    weights are evaluated: `last`, `all`, or numbers from 0. With `baseline` the base model is, too,
    once; `checkpoints` are folders with other weights, by a name each. `needs` are what it needs of
    a machine, where that is not what the training needs.
    """

    name: str
    tool: str
    settings: Mapping[str, Value]
    epochs: Epochs
    baseline: bool
    checkpoints: Mapping[str, str]
    needs: Needs
    span: Span
    spans: Mapping[str, Span] = field(default_factory=dict)


def scripts_in(evaluation: Evaluation, tool: EvaluationTool) -> list[str]:
    """The scripts at relative paths that a command names: what they do is what is measured.

    None where the command cannot be split, which is told of it; a first word without a folder is
    looked for on the PATH.
    """
    try:
        words = (
            shlex.split(str(evaluation.settings.get(COMMAND, ""))) if tool.told == COMMAND else []
        )
    except ValueError:
        return []
    named = [*(word for word in words[:1] if "/" in word), *words[1:]]
    return [word for word in named if is_script(word) and not word.startswith(("/", "~"))]


def is_script(word: str) -> bool:
    """Whether a word of a command is the name of a script."""
    return word.endswith(_SCRIPTS)


_SCRIPTS = (".py", ".sh", ".bash", ".R", ".jl")
