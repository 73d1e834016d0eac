"""What runs all the same is no error, and is built as what it is taken for; what fails, or does
something else, is one. Each was really run (tests/truth/reports/K12-loose.yaml)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import tcwc
from tcwc.model.diagnostics import Severity

_HEAD = "experiment_name: study\nbase_config: llama3_2/1B_lora_single_device\n"
_LISTED = "variables: {lora_rank: [8, 16]}\ncontrols:\n  seed: 1\n  "


def said(tmp_path: Path, line: str) -> tuple[list[Severity], Any]:
    path = tmp_path / "experiment.yaml"
    path.write_text(_HEAD + _LISTED + line + "\n", encoding="utf-8")
    compiled = tcwc.compile(path)
    found = [each.severity for each in compiled.diagnostics if each.code == "TCW203"]
    return found, compiled.runs[0].config if compiled.ok else None


@pytest.mark.parametrize(
    ("line", "path", "value"),
    [
        ("compile: 0", "compile", False),
        ("compile: 1.0", "compile", True),
        ("compile: 2", "compile", True),
        ("shuffle: null", "shuffle", False),
        ("shuffle: 'on'", "shuffle", True),
        ("dataset.train_on_input: 'true'", "dataset.train_on_input", True),
        ("max_steps_per_epoch: 40.0", "max_steps_per_epoch", 40),
        ("log_every_n_steps: 1.5", "log_every_n_steps", 1.5),
        ("lr_scheduler.num_warmup_steps: 10.0", "lr_scheduler.num_warmup_steps", 10),
        ("lora_attn_modules: k_proj", "model.lora_attn_modules", ["k_proj"]),
        ("lora_attn_modules: 'q_proj,v_proj'", "model.lora_attn_modules", ["q_proj", "v_proj"]),
        ("lora_dropout: false", "model.lora_dropout", 0.0),
    ],
)
def test_what_runs_is_a_warning(line: str, path: str, value: object, tmp_path: Path) -> None:
    found, config = said(tmp_path, line)
    assert found == [Severity.WARNING]
    for part in path.split("."):
        config = config[part]
    assert (config, type(config)) == (value, type(value))


@pytest.mark.parametrize(
    "line",
    [
        "shuffle: 'no'",  # which is true
        "shuffle: random",
        "batch_size: 4.0",
        "lora_rank: 8.0",
        "tokenizer.max_seq_len: 512.0",
        "gradient_accumulation_steps: 1.5",
        "max_steps_per_epoch: 4.5",
        "clip_grad_norm: false",  # which clips to nothing
        "epochs: '1'",
        "max_steps_per_epoch: 1.000",
        "lr_scheduler.num_warmup_steps: 0.1",
        "lora_attn_modules: all-linear",
        "checkpointer.checkpoint_files: model.pt",
    ],
)
def test_what_fails_or_does_something_else_is_an_error(line: str, tmp_path: Path) -> None:
    found, config = said(tmp_path, line)
    assert (found, config) == ([Severity.ERROR], None)
