"""`tcwc show EXPERIMENT base`: what all runs begin with."""

from __future__ import annotations

from pathlib import Path

from tcwc.api.session import Session
from tcwc.disk.files import Place
from tcwc.yaml.config import read_base
from tests.study import BASE, Study

MINE = """\
seed: 1  # three
epochs: 2
loss:
  _component_: torch.nn.CrossEntropyLoss
"""


def test_a_shipped_base(tmp_path: Path) -> None:
    said = Study(tmp_path).write().cli("show", "base")
    config = Session().catalogue("0.6.1", Place("experiment.yaml")).config(BASE)
    assert config is not None
    assert read_base(said.out, "x").values == config.values


def test_of_an_experiment_with_errors(tmp_path: Path) -> None:
    said = Study(tmp_path).write(controls="epochs: two").cli("show", "base")
    assert said.code == 0
    assert "epochs: 1\n" in said.out


def test_a_base_file(tmp_path: Path) -> None:
    study = Study(tmp_path)
    (tmp_path / "mine.yaml").write_text(MINE)
    study.source.write_text(
        "experiment_name: x\nbase_config_file: mine.yaml\nrecipe: lora_finetune_single_device\n"
    )
    assert study.cli("show", "base").out == MINE.replace("  # three", "")


def test_without_a_base(tmp_path: Path) -> None:
    study = Study(tmp_path)
    study.source.write_text("experiment_name: x\nbase_config: none/such\n")
    said = study.cli("show", "base")
    assert (said.code, said.out) == (1, "")
