"""Weights that are to be evaluated, and that the tool cannot load, or loads otherwise.

All is told before training: what an epoch leaves is known (kept.py). Tools that are told by words
(lm_eval) load by transformers and peft; what lies beside whole weights they do not see
(scripts/eval.sh, leave_out). Of what a command of one's own does nothing is certain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tcwc.lint.cases import Case, Levels, cases
from tcwc.lint.context import Context
from tcwc.lint.variants import describe_runs
from tcwc.model.diagnostics import Diagnostic, finding
from tcwc.model.evaluated_weights import chosen
from tcwc.model.evaluations import Evaluation, NoEvaluation
from tcwc.model.evaluators import COMMAND, WORDS
from tcwc.model.frozen import replace
from tcwc.model.ir import Path
from tcwc.model.rules import (
    ADAPTER_WITHOUT_BASE,
    BAD_EVALUATION,
    EVALUATED_ADAPTER,
    EVALUATED_FORM,
    EVALUATED_NOT_KEPT,
)
from tcwc.model.training import FORM, NO_BASE, EpochKept, EpochWeights, Found
from tcwc.model.weights import ADAPTER, MERGED
from tcwc.torchtune.knowledge.kept import ONLY_ADAPTER, kept
from tcwc.torchtune.knowledge.known import catalogue

_DECIDING: tuple[Path, ...] = (
    ("checkpointer",),
    (ONLY_ADAPTER,),
    ("model", "use_dora"),
    ("model", "_component_"),
    ("enable_async_checkpointing",),
)
_BASE_PATH = "{base_path}"


def check_weights(context: Context) -> Iterator[Diagnostic]:
    """What evaluations cannot load of what the runs leave, or load otherwise than it is."""
    found: dict[Diagnostic, list[Levels]] = {}
    for case in cases(context.experiment, _DECIDING):
        left = _left(context, case)
        if left.why:
            continue  # nobody can tell what its runs leave
        for evaluation in context.experiment.evaluations:
            for each in _of_one(context, case, evaluation, left):
                found.setdefault(each, []).append(case.levels)
    for each, levels in found.items():
        yield replace(each, runs=describe_runs(context.experiment, levels))


def _left(context: Context, case: Case) -> EpochKept:
    """What the last epoch of some runs leaves."""
    seen = Found(None, context.text_of) if context.text_of else Found()
    return kept(case.config, context.recipe, catalogue(context), 0, True, seen)


def _of_one(
    context: Context, case: Case, evaluation: Evaluation, left: EpochKept
) -> Iterator[Diagnostic]:
    tool = context.catalogue.evaluators().tools[evaluation.tool]
    try:
        weights = chosen(evaluation, tool, left)
    except NoEvaluation as wrong:
        at = evaluation.spans.get("weights", evaluation.span)
        yield finding(EVALUATED_NOT_KEPT, at, wrong.message, help=_keep(wrong, left, tool.weights))
        return
    check = {WORDS: _by_words, COMMAND: _by_command}.get(tool.told)
    if check is not None:
        yield from check(evaluation, weights, left)
    else:
        yield from _by_config(context, case, evaluation, weights)


def _by_config(
    context: Context, case: Case, evaluation: Evaluation, weights: EpochWeights
) -> Iterator[Diagnostic]:
    """Why a build could write no config that evaluates."""
    training = context.experiment.target.training
    if training is None or training.evaluation is None:
        return
    try:
        training.evaluation(case.config, weights, evaluation.settings, context.catalogue)
    except NoEvaluation as wrong:
        yield finding(BAD_EVALUATION, evaluation.span, wrong.message, help=wrong.help)


def _keep(wrong: NoEvaluation, left: EpochKept, takes: Collection[str]) -> str:
    if [each.kind for each in left.weights] != [ADAPTER]:
        return wrong.help
    instead = f"weights: {ADAPTER}" if ADAPTER in takes else "with: lm_eval"
    return f"write `{ONLY_ADAPTER}: false`, or evaluate the adapter: `{instead}`"


def _by_words(
    evaluation: Evaluation, weights: EpochWeights, left: EpochKept
) -> Iterator[Diagnostic]:
    """What transformers and peft make of the weights of runs, and of the base."""
    at, tool = evaluation.spans.get("weights", evaluation.span), evaluation.tool
    if weights.kind == ADAPTER and not weights.on_base:
        what = f"{tool} cannot load the adapter: {weights.why_not}"
        yield finding(EVALUATED_ADAPTER, at, what, help=_instead(left))
    if FORM in (weights.cause, left.base.cause if evaluation.baseline else ""):
        what = weights.why_not if weights.cause == FORM else left.base.why_not
        yield finding(
            EVALUATED_FORM,
            at,
            f"{tool} loads by transformers: {what}",
            help="read the base by FullModelHFCheckpointer, or evaluate `with: eleuther_eval`",
        )


def _instead(left: EpochKept) -> str:
    """What to evaluate in the place of an adapter that nothing loads."""
    merged = next((each for each in left.weights if each.kind == MERGED), None)
    if merged is None:
        return f"let the runs keep merged weights: `{ONLY_ADAPTER}: false`"
    return "write `weights: merged`" if merged.cause != FORM else "evaluate `with: eleuther_eval`"


def _by_command(
    evaluation: Evaluation, weights: EpochWeights, left: EpochKept
) -> Iterator[Diagnostic]:
    """An adapter that a command cannot know the base of."""
    says_base = _BASE_PATH in str(evaluation.settings.get("command"))
    if weights.kind == ADAPTER and weights.cause == NO_BASE and not says_base:
        yield finding(
            ADAPTER_WITHOUT_BASE,
            evaluation.spans.get("command", evaluation.span),
            f"{weights.why_not}, and the command is not told of it",
            help=f"name `{_BASE_PATH}` in the command, or write "
            f'`{{"repo_id": "{left.base.folder}"}}` into original_repo_id.json there',
        )
