"""How the runs of an experiment are evaluated, as its author wrote it under `evaluate:`."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.frozen import dataclass, field
from tcwc.model.resources import Needs
from tcwc.model.source import Span
from tcwc.model.values import Value

LAST_EPOCH, ALL_EPOCHS = "last", "all"


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
    epochs: str | tuple[int, ...]
    baseline: bool
    checkpoints: Mapping[str, str]
    needs: Needs
    span: Span
    spans: Mapping[str, Span] = field(default_factory=dict)
