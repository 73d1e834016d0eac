"""Weights that a run left, or will leave: one row of `tcwc export`."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.frozen import dataclass
from tcwc.model.values import Value


@dataclass(frozen=True, slots=True)
class Exported:
    """The weights of one kind that an epoch of a run left.

    `epoch` counts from 0 and is None for the base, which is no run's (`run` is ""). `last` says
    whether no epoch comes after it, `state` what became of the run. `folder` holds the `files`, of
    `bytes` together (None where they are not there yet). `base_path` is where the base is read,
    `base_id` what a hub calls it. `loads_offline` says whether transformers and peft load it
    without a network, `why_not` why they do not.
    """

    experiment: str
    run: str
    name: str
    kind: str
    epoch: int | None
    last: bool
    state: str
    parameters: Mapping[str, Value]
    science_hash: str
    folder: str
    files: tuple[str, ...]
    bytes: int | None
    adapter_config: bool
    base_path: str
    base_id: str
    tokenizer: str
    dataset: str
    prompt_template: Value
    lora_rank: int | None
    lora_alpha: float | None
    loads_offline: bool
    why_not: str
