"""Which values of a config make a step of its training take as long as it takes.

All but those of which it is known that they do not: two configs that differ in anything else are
measured apart. Another model, batch, sequence length, precision, data set, compilation, or what is
recomputed or moved, is another pace.
"""

from __future__ import annotations

from tcwc.config.walk import leaves
from tcwc.model.ir import format_path
from tcwc.model.values import Path, Value
from tcwc.torchtune.keys import COMPONENT, LENGTHS, WRITE_KEYS

_FREE = {
    *LENGTHS,
    *WRITE_KEYS,
    "seed",
    "shuffle",
    "metric_logger",
    "log_every_n_steps",
    "lr_scheduler",
    "resume_from_checkpoint",
    "save_adapter_weights_only",
    "clip_grad_norm",
    # The rank of an adapter adds some hundredths to the work of a layer, less than the margin that
    # limits have (recipes/lora_finetune_single_device.py: the base's weights are as large as ever).
    "model.lora_rank",
    "model.lora_alpha",
    "model.lora_dropout",
    "optimizer.lr",
    "optimizer.weight_decay",
    "optimizer.betas",
    "optimizer.eps",
    "optimizer.momentum",
}
"""Keys and sections that change no pace, by how torchtune 0.6.1 uses them."""
_WEIGHTS = "checkpointer"
"""The ends of sections that read weights: which they are changes no step."""
_SPLIT = "split"


def paced(config: dict[str, Value]) -> dict[str, Value]:
    """The values by which a step takes as long as it takes, by dotted paths."""
    return {
        format_path(path): _whole(path, value) for path, value in leaves(config) if _counts(path)
    }


def _counts(path: Path) -> bool:
    parts = [format_path(path[: depth + 1]) for depth in range(len(path))]
    is_weights = str(path[0]).endswith(_WEIGHTS) and path[-1] != COMPONENT
    return not (is_weights or path[-1] in WRITE_KEYS or _FREE & set(parts))


def _whole(path: Path, value: Value) -> Value:
    """A value; of a part of a split (`train[:10%]`) the split: its samples are like the others."""
    is_part = path[-1] == _SPLIT and isinstance(value, str)
    return str(value).partition("[")[0] if is_part else value
