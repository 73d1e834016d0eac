"""A key that is added with `+` has its name everywhere, wherever it is added."""

from __future__ import annotations

from pathlib import Path

import tcwc

SOURCE = """\
experiment_name: t
base_config: llama3_2/1B_lora_single_device
variables: {lora_rank: [8, 16]}
arms: {size: {small: {+tag: one}, large: {+tag: two}}}
controls:
  seed: 1
  +z: "a{k}-{tag}"
derived: {+k: 2 * lora_rank, +y: k + 1, lora_alpha: k}
exclude: ['k == 16 and tag == "two"']
"""


def test_in_derived_and_in_arms(tmp_path: Path) -> None:
    source = tmp_path / "experiment.yaml"
    source.write_text(SOURCE, encoding="utf-8")
    compilation = tcwc.compile(source)
    assert compilation.ok, compilation.diagnostics
    made = [(run.config["z"], run.config["y"]) for run in compilation.runs]
    assert made == [("a16-one", 17), ("a32-one", 33), ("a32-two", 33)]
