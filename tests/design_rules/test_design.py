"""What lint says of a design: the reasons hold, sizes do not matter, and what is fine is silent."""

from __future__ import annotations

from pathlib import Path

import pytest

import tcwc
from tcwc.model.diagnostics import Diagnostic, Severity
from tcwc.torchtune.knowledge.beginning import scaled
from tests.experiments import CATALOGUE
from tests.steps import steps

LORA = "llama3_2/1B_lora_single_device"
FULL = "llama3_2/1B_full_single_device"


def lint(
    folder: Path, variables: str, controls: str = "", base: str = LORA, more: str = ""
) -> tuple[Diagnostic, ...]:
    def section(name: str, text: str) -> str:
        body = "".join(f"  {line}\n" for line in text.strip().splitlines())
        return f"{name}:\n{body}" if body else ""

    path = folder / "experiment.yaml"
    text = f"experiment_name: study\nbase_config: {base}\n{more}"
    path.write_text(text + section("variables", variables) + section("controls", controls))
    return tcwc.compile(path).diagnostics


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [each.code for each in found]


# --- fine designs are silent -----------------------------------------------------------------

FINE = [
    ("optimizer.lr: [1e-4, 3e-4, 1e-3]\nseed: [1, 2, 3]", ""),
    ("lora_rank: [8, 16]\noptimizer.lr: [1e-4, 3e-4]", "seed: 1"),
    ("model:\n  - {lora_rank: 8, lora_alpha: 16}\n  - {lora_rank: 64, lora_alpha: 128}", "seed: 1"),
    ("lora_rank: [8, 64]\nlora_alpha: [16, 128]", "seed: 1"),
    ("batch_size: [2, 4]\ngradient_accumulation_steps: [4, 8]", "seed: 1"),
    ("lora_alpha: [16, 256]", "seed: 1"),
    ("model.lora_dropout: [0.0, 0.1]\nseed: [1, 2]", ""),
    ("dataset.train_on_input: [true, false]", "seed: 1"),
    ("clip_grad_norm: [null, 1.0]", "seed: 1"),
    ("optimizer.weight_decay: [0.0, 0.01, 0.1]", ""),
    ("optimizer._component_: [torch.optim.AdamW, torch.optim.Adam]", ""),
    ("lr_scheduler.num_warmup_steps: [0, 100]", ""),
    ("dtype: [bf16, fp32]\nseed: [1, 2, 3]", ""),
]


@pytest.mark.parametrize(("variables", "controls"), FINE)
def test_a_sound_design_is_silent(tmp_path: Path, variables: str, controls: str) -> None:
    assert codes(lint(tmp_path, variables, controls)) == []


SEEDLESS = {
    "full_finetune_single_device",
    "full_finetune_distributed",
    "full_dpo_distributed",
    "qat_distributed",
    "quantize",
}


def test_shipped_bases_are_silent_but_for_seeds_that_reach_nothing(tmp_path: Path) -> None:
    for name in CATALOGUE.config_names():
        shipped = CATALOGUE.config(name)
        assert shipped is not None
        for recipe in shipped.recipes or ("full_finetune_distributed",):
            more = f"recipe: {recipe}\n"
            found = codes(lint(tmp_path, "seed: [1, 2]", base=name, more=more))
            assert found == (["TCW406"] if recipe in SEEDLESS else []), (name, recipe)


def test_shipped_parts_belong_together(tmp_path: Path) -> None:
    """Every shipped model with its own tokenizer and type, written out by the author."""
    for name in CATALOGUE.config_names():
        shipped = CATALOGUE.config(name)
        assert shipped is not None
        model, type_ = (
            shipped.values.get("model"),
            shipped.values.get("checkpointer"),
        )
        if not isinstance(model, dict) or not isinstance(type_, dict) or not shipped.recipes:
            continue
        controls = f"model._component_: {model['_component_']}\n"
        controls += f"checkpointer.model_type: {type_['model_type']}"
        if "seed" not in shipped.values:
            continue
        found = lint(tmp_path, "seed: [1, 2]", controls, name)
        assert set(codes(found)) <= {"TCW406"}, (name, found)


# --- effects ---------------------------------------------------------------------------------


def test_a_dropout_makes_the_seed_matter(tmp_path: Path) -> None:
    controls = """\
=model:
  _component_: torchtune.models.llama3.llama3
  vocab_size: 128256
  num_layers: 2
  num_heads: 4
  num_kv_heads: 2
  embed_dim: 64
  max_seq_len: 256
  attn_dropout: 0.1"""
    assert codes(lint(tmp_path, "seed: [1, 2]", controls, FULL)) == []
    without = controls.replace("0.1", "0.0")
    assert codes(lint(tmp_path, "seed: [1, 2]", without, FULL)) == ["TCW406"]


def test_runs_without_a_dropout_are_named(tmp_path: Path) -> None:
    controls = """\
=model:
  _component_: torchtune.models.llama3.llama3
  vocab_size: 128256
  num_layers: 2
  num_heads: 4
  num_kv_heads: 2
  embed_dim: 64
  max_seq_len: 256"""
    variables = "model.attn_dropout: [0.0, 0.1]\nseed: [1, 2]"
    (found,) = lint(tmp_path, variables, controls, FULL)
    assert (found.code, found.runs) == ("TCW406", "run_000-run_001 (2 of 4 runs)")


