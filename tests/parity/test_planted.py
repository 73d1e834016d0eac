"""Mistakes that cost people days: `tune validate` reports few of them, lint all.

Each is planted in a copy of a shipped config, and lint says where it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

import tcwc
from tests.experiments import write_experiment
from tests.parity.silence import copied

LORA = ("llama3_2/1B_lora_single_device", "lora_finetune_single_device")
FULL_RECIPE = "full_finetune_single_device"


@dataclass(frozen=True)
class Planted:
    """`old` becomes `new` in the file; a finding of `code` has to begin at `at`, a part of `new`
    ("" for a place in the experiment)."""

    name: str
    old: str
    new: str
    code: str
    at: str
    severity: str = "error"


PLANTED = (
    Planted(
        "lora_rank at the top",
        "seed: null",
        "seed: null\nlora_rank: 16",
        "TCW219",
        "lora_rank",
        "warning",
    ),
    Planted(
        "learning_rate at the top",
        "seed: null",
        "seed: null\nlearning_rate: 3e-4",
        "TCW219",
        "learning_rate",
        "warning",
    ),
    Planted(
        "a misspelt key at the top",
        "gradient_accumulation_steps: ",
        "gradient_acumulation_steps: ",
        "TCW218",
        "",
    ),
    Planted("a rank that is no number", "lora_rank: 64", "lora_rank: banana", "TCW203", "banana"),
    Planted("a rank in quotes", "lora_rank: 64", 'lora_rank: "64"', "TCW203", '"64"'),
    Planted("a rank with a fraction", "lora_rank: 64", "lora_rank: 6.5", "TCW203", "6.5"),
    Planted("a rank that is a list", "lora_rank: 64", "lora_rank: [8, 16]", "TCW203", "[8, 16]"),
    Planted("a rank that is null", "lora_rank: 64", "lora_rank: null", "TCW203", "null"),
    Planted("a misspelt argument", "lora_rank: 64", "lora_rnk: 64", "TCW201", "lora_rnk"),
    Planted("no such dtype", "dtype: bf16", "dtype: fp61", "TCW204", "fp61"),
    Planted("no such projection", "- v_proj", "- v_prj", "TCW204", "v_prj"),
    Planted(
        "modules that are a number",
        "lora_attn_modules:\n    - q_proj\n    - v_proj\n    - output_proj",
        "lora_attn_modules: 8",
        "TCW203",
        "8",
    ),
    Planted(
        "an argument that **kwargs swallow", "packed: false", "paked: false", "TCW201", "paked"
    ),
    Planted("the same in capitals", "packed: false", "PACKED: false", "TCW201", "PACKED"),
    Planted("a truth value that is a string", "packed: false", "packed: nope", "TCW203", "nope"),
    Planted(
        "no such model type", "model_type: LLAMA3_2", "model_type: LAMA3_2", "TCW204", "LAMA3_2"
    ),
    Planted("a missing required key", "batch_size: ", "+", "TCW218", ""),
    Planted(
        "a missing required argument",
        "  num_warmup_steps: 100\n",
        "",
        "TCW220",
        "torchtune.training.lr_schedulers",
    ),
    Planted("a list for a number", "epochs: 1", "epochs: [1, 2]", "TCW203", "[1, 2]"),
    Planted(
        "a string for a number",
        "max_steps_per_epoch: null",
        "max_steps_per_epoch: many",
        "TCW203",
        "many",
    ),
    Planted("a rate that is a string", "lr: 0.0003", 'lr: "3e-4"', "TCW203", '"3e-4"'),
    Planted(
        "no such optimizer", "torch.optim.AdamW", "torch.optim.Adamw", "TCW205", "torch.optim.Adamw"
    ),
    Planted(
        "a misspelt module", "torch.optim.AdamW", "torch.optm.AdamW", "TCW205", "torch.optm.AdamW"
    ),
    Planted("a module for a class", "torch.optim.AdamW", "torch.optim", "TCW205", "torch.optim"),
    Planted(
        "no such builder",
        "lora_llama3_2_1b",
        "lora_llama3_2_2b",
        "TCW205",
        "torchtune.models.llama3_2.lora_llama3_2_2b",
    ),
    Planted(
        "an optimizer for a loss",
        "torchtune.modules.loss.CEWithChunkedOutputLoss",
        "torch.optim.SGD",
        "TCW223",
        "torch.optim.SGD",
    ),
    Planted(
        "a section that is a string",
        "profiler:\n  _component_: torchtune.training.setup_torch_profiler\n",
        "profiler: fast\nignored:\n",
        "TCW203",
        "fast",
    ),
    Planted(
        "an argument that the recipe gives",
        "packed: false",
        "tokenizer: llama3",
        "TCW221",
        "tokenizer",
    ),
    Planted(
        "a reference to nothing",
        "output_dir: ${output_dir}\n",
        "output_dir: ${outputdir}\n",
        "TCW211",
        "${outputdir}",
    ),
    Planted(
        "a value still to be given", "checkpoint_dir: ", "checkpoint_dir: ??? # ", "TCW212", "???"
    ),
)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_is_found(planted: Planted, tmp_path: Path) -> None:
    config, recipe = LORA
    text = copied(config)
    assert planted.old in text
    new = text.replace(planted.old, planted.new, 1)
    if planted.new == "+":  # the whole line goes
        line = next(each for each in text.splitlines(True) if each.startswith(planted.old))
        new = text.replace(line, "", 1)
    (tmp_path / "base.yaml").write_text(new, encoding="utf-8")
    experiment = (
        "experiment_name: planted\nbase_config_file: base.yaml\n"
        f"recipe: {recipe}\nvariables:\n  seed: [1, 2]\n"
    )
    compilation = tcwc.compile(write_experiment(tmp_path, experiment))
    of_code = [each for each in compilation.diagnostics if each.code == planted.code]
    assert len(of_code) == 1, compilation.diagnostics
    found = of_code[0]
    assert found.severity.value == planted.severity
    assert found.span.file.endswith("base.yaml") == bool(planted.at)
    if planted.at:
        pointed = new.splitlines()[found.span.line - 1][found.span.column - 1 :]
        assert pointed.startswith(planted.at)
    errors = [each for each in compilation.diagnostics if each.severity.value == "error"]
    assert len(errors) <= 1, "one mistake, one finding"


def test_a_wrong_recipe_is_found(tmp_path: Path) -> None:
    text = "experiment_name: planted\nbase_config: {}\nrecipe: {}\nvariables:\n  seed: [1, 2]\n"
    path = write_experiment(tmp_path, text.format(LORA[0], FULL_RECIPE))
    (found,) = (d for d in tcwc.compile(path).diagnostics if d.severity.value == "error")
    assert (found.code, str(found.span)) == ("TCW210", f"{path}:3:9")
