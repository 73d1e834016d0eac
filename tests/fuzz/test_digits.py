"""Numbers of more digits than Python makes one of (4,300), wherever a text may be a number."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcwc.cli import main
from tcwc.expressions.meant import meant
from tcwc.model.limits import EXPRESSION

HEAD = "experiment_name: study\nbase_config: llama3_2/1B_lora_single_device\n"
SEEDS = f"{HEAD}variables:\n  seed: [1, 2]\n"
DATA = """\
controls:
  dataset:
    _component_: torchtune.datasets.instruct_dataset
    source: json
    data_files: data.json
"""
BASE = """\
output_dir: /tmp/x
model: {_component_: torchtune.models.llama3_2.lora_llama3_2_1b, lora_attn_modules: [q_proj]}
"""
MAPPING = """\
format: "1.1"
experiment: study
source: experiment.yaml
runs:
  run_000: {"parameters": {}, "sha256": "x"}
retired: {}
records: 1
"""
NUMBERS = {
    "zeros": "0" * 5_000,
    "nines": "9" * 5_000,
    "octal": "0" + "7" * 5_000,
    "hexadecimal": "0x" + "f" * 5_000,
    "exponent": "1e" + "9" * 5_000,
    "vast": "1e999999999999",  # a text of it would be a terabyte
    "raised": "\N{SUPERSCRIPT TWO}",  # `isdigit`, and no number to `int`
}
EXPERIMENTS = {
    "constant": SEEDS + "controls:\n  epochs: {}\n",
    "level": HEAD + "variables:\n  seed: [{}, 2]\n",
    "text": SEEDS + "controls:\n  output_dir: {}\n",
    "unread": SEEDS + "controls:\n  +x: {}\n",
    "limit": SEEDS + "limit: {}\n",
    "generator": HEAD + "variables:\n  seed:\n    range: [1, {}, 1]\n",
    "distribution": HEAD
    + "variables:\n  lr:\n    uniform: [1, {}]\nsample:\n  size: 2\n  seed: 1\n",
    "condition": SEEDS + "exclude: ['seed == {}']\n",
    "formula": SEEDS + "derived:\n  max_steps_per_epoch: seed * {}\n",
    "template": SEEDS + "controls:\n  output_dir: '/x/{{seed:{}d}}'\n",
    "reference": SEEDS + "controls:\n  dtype: '${{a[{}]}}'\n",
    "path": SEEDS + "controls:\n  'dataset[{}].x': 1\n",
    "sample": SEEDS + "sample:\n  size: 1\n  seed: {}\n",
    "meta": SEEDS + "meta:\n  a: {}\n",
    "version": SEEDS + "torchtune: {}\n",
    "size in other words": SEEDS + "sample:\n  n: {}\n  seed: 7\n",
    "size alone": SEEDS + "sample: {}\n",
    "count in other words": HEAD + "variables:\n  lr: {{min: 1, max: 2, num: {}}}\n",
    "words of another library": SEEDS + "controls:\n  max_steps: {}\n  gradient_accumulation: {}\n",
    "batch of another library": SEEDS + "controls:\n  train_batch_size: {}\n  warmup_ratio: {}\n",
    "percent": SEEDS + "controls:\n  optimizer.lr: {}%\n",
    "fraction": SEEDS + "controls:\n  optimizer.lr: 1/{}\n",
    "power": SEEDS + "controls:\n  optimizer.lr: 1x10^{}\n",
    "thousands": SEEDS + "controls:\n  tokenizer.max_seq_len: {}k\n",
    "split": SEEDS + DATA + "    split: 'train[{}:{}]'\n",
    "percents": SEEDS + DATA + "    split: 'train[:{}%]'\n",
    "files": SEEDS + "controls:\n  checkpointer.checkpoint_files: [m-1-of-{}.bin, m-{}-of-2.bin]\n",
    "last file": SEEDS
    + "controls:\n  checkpointer.checkpoint_files:\n"
    + "    {{filename_format: 'model-{{}}-of-{{}}.safetensors', max_filename: '{}'}}\n",
    "epoch": SEEDS
    + "controls:\n  resume_from_checkpoint: true\n"
    + "  checkpointer.adapter_checkpoint: /x/epoch_{}/adapter_model.pt\n"
    + "  checkpointer.recipe_checkpoint: /x/recipe_state/recipe_state.pt\n",
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command says; it may refuse, and must not crash."""
    try:
        status = main(arguments)
    except SystemExit as end:  # a wrong use of the command line
        status = int(str(end.code))
    out, err = capsys.readouterr()
    assert status in (0, 1, 2)
    assert "TCW005" not in out + err
    return out + err


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("place", EXPERIMENTS)
def test_in_an_experiment(place: str, number: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("data.json").write_text('[{"input": "a", "output": "b"}]')
    text = EXPERIMENTS[place]
    Path("experiment.yaml").write_text(text.format(*[NUMBERS[number]] * text.count("{")))
    assert said(capsys, "build", "experiment.yaml")


@pytest.mark.parametrize("number", NUMBERS)
def test_in_a_base_file(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = "recipe: lora_finetune_single_device\n"
    own = SEEDS.replace(
        "base_config: llama3_2/1B_lora_single_device\n", "base_config_file: b.yaml\n"
    )
    Path("experiment.yaml").write_text(own + recipe)
    Path("b.yaml").write_text(f"{BASE}epochs: {NUMBERS[number]}\n")
    assert said(capsys, "build", "experiment.yaml")


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("old", ["run_000", '"1.1"', "records: 1"])
def test_in_a_mapping(old: str, number: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("experiment.yaml").write_text(SEEDS)
    Path("configs").mkdir()
    for new in (old.replace("1", NUMBERS[number], 1), old.replace("000", NUMBERS[number])):
        Path("configs/run_mapping.yaml").write_text(MAPPING.replace(old, new))
        assert said(capsys, "build", "experiment.yaml")


@pytest.mark.parametrize("command", ["check", "build", "plan", "show", "build --force"])
@pytest.mark.parametrize("where", ["live", "retired"])
def test_in_an_id(where: str, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("experiment.yaml").write_text(SEEDS)
    assert said(capsys, "build", "experiment.yaml")
    if where == "retired":
        Path("experiment.yaml").write_text(SEEDS.replace("[1, 2]", "[1, 3]"))
        assert said(capsys, "build", "experiment.yaml")
    mapping = Path("configs/run_mapping.yaml")
    text = mapping.read_text()
    for number in NUMBERS.values():
        mapping.write_text(text.replace("  run_001:", f"  run_{number}:"))
        named = ["run_" + number] if command == "show" else []
        assert said(capsys, *command.split(), "experiment.yaml", *named)


@pytest.mark.parametrize("number", NUMBERS)
def test_in_the_comment_of_a_base(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    own = SEEDS.replace("base_config:", "base_config_file: b.yaml\nrecipe: r #")
    Path("experiment.yaml").write_text(
        own.replace("recipe: r", "recipe: lora_finetune_distributed")
    )
    started = f"tune run --nnodes {NUMBERS[number]} --nproc_per_node {NUMBERS[number]} "
    Path("b.yaml").write_text(f"# {started}lora_finetune_distributed --config x\n{BASE}")
    assert said(capsys, "build", "experiment.yaml")


@pytest.mark.parametrize("number", NUMBERS)
def test_in_the_environment(
    number: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("experiment.yaml").write_text(SEEDS)
    monkeypatch.setenv("COLUMNS", NUMBERS[number])
    assert said(capsys, "lint")


@pytest.mark.parametrize("number", NUMBERS)
def test_on_the_command_line(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("experiment.yaml").write_text(SEEDS)
    assert said(capsys, "show", "experiment.yaml", NUMBERS[number])
    assert said(capsys, "show", "experiment.yaml", f"run_{NUMBERS[number]}")
    assert said(capsys, "diff", f"experiment.yaml:run_{NUMBERS[number]}", NUMBERS[number])
    assert said(capsys, "explain", "experiment.yaml", "0", f"dataset[{NUMBERS[number]}]")
    Path("tcwc.toml").write_text(f'required-version = ">={NUMBERS[number]}.1"\n')
    assert said(capsys, "lint")


def test_what_is_too_long_is_not_looked_at_for_what_it_was_meant_as() -> None:
    """Its length is looked at first: each way to write it otherwise may go through it often."""
    assert meant("a && b") == "a and b"
    assert meant(f"a {' ' * EXPRESSION.at_most}&& b") == ""
