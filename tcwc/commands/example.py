"""An experiment to begin with, for who has none."""

from __future__ import annotations

from tcwc.api.session import TARGET

WRITE_ONE = "write an experiment.yaml, such as"
"""A help, below which the lines of `EXAMPLE` stand."""

EXAMPLE = (
    "      experiment_name: lora_rank_study",
    f"      base_config: {TARGET.example_config}",
    "      variables:",
    "        lora_rank: [8, 16, 32]",
    "      controls:",
    "        seed: 1",
    f"    `{TARGET.lister}` lists the base configs, `tcwc init` writes such a file for one of them;"
    " then `tcwc build experiment.yaml`",
)
