"""Which weights of a run are evaluated, and what that needs of a machine."""

from __future__ import annotations

from tcwc.model.evaluations import (
    ADAPTER,
    ALL_EPOCHS,
    LAST_EPOCH,
    MERGED,
    Evaluation,
    NoEvaluation,
)
from tcwc.model.evaluators import WORDS, EvaluationTool
from tcwc.model.frozen import replace
from tcwc.model.resources import Needs
from tcwc.model.training import EpochKept, EpochWeights
from tcwc.model.words import how_many


def epochs_of(evaluation: Evaluation, epochs: int | None) -> tuple[int, ...]:
    """The epochs of a run of so many that are evaluated. Raises NoEvaluation."""
    if epochs is None:
        raise NoEvaluation(
            "which epochs a run leaves cannot be told from its config",
            "write the folders under `checkpoints:`, by a name each",
        )
    if evaluation.epochs == LAST_EPOCH:
        return (epochs - 1,)
    if evaluation.epochs == ALL_EPOCHS:
        return tuple(range(epochs))
    assert not isinstance(evaluation.epochs, str)
    beyond = [each for each in evaluation.epochs if each >= epochs]
    if beyond:
        last = epochs - 1
        has = f"has {how_many(epochs, 'epoch')}, 0 to {last}" if last else "has one epoch, 0"
        raise NoEvaluation(
            f"there is no epoch {beyond[0]}: a run {has}", f"write {[last]}, last or all"
        )
    return evaluation.epochs


def chosen(evaluation: Evaluation, tool: EvaluationTool, kept: EpochKept) -> EpochWeights:
    """The weights of an epoch that are evaluated. Raises NoEvaluation.

    Where nothing says, those that the tool makes a model of: transformers takes a folder with
    `adapter_config.json` for the adapter, whatever else is in it.
    """
    kinds = {each.kind: each for each in kept.weights}
    if not kinds:
        why = kept.why or "nothing is known of what it leaves"
        raise NoEvaluation(
            f"which weights a run leaves cannot be told: {why}", "use `checkpoints:`"
        )
    said = evaluation.settings.get("weights")
    if isinstance(said, str):
        if said not in kinds:
            raise _left(kept, said)
        return kinds[said]
    merged, adapter = kinds.get(MERGED), kinds.get(ADAPTER)
    takes = (each for each in (merged, adapter) if each is not None and each.kind in tool.weights)
    by_folder = tool.told == WORDS and adapter is not None and adapter.on_base
    found = adapter if by_folder and ADAPTER in tool.weights else next(takes, None)
    if found is None:
        raise _left(kept, tool.weights[0])
    return found


def _left(kept: EpochKept, wanted: str) -> NoEvaluation:
    """Why weights of a kind cannot be evaluated."""
    left = " and ".join(each.kind for each in kept.weights)
    return NoEvaluation(
        f"it is of {wanted} weights, and training leaves {left} weights alone",
        f"let the runs keep {wanted} weights, or evaluate the {left} ones by another tool",
    )


def needs_over(own: Needs, of_run: Needs) -> Needs:
    """What an evaluation needs: what it says itself, else what the run needs.

    It is one process, on one node; what is done at the end of the training's time is no matter of
    it.
    """
    return replace(
        own,
        time=own.time if own.time is not None else of_run.time,
        gpus=own.gpus if own.gpus is not None else of_run.gpus,
        cpus=own.cpus if own.cpus is not None else of_run.cpus,
        memory=own.memory if own.memory is not None else of_run.memory,
    )
