"""Which values of a base fit what reads them: as Python would take them."""

from __future__ import annotations

from pathlib import Path

import pytest

import tcwc
from tcwc.model.ir import Value
from tcwc.model.types import Type, misfit
from tests.experiments import write_experiment
from tests.parity.silence import copied

INT, FLOAT, BOOL = Type(("int",)), Type(("float",)), Type(("bool",))
TEXT, LIST, SECTION = Type(("str",)), Type(("list",), item=Type(("str",))), Type(("mapping",))
DTYPE = Type(("str", "null"), ("bf16", "fp32"))
EXPERIMENT = """\
experiment_name: values
base_config_file: base.yaml
recipe: lora_finetune_single_device
variables:
  seed: [1, 2]
"""


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        (8, INT, None), (8.0, INT, "type"), ("8", INT, "type"), (True, INT, "type"),
        (None, INT, "type"), ([8], INT, "type"),
        (8, FLOAT, None), (1e-4, FLOAT, None), ("1e-4", FLOAT, "type"), (True, FLOAT, "type"),
        (True, BOOL, None), (1, BOOL, None), (0, BOOL, None), (2, BOOL, "type"),
        (None, BOOL, None), ("yes", BOOL, "type"),
        ("x", TEXT, None), (5, TEXT, "type"), (None, TEXT, "type"),
        (["a"], LIST, None), ("a", LIST, "type"), ({}, LIST, "type"),
        ({"a": 1}, SECTION, None), ([{"a": 1}], SECTION, "type"), ("a", SECTION, "type"),
        ("bf16", DTYPE, None), (None, DTYPE, None), ("fp61", DTYPE, "choice"),
        ("whatever", Type(("any",)), None),
    ],
)  # fmt: skip
def test_misfit(value: Value, type_: Type, expected: str | None) -> None:
    assert misfit(value, type_) == expected


def lint(folder: Path, base: str, more: str = "") -> list[str]:
    (folder / "base.yaml").write_text(base, encoding="utf-8")
    compilation = tcwc.compile(write_experiment(folder, EXPERIMENT + more))
    return [d.code for d in compilation.diagnostics if d.severity.value == "error"]


CONFIG = "llama3_2/1B_lora_single_device"
BASE = copied(CONFIG)


def test_a_bad_value_that_is_overridden_is_none(tmp_path: Path) -> None:
    bad = BASE.replace("lora_rank: 64", "lora_rank: banana")
    assert lint(tmp_path, bad) == ["TCW203"]
    assert lint(tmp_path, bad, "controls:\n  model.lora_rank: 8\n") == []


def test_a_bad_value_that_is_replaced_with_its_section_is_none(tmp_path: Path) -> None:
    bad = BASE.replace("lr: 0.0003", "lr: fast")
    assert lint(tmp_path, bad) == ["TCW203"]
    new = "controls:\n  =optimizer: {_component_: torch.optim.SGD, lr: 0.01}\n"
    assert lint(tmp_path, bad, new) == []


def test_a_value_of_one_s_own_is_judged_by_what_refers_to_it(tmp_path: Path) -> None:
    through = BASE.replace("lora_rank: 64", "lora_rank: ${rank}")
    assert lint(tmp_path, through + "rank: 8\n") == []
    assert lint(tmp_path, through + "rank: banana\n") == ["TCW203"]
    # Whatever the environment holds, OmegaConf gives it as a string.
    assert lint(tmp_path, through + "rank: ${oc.env:RANK}\n") == ["TCW203"]


def test_a_shipped_base_is_judged_where_the_author_swaps(tmp_path: Path) -> None:
    text = EXPERIMENT.replace("base_config_file: base.yaml", "base_config: " + CONFIG)
    wrong = text + "controls:\n  model.lora_rank: ${output_dir}\n"
    found = tcwc.compile(write_experiment(tmp_path, wrong)).diagnostics
    assert [d.code for d in found if d.severity.value == "error"] == ["TCW203"]
