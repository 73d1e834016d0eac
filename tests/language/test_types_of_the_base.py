"""What reads a key decides its type, also where the base says it by a reference, or a `when`."""

from __future__ import annotations

from pathlib import Path

import pytest

import tcwc

BASE = """\
output_dir: /tmp/x
num: 3
chained: ${num}
twice: ${chained}
late: ${oc.env:NOWHERE_TO_BE_FOUND,1}
text: a${num}
reads: [twice, chained, "${twice}${late}${text}"]
model: {_component_: torchtune.models.llama3_2.llama3_2_1b}
"""
HEAD = "experiment_name: t\nbase_config_file: base.yaml\nrecipe: full_finetune_single_device\n"
SHIPPED = "experiment_name: t\nbase_config: llama3_2/1B_lora_single_device\n"


def compiled(folder: Path, source: str, ignored: str = "TCW2") -> tcwc.Compilation:
    (folder / "base.yaml").write_text(BASE, "utf-8")
    (folder / "tcwc.toml").write_text(f'ignore = ["TCW3", "TCW4", "{ignored}"]', "utf-8")
    (folder / "experiment.yaml").write_text(source, "utf-8")
    return tcwc.compile(folder / "experiment.yaml")


@pytest.mark.parametrize(
    ("key", "written", "value"),
    [("chained", "4", 4), ("twice", "4", 4), ("late", "4", 4), ("text", "4", "4")],
)
def test_a_reference_of_the_base_has_the_type_of_what_it_names(
    key: str, written: str, value: object, tmp_path: Path
) -> None:
    made = compiled(tmp_path, f"{HEAD}variables: {{{key}: [{written}]}}\n")
    assert made.ok, made.diagnostics
    (run,) = made.runs
    assert (run.config[key], type(run.config[key])) == (value, type(value))


def test_a_condition_leaves_the_component_of_the_base_in_some_runs(tmp_path: Path) -> None:
    """So its arguments may be set, though no level takes them."""
    levels = "[{_component_: torchtune.datasets.text_completion_dataset, source: text}]"
    source = (
        f"{SHIPPED}variables:\n  lora_rank: [8, 16]\n"
        f"  =dataset: {{values: {levels}, when: lora_rank > 8}}\n"
        "controls: {train_on_inputs: false}\n"
    )
    made = compiled(tmp_path, source)
    assert made.ok, made.diagnostics
    assert [run.config["dataset"].get("train_on_input") for run in made.runs] == [False, None]


def test_what_is_ignored_of_a_component_hides_no_reference(tmp_path: Path) -> None:
    source = (
        f"{SHIPPED}variables: {{lora_rank: [8, 16]}}\ncontrols:\n"
        "  =dataset: {_component_: torchtune.datasets.chat_dataset, source: json}\n"
        "  tokenizer.path: ${nowhere}\n"
    )
    made = compiled(tmp_path, source, "TCW220")
    assert not made.ok
    assert "TCW211" in {each.code for each in made.diagnostics}
