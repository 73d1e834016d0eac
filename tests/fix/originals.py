"""Experiments that are right: the examples, and some that use the whole language."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

HERE = Path(__file__).parent / "originals"

GOOD = (
    """\
# which rank is enough?
experiment_name: study   # for the paper
base_config: llama3_2/1B_lora_single_device

variables:
  lora_rank: [8, 16, 32]   # ranks
  optimizer.lr: [1e-4, 3e-4]
controls:
  # constants
  epochs: 2        # two
  compile: true
  max_steps_per_epoch: null
  optimizer:
    weight_decay: 0.1   # usual
    betas: [0.9, 0.95]
  dataset: {packed: false, source: "json"}
  seed: 1  # fixed
engineering:
  log_every_n_steps: 10
meta: {who: 'me', why: "#1"}
""",
    """\
experiment_name: "two"
variables:
    optimizer._component_:
    # both are fine
    - torch.optim.AdamW  # the base's
    - torch.optim.AdamW8bit
    batch_size:
    - 2
    - 4

    dtype: [bf16,
            fp32]  # end
base_config: 'llama3_2/1B_full_single_device'
controls: {epochs: 2, shuffle: true, seed: 1, max_steps_per_epoch: 10}
""".replace("torch.optim.AdamW8bit", "torch.optim.Adam"),
)


def originals(folder: Path) -> Iterator[Path]:
    """Copies of them below a folder, with the files that they name, and nothing built."""
    without = shutil.ignore_patterns("*configs")
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=without)
    shutil.copytree(HERE, folder / "originals")
    for number, text in enumerate(GOOD):
        (folder / "originals" / f"good_{number}.experiment.yaml").write_text(text, encoding="utf-8")
    yield from sorted(folder.glob("*/*experiment.yaml"))
    yield from sorted(folder.glob("*/*/*experiment.yaml"))
