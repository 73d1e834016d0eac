"""A key of the base that is deleted is that key, whatever else its name could stand for."""

from __future__ import annotations

from pathlib import Path

import pytest

import tcwc
from tcwc.yaml.emit import render_member
from tests.experiments import CATALOGUE


@pytest.mark.parametrize("name", ["num_fewshot", "lr"])
def test_a_key_that_nothing_reads_can_be_deleted(tmp_path: Path, name: str) -> None:
    """`lr` alone would be short for `optimizer.lr`."""
    shipped = CATALOGUE.config("llama3_2/1B_lora_single_device")
    assert shipped is not None
    members = {**shipped.values, name: 0}
    text = "".join(render_member(key, value) for key, value in members.items())
    (tmp_path / "base.yaml").write_text(text)
    source = tmp_path / "experiment.yaml"
    source.write_text(
        "experiment_name: study\nbase_config_file: base.yaml\nrecipe: lora_finetune_single_device\n"
        f"variables:\n  lora_rank: [8, 16]\ncontrols:\n  ~{name}:\n"
    )
    compilation = tcwc.compile(source)
    assert compilation.ok, compilation.diagnostics
    config = compilation.runs[0].config
    assert name not in config
    assert config["optimizer"] == shipped.values["optimizer"]
