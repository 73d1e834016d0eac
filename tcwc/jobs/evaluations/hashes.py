"""What the result of an evaluation depends on beside the weights, as a hash."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from tcwc.config.canonical import canonical_json
from tcwc.model.evaluations import Evaluation
from tcwc.model.evaluators import COMMAND, EvaluationTool
from tcwc.model.frozen import dataclass, field
from tcwc.model.signature import sha256_text
from tcwc.model.values import Value


@dataclass(frozen=True, slots=True)
class Other:
    """Weights that are no run's, so that no hash of a run tells of what else decides: their
    `folder`, and how they are evaluated, by `words` and a `config`."""

    folder: str
    words: Sequence[str] = ()
    config: Mapping[str, Value] = field(default_factory=dict)


def evaluation_hash(
    evaluation: Evaluation,
    tool: EvaluationTool,
    files: str,
    shipped: Mapping[str, Value],
    other: Other | None,
) -> str:
    """The hash of what an evaluation asks: the tool, all that is said to it or holds where nothing
    says (`shipped`), and what its files hold (`files`, a hash, "" without any).

    Where results go is not in it, nor what the evaluation needs of a machine.
    """
    asked: dict[str, Value] = {
        "tool": evaluation.tool,
        "settings": {**shipped, **_said(evaluation, tool)},
        "files": files,
    }
    if other is not None:
        asked["weights"] = other.folder
        asked["words"], asked["config"] = list(other.words), dict(other.config)
    return sha256_text(canonical_json(asked))


def _said(evaluation: Evaluation, tool: EvaluationTool) -> dict[str, Value]:
    """The settings; of a command its words, however they are written."""
    said = dict(evaluation.settings)
    if tool.told == COMMAND:
        said["command"] = list(shlex.split(str(said["command"])))
    return said
