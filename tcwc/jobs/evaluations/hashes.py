"""What the result of an evaluation depends on beside the weights, as a hash."""

from __future__ import annotations

from tcwc.config.canonical import canonical_json
from tcwc.model.evaluations import Evaluation
from tcwc.model.signature import sha256_text
from tcwc.model.values import Value


def evaluation_hash(evaluation: Evaluation, files: str, weights: str = "") -> str:
    """The hash of what an evaluation asks: the tool, all that is said to it, and what its files
    hold (`files`, a hash, "" without any).

    Where results go is not in it, nor what the evaluation needs of a machine. `weights` is the
    folder of weights that no config of a run tells of.
    """
    asked: dict[str, Value] = {
        "tool": evaluation.tool,
        "settings": dict(evaluation.settings),
        "files": files,
        "weights": weights,
    }
    return sha256_text(canonical_json(asked))
