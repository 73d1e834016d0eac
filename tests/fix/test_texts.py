"""Single repairs, letter by letter: before, after, and that nothing else of the file moved."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tcwc.api.compilation import compile
from tcwc.api.session import Session
from tcwc.lint.fix import Linted, Outcome, repair

HEAD = "experiment_name: study\nbase_config: llama3_2/1B_lora_single_device\n"
VARIABLES = "variables:\n  lora_rank: [8, 16]\n"
CONTROLS = HEAD + VARIABLES + "controls:\n"
SESSION = Session()


def repaired(text: str, *, unsafe: bool = False) -> Outcome:
    def found(texts: Mapping[str, str]) -> Linted:
        made = compile("x.yaml", text=texts.get("x.yaml", text), session=SESSION)
        return Linted(made.diagnostics, made.sources)

    return repair(found, unsafe=unsafe, may_edit=lambda _: True)


def after(text: str, *, unsafe: bool = False) -> str:
    return repaired(text, unsafe=unsafe).texts.get("x.yaml", text)


SAFE = {
    "capitals": (CONTROLS + "  EPOCHS: 2\n", CONTROLS + "  epochs: 2\n"),
    "dash": (CONTROLS + "  batch-size: 4 # c\n", CONTROLS + "  batch_size: 4 # c\n"),
    "alias in its section": (
        HEAD + "variables:\n  optimizer: {learning_rate: [1e-4, 3e-4]}\n",
        HEAD + "variables:\n  optimizer: {lr: [1e-4, 3e-4]}\n",
    ),
    "quoted number": (
        HEAD + "variables:\n  lora_rank: ['8', \"16\"]\n",
        HEAD + "variables:\n  lora_rank: [8, 16]\n",
    ),
    "words": (
        CONTROLS + "  compile: yes\n  shuffle: Off\n",
        CONTROLS + "  compile: true\n  shuffle: false\n",
    ),
    "whole float": (CONTROLS + "  epochs: 2.0\n", CONTROLS + "  epochs: 2\n"),
    "underscore": (
        CONTROLS + "  max_steps_per_epoch: 1_000\n",
        CONTROLS + "  max_steps_per_epoch: 1000\n",
    ),
    "None": (
        CONTROLS + "  max_steps_per_epoch: None\n",
        CONTROLS + "  max_steps_per_epoch: null\n",
    ),
    "glued in flow": (
        HEAD + "variables:\n  optimizer: [{lr:1e-4}, {lr: 3e-4}]\n",
        HEAD + "variables:\n  optimizer: [{lr: 1e-4}, {lr: 3e-4}]\n",
    ),
    "glued section": (
        HEAD + "variables:\n  lora_rank:[8, 16]\n",
        HEAD + "variables:\n  lora_rank: [8, 16]\n",
    ),
    "several without brackets": (
        HEAD + "variables:\n  lora_rank: 8, 16 # ranks\n",
        HEAD + "variables:\n  lora_rank: [8, 16] # ranks\n",
    ),
    "level repeated last": (
        HEAD + "variables:\n  lora_rank: [8, 16, 8]\n",
        HEAD + "variables:\n  lora_rank: [8, 16]\n",
    ),
    "level repeated twice": (
        HEAD + "variables:\n  lora_rank: [ 8, 8 , 8, 16 ]\n",
        HEAD + "variables:\n  lora_rank: [ 8, 16 ]\n",
    ),
    "level repeated in a block": (
        HEAD + "variables:\n  lora_rank:\n    - 8\n    - 8  # again\n    - 16\n",
        HEAD + "variables:\n  lora_rank:\n    - 8\n    # again\n    - 16\n",
    ),
    "level of several keys": (
        HEAD + "variables:\n  optimizer:\n    - lr: 1e-4\n    - lr: 0.0001\n    - lr: 1\n",
        HEAD + "variables:\n  optimizer:\n    - lr: 1e-4\n    - lr: 1\n",
    ),
    "level a line in flow": (
        HEAD + "variables:\n  lora_rank: [\n    8,\n    8,\n    16,\n  ]\n",
        HEAD + "variables:\n  lora_rank: [\n    8,\n    16,\n  ]\n",
    ),
    "suffix": (
        HEAD.replace("device\n", "device.yaml\n") + VARIABLES,
        HEAD + VARIABLES,
    ),
    "braces": (
        HEAD + "meta:\n  note: {a}/x\n" + VARIABLES,
        HEAD + "meta:\n  note: '{a}/x'\n" + VARIABLES,
    ),
    "section": (
        HEAD + VARIABLES + "Control: {epochs: 2}\n",
        HEAD + VARIABLES + "controls: {epochs: 2}\n",
    ),
    "one path twice, to one value": (
        CONTROLS + "  seed: 1\n  epochs: 2\n  epochs : 2\n",
        CONTROLS + "  seed: 1\n  epochs: 2\n  epochs : 2\n",  # YAML's own: which is which?
    ),
    "alias and path, to one value": (
        CONTROLS + "  learning_rate: 1e-4\n  optimizer.lr: 0.0001\n",
        CONTROLS + "  learning_rate: 1e-4\n",
    ),
}


@pytest.mark.parametrize("name", SAFE)
def test_safe_fix(name: str) -> None:
    before, expected = SAFE[name]
    assert after(before) == expected
    windows = before.replace("\n", "\r\n")
    assert after(windows) == expected.replace("\n", "\r\n")


UNSAFE = {
    "misspelt": (
        HEAD + "variables:\n  model.lora_rnak: [8, 16]\n",
        HEAD + "variables:\n  model.lora_rank: [8, 16]\n",
    ),
    "misspelt below": (
        CONTROLS + "  optimizer:\n    weight_dekay: 0.1\n",
        CONTROLS + "  optimizer:\n    weight_decay: 0.1\n",
    ),
    "one value": (
        HEAD + "variables:\n  lora_rank: 8\n",
        HEAD + "variables:\n  lora_rank: [8]\n",
    ),
    "choice": (
        HEAD + "variables:\n  dtype: [fp61, bf16]\n",
        HEAD + "variables:\n  dtype: [fp64, bf16]\n",
    ),
    "deleted with a value": (
        CONTROLS + "  ~dataset.packed: true\n",
        CONTROLS + "  ~dataset.packed: null\n",
    ),
    "the only control, overridden": (CONTROLS + "  lora_rank: 8\n", HEAD + VARIABLES),
    "a control, overridden": (
        CONTROLS + "  epochs: 2\n  lora_rank: 8 # as before\n",
        CONTROLS + "  epochs: 2\n  # as before\n",
    ),
    "a control in flow, overridden": (
        HEAD + VARIABLES + "controls: {epochs: 2, lora_rank: 8}\n",
        HEAD + VARIABLES + "controls: {epochs: 2}\n",
    ),
    "empty": (CONTROLS + "  epochs: 2\n  optimizer: {}\n", CONTROLS + "  epochs: 2\n"),
    "swapped in a control": (
        CONTROLS + "  optimizer._component_: torch.optim.Rprop",
        CONTROLS + "  optimizer._component_: torch.optim.Rprop\n  ~optimizer.fused:\n"
        "  ~optimizer.weight_decay:",
    ),
    "swapped in a flow control": (
        CONTROLS + "  optimizer: {_component_: torch.optim.Rprop, lr: 1e-4} # other\n",
        CONTROLS + "  optimizer: {_component_: torch.optim.Rprop, ~fused: null, "
        "~weight_decay: null, lr: 1e-4} # other\n",
    ),
    "swapped by a variable": (
        HEAD + "variables:\n  optimizer._component_: [torch.optim.AdamW, torch.optim.Rprop]\n",
        HEAD + "variables:\n  =optimizer: [{_component_: torch.optim.AdamW, fused: true, "
        "weight_decay: 0.01, lr: 0.0003}, {_component_: torch.optim.Rprop, lr: 0.0003}]\n",
    ),
    "swapped by a variable, beside another": (
        HEAD + "variables:\n  optimizer._component_: [torch.optim.AdamW, torch.optim.Rprop]\n"
        "  optimizer.lr: [1e-4, 3e-4]\n",
        HEAD + "variables:\n  optimizer: [{_component_: torch.optim.AdamW}, "
        "{_component_: torch.optim.Rprop, ~fused: null, ~weight_decay: null}]\n"
        "  optimizer.lr: [1e-4, 3e-4]\n",
    ),
    "no output_dir": (
        CONTROLS + "  ~output_dir:\n",
        HEAD + VARIABLES,
    ),
    "reference": (
        CONTROLS + "  metric_logger.log_dir: ${outptu_dir}/x\n",
        CONTROLS + "  metric_logger.log_dir: ${output_dir}/x\n",
    ),
}


@pytest.mark.parametrize("name", UNSAFE)
def test_unsafe_fix(name: str) -> None:
    before, expected = UNSAFE[name]
    assert after(before) == before, "only --unsafe-fixes does this"
    assert after(before, unsafe=True) == expected
    windows = before.replace("\n", "\r\n")
    assert after(windows, unsafe=True) == expected.replace("\n", "\r\n")


LEFT = {
    "a name for two": HEAD + "variables:\n  path: [a, b]\n",
    "a dash that may delete": CONTROLS + "  -profiler: null\n",
    "a section that is there": HEAD + VARIABLES + "varibles: {}\n",
    "two numbers for one": CONTROLS + "  epochs: 8, 16\n",
    "a decimal comma": CONTROLS + "  optimizer.lr: 0,1\n",
    "another syntax error": HEAD + "variables:\n  lora_rank: [8, 16\n",
}


@pytest.mark.parametrize("name", LEFT)
def test_nothing_is_guessed(name: str) -> None:
    assert after(LEFT[name], unsafe=True) == LEFT[name]


def test_a_fix_that_makes_another_mistake_is_dropped() -> None:
    text = CONTROLS + "  Epochs: 2\n  epochs: 3\n  SEED: 1\n"
    outcome = repaired(text)
    assert outcome.texts["x.yaml"] == text.replace("SEED", "seed")
    assert [(each.span.line, why[:25]) for each, why in outcome.dropped] == [
        (6, "it would lead to TCW108: ")
    ]
