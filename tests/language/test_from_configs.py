"""Models as levels: arms whose levels are configs that ship."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tcwc

LLAMA, BIGGER, QWEN = (
    "llama3_2/1B_lora_single_device",
    "llama3_2/3B_lora_single_device",
    "qwen2_5/1.5B_lora_single_device",
)
HEAD = f"experiment_name: sizes\nbase_config: {LLAMA}\n"
ARM = f"arms:\n  size: {{from_configs: [{LLAMA}, {QWEN}], models: /scratch/models}}\n"


def compiled(folder: Path, text: str) -> tcwc.Compilation:
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "experiment.yaml"
    source.write_text(HEAD + text, encoding="utf-8")
    return tcwc.compile(source)


def errors(folder: Path, text: str) -> list[tuple[str, int, int, str, str]]:
    found = compiled(folder, text).diagnostics
    return [
        (each.code, each.span.line, each.span.column, each.message, each.help)
        for each in found
        if each.severity is tcwc.Severity.ERROR
    ]


def runs(folder: Path, text: str) -> list[dict[str, Any]]:
    made = compiled(folder, text)
    assert made.ok, [each.message for each in made.diagnostics]
    return [run.config for run in made.runs]


def test_a_level_is_the_model_of_its_config(tmp_path: Path) -> None:
    """Tokenizer and checkpointer as the config has them; of `model` the component alone."""
    base, other = runs(tmp_path, ARM)
    assert other["model"]["_component_"] == "torchtune.models.qwen2_5.lora_qwen2_5_1_5b_instruct"
    of_model = {key: value for key, value in other["model"].items() if key != "_component_"}
    assert of_model == {k: v for k, v in base["model"].items() if k != "_component_"}
    assert other["tokenizer"] == {
        "_component_": "torchtune.models.qwen2_5.qwen2_5_tokenizer",
        "path": "/scratch/models/Qwen2.5-1.5B-Instruct/vocab.json",
        "merges_file": "/scratch/models/Qwen2.5-1.5B-Instruct/merges.txt",
        "max_seq_len": None,
    }
    assert other["checkpointer"]["checkpoint_dir"] == "/scratch/models/Qwen2.5-1.5B-Instruct"
    assert other["checkpointer"]["model_type"] == "QWEN2"
    assert other["batch_size"] == base["batch_size"]
    assert "merges_file" not in base["tokenizer"]
