"""Which epochs of a run are evaluated, and what that needs of a machine."""

from __future__ import annotations

from tcwc.model.evaluations import ALL_EPOCHS, LAST_EPOCH, Evaluation, NoEvaluation
from tcwc.model.frozen import replace
from tcwc.model.resources import Needs
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