def test_an_unknown_dataset_may_draw_random_numbers(tmp_path: Path) -> None:
    controls = "=dataset: \n  _component_: my_lab.data.augmented"
    assert "TCW406" not in codes(lint(tmp_path, "seed: [1, 2]", controls, FULL))


# --- who says it -----------------------------------------------------------------------------


def test_a_null_seed_weighs_more_where_the_author_wrote_it(tmp_path: Path) -> None:
    four = "optimizer.lr: [1e-5, 2e-5, 3e-5, 4e-5]"
    (base,) = lint(tmp_path, four)
    (own,) = lint(tmp_path, four, "seed: null")
    assert (base.code, base.severity) == ("TCW411", Severity.INFO)
    assert (own.code, own.severity) == ("TCW411", Severity.WARNING)
    assert codes(lint(tmp_path, "optimizer.lr: [1e-5, 2e-5]")) == []  # a trial
    assert codes(lint(tmp_path, four, base=FULL)) == []  # no random numbers to begin with


@pytest.mark.parametrize(
    ("variables", "answer", "code"),
    [
        ("lora_rank: [8, 64]", "lora_alpha: 128", "TCW413"),
        ("batch_size: [2, 8]", "gradient_accumulation_steps: 8", "TCW414"),
        ("gradient_accumulation_steps: [2, 8]", "batch_size: 4", "TCW414"),
        ("dataset.split: [train, test]", "max_steps_per_epoch: null", "TCW417"),
    ],
)
def test_to_state_the_other_key_is_an_answer(
    tmp_path: Path, variables: str, answer: str, code: str
) -> None:
    assert codes(lint(tmp_path, variables)) == [code]
    assert codes(lint(tmp_path, variables, answer)) == []


def test_confounds_are_no_reason_to_fail(tmp_path: Path) -> None:
    for variables in ("lora_rank: [8, 64]", "batch_size: [2, 8]", "epochs: [1, 3]"):
        assert {each.severity for each in lint(tmp_path, variables)} == {Severity.INFO}


# --- one mistake, one finding ----------------------------------------------------------------


def test_a_model_that_cannot_load_is_said_once(tmp_path: Path) -> None:
    swap = "model._component_: torchtune.models.qwen2_5.lora_qwen2_5_3b"
    assert codes(lint(tmp_path, "seed: [1, 2]", swap)) == ["TCW420"]
    paired = swap + "\ncheckpointer.checkpoint_dir: /models/qwen"
    assert sorted(codes(lint(tmp_path, "seed: [1, 2]", paired))) == ["TCW333", "TCW421", "TCW422"]


def test_an_error_elsewhere_leaves_the_design_for_later(tmp_path: Path) -> None:
    found = lint(tmp_path, "lora_rank: [8, 64]\nlora_rnak: [1, 2]", "seed: null")
    assert {each.severity for each in found} == {Severity.ERROR}


# --- size ------------------------------------------------------------------------------------


def test_a_million_runs_are_not_expanded(tmp_path: Path) -> None:
    levels = ", ".join(str(rank) for rank in range(1, 101))
    rates = ", ".join(f"{n}e-6" for n in range(1, 21))
    seeds = ", ".join(map(str, range(20)))
    variables = f"""\
lora_rank: [{levels}]
optimizer.lr: [{rates}]
seed: [{seeds}]
batch_size: [1, 2, 4, 8]
epochs: [1, 2, 3]
log_every_n_steps: [1, 10]"""
    more = "limit: 1000000\n"
    found = lint(tmp_path, variables, more=more)
    assert steps(lambda: lint(tmp_path, variables, more=more)) < 8_000_000
    assert codes(found) == ["TCW413", "TCW414", "TCW415", "TCW407"]


@pytest.mark.parametrize(("controls", "code"), [("", "TCW405"), ("batch_sise: 2", "TCW201")])
def test_the_comparison_runs_where_all_else_is_right(
    controls: str, code: str, tmp_path: Path
) -> None:
    assert codes(lint(tmp_path, "lora_rank: [8]", controls)) == [code]


@pytest.mark.parametrize(
    ("base", "factor"),
    [("llama3_2/1B_lora_single_device", 2.0), ("llama3_1/8B_lora_dpo_single_device", 2.0)],
)
def test_the_help_of_a_rank_alone_keeps_the_scale_of_the_base(
    tmp_path: Path, base: str, factor: float
) -> None:
    text = f"experiment_name: study\nbase_config: {base}\nvariables:\n  lora_rank: [8, 64]\n"
    source = tmp_path / "experiment.yaml"
    source.write_text(text, encoding="utf-8")
    (found,) = [each for each in tcwc.compile(source).diagnostics if each.code == "TCW413"]
    line = found.help.partition("write `")[2].partition("` under `derived:`")[0]
    source.write_text(f"{text}derived:\n  {line}\n", encoding="utf-8")
    made = tcwc.compile(source)
    assert "TCW413" not in [each.code for each in made.diagnostics]
    models = [run.config["model"] for run in made.runs]
    assert [each["lora_alpha"] / each["lora_rank"] for each in models] == [factor, factor]


@pytest.mark.parametrize(
    ("rank", "alpha", "formula"),
    [(64, 128, "2 * r"), (16, 8, "r * 0.5"), (3, 1, "r * 1 / 3"), (8, 12, "r * 1.5")],
)
def test_a_scale_is_exact(rank: float, alpha: float, formula: str) -> None:
    assert scaled("r", rank, alpha) == formula
