"""Single repairs, letter by letter: before, after, and that nothing else of the file moved."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tcwc.api.compilation import compile
from tcwc.api.session import Session
from tcwc.lint.fix import Outcome, repair
from tcwc.lint.replacements import Linted, Repair, Replacement, change
from tcwc.model.diagnostics import finding
from tcwc.model.rules import UNKNOWN_KEY
from tcwc.model.source import SourceText

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
    "a fence of Markdown": (f"```yaml\n{CONTROLS}  epochs: 2\n```\n", f"{CONTROLS}  epochs: 2\n"),
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
    "several in quotes": (
        HEAD + 'variables:\n  learning_rate: "1e-4,3e-4"\n  lora_rank: 8,16,32\n',
        HEAD + "variables:\n  learning_rate: [1e-4, 3e-4]\n  lora_rank: [8, 16, 32]\n",
    ),
    "calls of elsewhere": (
        HEAD + "variables:\n  lora_rank: [choice(2, 4, 8)]\n  seed: range(1,4)\n",
        HEAD + "variables:\n  lora_rank: [2, 4, 8]\n  seed: {range: [1, 3, 1]}\n",
    ),
    "dashes without a space": (
        HEAD + "variables:\n  lora_rank:\n    -8\n    -16\n",
        HEAD + "variables:\n  lora_rank:\n    [8, 16]\n",
    ),
    "one mistake behind another": (
        HEAD + "variables:\n  lora_rank:[8, 16]\ncontrols:\n  EPOCHS: 2.0\n",
        HEAD + "variables:\n  lora_rank: [8, 16]\ncontrols:\n  epochs: 2\n",
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
    "an unseen character for the space": (
        CONTROLS + "  seed: 1\n  dataset.data_files:\u200b/x.json\n",
        CONTROLS + "  seed: 1\n  dataset.data_files: /x.json\n",
    ),
    "an unseen character for the space, in flow": (
        CONTROLS + "  dataset: {source:\u2060json, data_files: a}\n",
        CONTROLS + "  dataset: {source: json, data_files: a}\n",
    ),
    "a condition without a space behind its colon": (
        CONTROLS + "  when: {lora_rank == 8:{epochs: 2}}\n",
        CONTROLS + "  when: {lora_rank == 8: {epochs: 2}}\n",
    ),
    "comments within what is written otherwise": (
        HEAD + VARIABLES + "output:  # of configs\n  # where\n  dir: out  # here\n",
        HEAD + VARIABLES + "# of configs\n# where\noutput: out  # here\n",
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
    "a name of another's, in a section that the base has": (
        CONTROLS + "  loss.alpha: 0.5\n",
        CONTROLS + "  model.lora_alpha: 0.5\n",
    ),
    "misspelt": (
        HEAD + "variables:\n  model.lora_rnak: [8, 16]\n",
        HEAD + "variables:\n  model.lora_rank: [8, 16]\n",
    ),
    "misspelt below": (
        CONTROLS + "  optimizer:\n    weight_dekay: 0.1\n",
        CONTROLS + "  optimizer:\n    weight_decay: 0.1\n",
    ),
    "choice": (
        HEAD + "variables:\n  dtype: [bf16, fp32]\ncontrols:\n  checkpointer.model_type: LLMA3_2\n",
        HEAD
        + "variables:\n  dtype: [bf16, fp32]\ncontrols:\n  checkpointer.model_type: LLAMA3_2\n",
    ),
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
    "swapped by a variable, beside another": (
        HEAD + "variables:\n  optimizer._component_: [torch.optim.AdamW, torch.optim.Rprop]\n"
        "  optimizer.lr: [1e-4, 3e-4]\n",
        HEAD + "variables:\n  optimizer: [{_component_: torch.optim.AdamW}, "
        "{_component_: torch.optim.Rprop, ~fused: null, ~weight_decay: null}]\n"
        "  optimizer.lr: [1e-4, 3e-4]\n",
    ),
    "swapped by a variable, under a sample": (
        HEAD + "variables:\n  optimizer._component_: [torch.optim.AdamW, torch.optim.SGD]\n"
        "  optimizer.lr: [1e-4, 3e-4]\nsample: 3\ncontrols:\n  optimizer.betas: [0.9, 0.95]\n",
        HEAD + "variables:\n  optimizer._component_: [torch.optim.AdamW, torch.optim.SGD]\n"
        "  optimizer.lr: [1e-4, 3e-4]\nsample: 3\ncontrols:\n  optimizer.betas: [0.9, 0.95]\n"
        "  when: {\"optimizer._component_ == 'torch.optim.SGD'\": {~optimizer.betas: null}}\n",
    ),
    "no output_dir": (
        CONTROLS + "  ~output_dir:\n  epochs: 2\n",
        CONTROLS + "  epochs: 2\n",
    ),
    "reference": (
        CONTROLS + "  metric_logger.log_dir: ${outptu_dir}/x\n",
        CONTROLS + "  metric_logger.log_dir: ${output_dir}/x\n",
    ),
}


@pytest.mark.parametrize("name", SAFE)
def test_line_ends_make_no_difference(name: str) -> None:
    text, wanted = SAFE[name]
    assert after(text.replace("\n", "\r\n")) == wanted.replace("\n", "\r\n")


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
    "one value": HEAD + "variables:\n  lora_rank: 8\n",
    "a call that is none here": HEAD + "variables:\n  lora_rank: normal(2, 4)\n",
    "a thousand, or two": HEAD + "variables:\n  max_steps_per_epoch: 1,024\n",
    "one thousand, or two numbers": CONTROLS + "  max_steps_per_epoch: 1 024\n",
    "a level twice": HEAD + "variables:\n  lora_rank: [8, 16, 8]\n",
    "a level that would come twice": HEAD + "variables:\n  dtype: [bf16, BF16]\n",
    "one list or several": HEAD + "variables:\n  lora_attn_modules: [q_proj, v_proj]\n",
    "another module": HEAD + "variables:\n  lora_attn_modules: [[q_proj], [q_proj, gate_proj]]\n",
    "another release's key": CONTROLS + "  run_val_every_n_steps: 400\n",
    "another model": HEAD.replace("llama3_2/1B", "qwen3/32B") + VARIABLES,
    "another number": CONTROLS + "  dtype: fp61\n",
    "digits behind a zero": CONTROLS + "  max_steps_per_epoch: 010\n",
    "deleted with a value": CONTROLS + "  ~dataset.packed: true\n",
    "deleted under a misspelt name": CONTROLS + "  ~metric_loger:\n",
    "the only control, overridden": CONTROLS + "  lora_rank: 8\n",
    "overridden in some runs": CONTROLS + "  epochs: 2\n  lora_alpha: 8\n"
    "arms:\n  size:\n    s: {lora_dropout: 0.1}\n    l: {lora_dropout: 0.2, lora_alpha: 32}\n",
    "a line that nothing is said of": CONTROLS + "  epochs: 2\n  lora_rank:\n    8\n",
    "many levels": HEAD + "variables:\n  lora_rank: range(8, 64)\n",
    "a reference without its dollar": CONTROLS + "  metric_logger.log_dir: {output_dir}/logs\n",
    "one level": HEAD + "variables:\n  seed: range(1, 2)\n",
    "a letter and a colon": CONTROLS + "  tokenizer: {max_seq_len: 9, pat:h /x}\n",
    "a name that is nearer to none": CONTROLS
    + "  model._component_: torchtune.models.llama3_2.dlora_llama3_2_1b\n",
    "renamed, and then removed": CONTROLS + "  seed: 1\n  model.lora_r: 8\n",
    "another syntax error": HEAD + "variables:\n  lora_rank: [8, 16\n",
}


@pytest.mark.parametrize("name", LEFT)
def test_nothing_is_guessed(name: str) -> None:
    assert after(LEFT[name], unsafe=True) == LEFT[name]


HIDDEN = {
    "a key that nothing reads": (
        HEAD + VARIABLES + "control:\n  nonsense: 2\n",
        "it would uncover TCW201: ",
    ),
    "an open quote": (
        CONTROLS + '  epochs: 2\nengineering:\n  log_every_n_steps:" 10\n',
        "it would lead to TCW003: ",
    ),
    "a constant that a variable sets": (
        CONTROLS + "  epochs: 2\n  LORA_RANK: 8\n",
        "it would lead to TCW401: ",
    ),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_a_fix_that_uncovers_a_mistake_is_dropped_and_said_so(name: str) -> None:
    text, why = HIDDEN[name]
    outcome = repaired(text)
    assert not outcome.texts
    assert not outcome.fixed
    assert [said[: len(why)] for _, said in outcome.dropped] == [why]


def test_a_fix_that_makes_another_mistake_is_dropped() -> None:
    text = CONTROLS + "  Epochs: 2\n  epochs: 3\n  SEED: 1\n"
    outcome = repaired(text)
    assert outcome.texts["x.yaml"] == text.replace("SEED", "seed")
    assert [(each.span.line, why[:25]) for each, why in outcome.dropped] == [
        (6, "it would lead to TCW108: ")
    ]


@pytest.mark.parametrize("last", ["compile: off", 'shuffle: "yes"'])
def test_the_fix_that_causes_a_mistake_is_dropped_and_not_the_last_one(last: str) -> None:
    some = "  log_peak_memory_stats: on\n"
    text = HEAD + f"variables:\n  Packed: [true, false]\ncontrols:\n{some}  {last}\n"
    outcome = repaired(text, unsafe=True)
    key, value = last.split(": ")
    expected = text.replace(some, some.replace(": on", ": true"))
    expected = expected.replace(last, f"{key}: {'false' if value == 'off' else 'true'}")
    assert outcome.texts["x.yaml"] == expected
    assert [(each.span.line, why[:26]) for each, why in outcome.dropped] == [
        (4, "it would uncover TCW306: `")
    ]


def test_no_fix_is_dropped_for_what_is_there_without_it() -> None:
    text = HEAD + 'variables:\n  packed: ["true", "false"]\ncontrols:\n  compile: off\n'
    outcome = repaired(text)
    assert outcome.texts["x.yaml"] == text.replace('["true", "false"]', "[true, false]")
    assert [each.span.line for each, _ in outcome.dropped] == [6]


def test_what_hid_all_the_rest_is_repaired_though_there_were_errors() -> None:
    text = CONTROLS.replace("_device", "_device.yaml") + "  Epochs: 2\n  nonsense: 1\n"
    outcome = repaired(text)
    assert outcome.texts["x.yaml"] == CONTROLS + "  epochs: 2\n  nonsense: 1\n"
    assert [(each.code, count) for each, count in outcome.uncovered] == [("TCW105", 2)]


def test_what_was_written_for_what_is_said() -> None:
    text = CONTROLS + "  Epochs: 2\n  password: x\n  output:\n  optimizer: {}\n"
    outcome = repaired(text, unsafe=True)
    assert outcome.changes == ["Epochs -> epochs", "removed optimizer: {}"]
    assert len(outcome.changes) == len(outcome.fixed)


def test_no_secret_is_said() -> None:
    text = "password: hunter2x\nseed: 1\n"
    source = {"x": SourceText("x", text)}
    said = finding(UNKNOWN_KEY, source["x"].span(0, 8), "")
    for start, end in ((0, 18), (10, 18), (12, 15)):
        made = change(Repair(said, (Replacement("x", start, end, "y"),)), source)
        assert made == "..."
    assert change(Repair(said, (Replacement("x", 19, 23, "y"),)), source) == "seed -> y"
