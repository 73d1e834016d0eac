"""Which weights of an epoch are evaluated."""

from __future__ import annotations

from tcwc.model.evaluations import Evaluation, NoEvaluation
from tcwc.model.evaluators import WORDS, EvaluationTool
from tcwc.model.training import EpochKept, EpochWeights
from tcwc.model.weights import ADAPTER, MERGED


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
