"""What versions reject of their own shipped configs."""

from __future__ import annotations

from tests.versions.environments import MAIN
from tests.versions.proof import catalogue

REJECTED: dict[str, dict[str, set[str]]] = {
    MAIN: {
        "llama4/maverick_17B_128E_full": {"TCW211"},  # `${model_dir}` is nowhere
        # no lora_qwen2_5_7b, and a teacher with an adapter that no checkpoint has
        "qwen2_5/14B_to_7B_KD_lora_single_device": {"TCW205", "TCW307"},
    }
}
"""What a version's own `tune validate` rejects of its shipped configs, and the codes of it here.
Beside these, main cannot import torchtune.rlhf.loss: no config with a loss of that starts."""

RLHF = "torchtune.rlhf.loss"


def is_rejected(version: str, config: str, code: str, message: str) -> bool:
    """Whether an error is one that the version has with its own config."""
    shipped = catalogue(version).config(config)
    assert shipped is not None
    broken = version == MAIN and RLHF in str(shipped.values) and RLHF in message
    return broken or code in REJECTED.get(version, {}).get(config, ())
