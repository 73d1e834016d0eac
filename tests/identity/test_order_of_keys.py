"""The order of lines says nothing, and a mapping that says the same is not written anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.study import Study, contents

SGD = "{_component_: torch.optim.SGD, lr: 0.1, momentum: 0.9}"
DGS = "{momentum: 0.9, lr: 0.1, _component_: torch.optim.SGD}"
ALPACA = "_component_: torchtune.datasets.alpaca_dataset"
DATA = f"=dataset: {{{ALPACA}, train_on_input: false, packed: true}}"
ATAD = f"=dataset: {{train_on_input: false, packed: true, {ALPACA}}}"
LOSS = "tokenizer.max_seq_len: 2048\nseed: 1\nmax_steps_per_epoch: 100"
DERIVED = "derived:\n  lora_alpha: 2 * lora_rank\n  batch_size: lora_rank // 8\n"
DEVIRED = "derived:\n  batch_size: lora_rank // 8\n  lora_alpha: 2 * lora_rank\n"


def variables(optimizer: str) -> str:
    return f"lora_rank: [8, 16]\n=optimizer: [{optimizer}, {{_component_: torch.optim.AdamW}}]"


def test_the_order_of_lines_says_nothing(tmp_path: Path) -> None:
    study = Study(tmp_path / "study")
    study.write(variables(SGD), f"{DATA}\n{LOSS}", DERIVED).build()
    files, stamps = contents(study.configs), study.stamps()
    study.write(variables(DGS), f"{LOSS}\n{ATAD}", DEVIRED).build()
    assert study.stamps() == stamps
    shutil.rmtree(study.configs)
    study.build()
    assert contents(study.configs) == files


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (
            '{"_component_": "torch.optim.SGD", "lr": 0.1, "momentum": 0.9}',
            '{"momentum": 0.9, "_component_": "torch.optim.SGD", "lr": 0.1}',
        ),
        ('"packed": true, "train_on_input": false', '"train_on_input": false, "packed": true'),
        (
            '"batch_size": 1, "model.lora_alpha": 16.0',
            '"model.lora_alpha": 16.0, "batch_size": 1',
        ),
    ],
)
def test_what_an_earlier_tcwc_wrote_in_another_order_stays(
    now: str, before: str, tmp_path: Path
) -> None:
    study = Study(tmp_path / "study")
    study.write(variables(SGD), f"{DATA}\n{LOSS}", DERIVED).build()
    text = study.mapping.read_text()
    assert now in text
    study.mapping.write_text(text.replace(now, before))
    stamps = study.stamps()
    assert study.cli("check").code == 0
    assert "Nothing to do" in study.cli("build").out
    assert study.stamps() == stamps


def test_what_says_something_else_is_written(tmp_path: Path) -> None:
    study = Study(tmp_path / "study")
    study.write(variables(SGD), f"{DATA}\n{LOSS}").build()
    study.mapping.write_text(study.mapping.read_text().replace('"packed": true', '"packed": 1'))
    assert study.cli("check").code == 1
    assert study.cli("build").code == 0
    assert '"packed": true' in study.mapping.read_text()
