"""A variable that one of the components does not take: the line that the help has for it is put in,
and leaves as many runs of that component as the help says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.study import Study

DPO = "llama3_1/8B_lora_dpo_single_device"
LOSSES = "[torchtune.rlhf.loss.DPOLoss, torchtune.rlhf.loss.RSOLoss]"
OPTIMIZERS = "[torch.optim.AdamW, torch.optim.SGD]"


@pytest.mark.parametrize(
    ("base", "swap", "line", "rest", "says", "kept", "runs"),
    [
        (DPO, f"loss._component_: {LOSSES}", "beta: [0.05, 0.1]", "", "1 run for RSOLoss", 1, 3),
        (
            DPO,
            "loss: [{_component_: torchtune.rlhf.loss.DPOLoss}, "
            "{_component_: torchtune.rlhf.loss.RSOLoss}]",
            "beta: [0.05, 0.1]",
            "  seed: [1, 2]\n",
            "2 runs for RSOLoss",
            2,
            6,
        ),
        (
            "llama3_2/1B_lora_single_device",
            f"optimizer._component_: {OPTIMIZERS}",
            "optimizer.eps: [1e-8, 1e-6]",
            "  lr: [1e-4, 3e-4]\nexclude: "
            '["optimizer.eps != null and lr == 1e-4 and optimizer.eps == 1e-6"]\n'
            "controls: {~optimizer.fused: null}\n",
            "2 runs for SGD; SGD takes `momentum` (default 0) and `dampening` (default 0)",
            2,
            5,
        ),
    ],
)
def test_what_the_help_says_is_left_is_left(
    tmp_path: Path, base: str, swap: str, line: str, rest: str, says: str, kept: int, runs: int
) -> None:
    study = Study(tmp_path)
    head = f"experiment_name: study\nbase_config: {base}\nvariables:\n  {swap}\n  "
    study.source.write_text(f"{head}{line}\n{rest}", encoding="utf-8")
    (found,) = [each for each in study.compile().diagnostics if each.code == "TCW206"]
    assert f"which leaves {says}" in found.help
    written = re.search("`([^`]+)`", found.help)
    assert written is not None
    study.source.write_text(f"{head}{written[1]}\n{rest}", encoding="utf-8")
    made = study.compile()
    assert made.ok, made.diagnostics
    path = line.partition(":")[0].rpartition(".")[2]
    section = "loss" if base == DPO else "optimizer"
    without = [run for run in made.runs if path not in run.config[section]]
    assert (len(without), len(made.runs)) == (kept, runs)


def test_nothing_is_said_of_runs_that_are_drawn_anew(tmp_path: Path) -> None:
    study = Study(tmp_path)
    study.source.write_text(
        f"experiment_name: study\nbase_config: {DPO}\nvariables:\n  loss._component_: {LOSSES}\n"
        "  beta: [0.05, 0.1]\n  seed: [1, 2]\nsample: 5\n",
        encoding="utf-8",
    )
    (found,) = [each for each in study.compile().diagnostics if each.code == "TCW206"]
    assert "leaves" not in found.help
    assert found.help.endswith("; RSOLoss takes `gamma` (default 0.1)")


def test_what_excludes_for_some_leaves_the_others(tmp_path: Path) -> None:
    """With `== null or` the runs that lack the key would all have gone."""
    study = Study(tmp_path)
    text = (
        f"experiment_name: study\nbase_config: {DPO}\nvariables:\n  loss._component_: {LOSSES}\n"
        "  beta: {values: [0.05, 0.1], "
        "when: \"loss._component_ != 'torchtune.rlhf.loss.RSOLoss'\"}\n"
        "  seed: [1, 2]\n"
    )
    one = "beta == 0.1 and seed == 1"
    study.source.write_text(f'{text}exclude: ["{one}"]\n', encoding="utf-8")
    (found,) = study.compile().diagnostics
    before = found.help.removeprefix("compare it with null first: ").removesuffix("...")
    study.source.write_text(f'{text}exclude: ["{before}{one}"]\n', encoding="utf-8")
    assert len(study.compile().runs) == 6 - 1
