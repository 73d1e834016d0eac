"""What an evaluation is of: the weights of one epoch, of the base, or of another checkpoint."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.evaluations import PARAMETERS
from tcwc.model.frozen import dataclass
from tcwc.model.training import EpochKept, EpochWeights
from tcwc.model.values import Value

FOLDER = "eval"
"""The folder of results in that of a run, and of configs in that of the configs."""


@dataclass(frozen=True, slots=True)
class EvaluatedWeights:
    """Weights that are evaluated, and what `tcwc export` says of them.

    `run` and `name` are "" where they are no run's, `epoch` is None then; `source` is the run whose
    config says how they are read. `label` is the folder of their results. `parameters` are the
    levels of the run by the author's names.
    """

    experiment: str
    evaluation: str
    label: str
    source: str
    run: str
    name: str
    epoch: int | None
    last: bool
    science_hash: str
    parameters: Mapping[str, Value]
    weights: EpochWeights
    kept: EpochKept

    @property
    def config_id(self) -> str:
        """What its config is called: its path in the folder of the configs, without the end."""
        name = f"{self.run}.{self.label}" if self.run else self.label
        return f"{FOLDER}/{self.evaluation}/{name}"

    def columns(self) -> dict[str, Value]:
        """What its words may name, by the name; the paths that the job knows are `{weights}` and
        `{results}` once more."""
        own: dict[str, Value] = {f"{PARAMETERS}{key}": v for key, v in self.parameters.items()}
        return {
            **self.parameters,
            **own,
            "experiment": self.experiment,
            "run": self.run,
            "name": self.name,
            "kind": self.weights.kind,
            "epoch": self.epoch,
            "last": self.last if self.run else None,
            "science_hash": self.science_hash,
            "folder": "{weights}",
            "files": " ".join(self.weights.files),
            "base_path": self.kept.base.folder,
            "base_id": self.kept.base_id,
            "tokenizer": self.kept.tokenizer,
            "dataset": self.kept.dataset,
            "lora_rank": self.kept.lora_rank if self.run else None,
            "lora_alpha": self.kept.lora_alpha if self.run else None,
            "evaluation": self.evaluation,
            "label": self.label,
            "results": "{results}",
        }
