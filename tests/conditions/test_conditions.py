"""How conditions across keys are evaluated, placed and reported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import tcwc
from tcwc.model.diagnostics import Diagnostic

LORA = "llama3_2/1B_lora_single_device"
Lint = Callable[..., list[Diagnostic]]


@pytest.fixture
def lint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lint:
    """The findings of the 3xx family about lines below `variables:`, and others."""
    monkeypatch.chdir(tmp_path)

    def found(
        variables: str, controls: str = "", base: str = LORA, more: str = ""
    ) -> list[Diagnostic]:
        text = f"experiment_name: study\nbase_config: {base}\n{more}variables:\n"
        text += "".join(f"  {line}\n" for line in variables.split("\n"))
        if controls:
            text += "controls:\n" + "".join(f"  {line}\n" for line in controls.split("\n"))
        Path("experiment.yaml").write_text(text, encoding="utf-8")
        every = tcwc.compile("experiment.yaml").diagnostics
        return [each for each in every if each.code.startswith("TCW3")]

    return found


def codes(found: list[Diagnostic]) -> list[str]:
    return [each.code for each in found]


def test_one_finding_names_the_runs(lint: Lint) -> None:
    (one,) = lint(
        "enable_activation_offloading: [true, false]\nlora_rank: [8, 16]\n"
        "enable_activation_checkpointing: [true, false]"
    )
    assert (one.code, one.runs) == ("TCW303", "run_001, run_003 (2 of 8 runs)")
    assert (one.span.line, one.span.column) == (4, 34)


def test_a_level_that_is_wrong_is_pointed_to(lint: Lint) -> None:
    found = lint("dtype: [bf16, fp16, fp32]")
    assert [(d.code, d.span.column, d.runs) for d in found] == [
        ("TCW301", 17, "run_001 (1 of 3 runs)")
    ]


@pytest.mark.parametrize(
    ("base", "held"),
    [
        ("llama3_2/8B_to_1B_KD_lora_single_device", "enable_activation_offloading"),
        ("llama3/8B_full_single_device", "optimizer_in_bwd"),
        ("mistral/7B_full_ppo_low_memory", "whiten_rewards"),
    ],
)
def test_what_a_shipped_base_does_is_not_reported(lint: Lint, base: str, held: str) -> None:
    assert lint("learning_rate: [1e-4, 2e-4]", "", base) == []


def test_what_a_base_file_does_is_the_authors(lint: Lint, tmp_path: Path) -> None:
    text = "output_dir: /tmp/x\ndtype: fp16\nloss:\n  _component_: torch.nn.CrossEntropyLoss\n"
    (tmp_path / "base.yaml").write_text(text, encoding="utf-8")
    Path("experiment.yaml").write_text(
        "experiment_name: study\nbase_config_file: base.yaml\n"
        "recipe: lora_finetune_single_device\nvariables:\n  seed: [1, 2]\n",
        encoding="utf-8",
    )
    found = [d for d in tcwc.compile("experiment.yaml").diagnostics if d.code == "TCW301"]
    assert [str(d.span) for d in found] == ["base.yaml:2:8"]


def test_a_control_that_mends_it_is_seen(lint: Lint) -> None:
    assert lint("dataset.packed: [true, false]", "tokenizer.max_seq_len: 2048") == []
    assert codes(lint("dataset.packed: [true, false]")) == ["TCW306"]


def test_references_are_followed_to_what_the_author_wrote(lint: Lint) -> None:
    (one,) = lint("seed: [1, 2]", "output_dir: ${checkpointer.checkpoint_dir}/runs")
    assert (one.code, one.span.line) == ("TCW318", 6)
    (one,) = lint("output_dir: [/nowhere/a, /tmp/Llama-3.2-1B-Instruct/b]")
    assert (one.code, one.runs) == ("TCW318", "run_001 (1 of 2 runs)")


def test_what_only_the_environment_knows_passes_no_test(lint: Lint) -> None:
    assert lint("seed: [1, 2]", "output_dir: ${oc.env:HOME}/runs") == []


def test_each_item_of_a_list_is_a_section(lint: Lint) -> None:
    items = (
        "=dataset:\n"
        "  - {_component_: torchtune.datasets.alpaca_dataset, packed: true}\n"
        "  - {_component_: torchtune.datasets.alpaca_dataset, packed: false}"
    )
    assert set(codes(lint("seed: [1, 2]", items))) == {"TCW306"}
    messages = " ".join(d.message for d in lint("seed: [1, 2]", items))
    assert "some of the data sets are packed and some are not" in messages
    assert "`packed` needs `tokenizer.max_seq_len`" in messages


def test_products_of_keys(lint: Lint) -> None:
    lines = "lr_scheduler.num_warmup_steps: 100\nmax_steps_per_epoch: 60"
    assert codes(lint("epochs: [1, 2]", lines)) == ["TCW310"]
    (one,) = lint("epochs: [1, 2]", lines)
    assert one.runs == "run_000 (1 of 2 runs)"


def test_an_absent_key_is_not_judged_where_something_is_broken(lint: Lint) -> None:
    """The key that is missing may be the one that could not be read."""
    assert lint("dataset.packed: [true, false]", "tokenizer.max_seq_len: many") == []


def test_other_recipes_are_not_concerned(lint: Lint) -> None:
    assert lint("dtype: [fp16, bf16]", "", "generation") == []


def test_levels_by_the_thousand(lint: Lint) -> None:
    levels = ", ".join(str(each) for each in range(6000))
    found = lint(f"lr_scheduler.num_warmup_steps: [{levels}]", "max_steps_per_epoch: 5998")
    assert [(d.code, d.runs) for d in found] == [
        ("TCW310", "run_5998 (1 of 6000 runs)"),
        ("TCW310", "run_5999 (1 of 6000 runs)"),
    ]
