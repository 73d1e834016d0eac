"""An experiment to begin with, for who has none."""

from __future__ import annotations

from tcwc.api.session import TARGET

EXAMPLE = f"""\
write an experiment.yaml, such as
      experiment_name: lora_rank_study
      base_config: {TARGET.example_config}
      variables:
        lora_rank: [8, 16, 32]
      controls:
        seed: 1
    `{TARGET.lister}` lists the base configs; then `tcwc build experiment.yaml`"""
"""A help, whose first line goes on from what is said before it."""
