"""Each of the 136 behaviours is a condition, another rule's, or unknowable, and is counted."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import tcwc
from tcwc.disk import data
from tcwc.expressions.trees import expression, from_json
from tcwc.torchtune.catalogue import lines
from tcwc.torchtune.introspect.body_conditions import ADDED
from tcwc.torchtune.knowledge.condition.functions import ARGUMENTS
from tcwc.torchtune.knowledge.condition.model import SECTION, path_of
from tests.conditions.coverage import ELSEWHERE, NO_MISTAKE, ROWS, UNKNOWABLE
from tests.knowledge.data import VERSIONS, load, true_in
from tests.rules.cases import TABLE
from tools.regenerate_trees import trees

TEXT = data.read_text("schemas/knowledge/conditions.json")
TREES = data.read_text("schemas/knowledge/trees.json")
FILE: dict[str, Any] = json.loads(TEXT)
CONDITIONS = {id: member for id, member in FILE.items() if id != "about"}
RECIPES = {recipe for version in VERSIONS for recipe in load("recipes", version)}

LORA = "llama3_2/1B_lora_single_device"
FULL = "llama3_2/1B_full_single_device"
FULL_DISTRIBUTED = "llama3_2/1B_full"
DPO = "llama3_1/8B_lora_dpo_single_device"
DPO_DISTRIBUTED = "llama3_1/8B_lora_dpo"
KD = "llama3_2/8B_to_1B_KD_lora_single_device"
PPO = "mistral/7B_full_ppo_low_memory"
QAT_LORA = "llama3/8B_qat_lora"

TRIED: dict[int, tuple[str, str]] = {
    5: (FULL, "device: cuda"),
    11: (KD, "enable_activation_offloading: true"),
    12: (PPO, "enable_activation_offloading: true"),
    16: (PPO, "clip_grad_norm: 1.0"),
    21: (LORA, "optimizer_in_bwd: true"),
    22: (FULL, "~optimizer_in_bwd:"),
    23: (LORA, "~lr_scheduler:"),
    26: ("llama3_1/8B_full_dpo", "~lr_scheduler:"),
    30: (DPO, "clip_grad_norm: 1.0"),
    31: (PPO, "clip_grad_norm: 1.0"),
    51: (DPO, "collate_fn: torchtune.data.padded_collate_sft"),
    52: (DPO_DISTRIBUTED, "compile: true"),
    54: (DPO, "~compile:"),
    60: (PPO, "max_steps_per_epoch: 10"),
    70: (QAT_LORA, "fake_quant_after_n_steps: 10"),
    76: (LORA, "tensor_parallel_dim: 2"),
    78: (FULL_DISTRIBUTED, "ac_mode: sometimes"),
    88: (LORA, "dataset.packed: maybe"),
    91: (KD, "collate_fn: torchtune.data.padded_collate_sft"),
    93: (LORA, "lora_attn_modules: [kproj]"),
    94: (LORA, "lora_attn_modules: q_proj"),
    97: (LORA, "~model.lora_rank:"),
    110: (LORA, "checkpointer.model_type: llama3"),
    122: ("generation", "prompt: hello"),
    134: (FULL, "low_cpu_ram: true"),
}
"""By row a base and a line that another rule reports. 6 is where seeds do act; 124 is tried by
the cases of TCW402, as it needs `isolate_outputs: false`."""


def test_every_row_is_somewhere_and_the_counts_hold() -> None:
    conditions = {row for member in CONDITIONS.values() for row in member["rows"]}
    everywhere = conditions | set(ELSEWHERE) | set(NO_MISTAKE) | set(UNKNOWABLE)
    assert everywhere == set(range(1, ROWS + 1))
    others = [set(ELSEWHERE), set(NO_MISTAKE), set(UNKNOWABLE)]
    assert not (set(NO_MISTAKE) | set(UNKNOWABLE)) & conditions
    assert [len(conditions), *map(len, others)] == COUNTS


COUNTS = [90, 27, 11, 8]


@pytest.mark.parametrize("row", TRIED)
def test_what_another_rule_reports(
    row: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, line = TRIED[row]
    monkeypatch.chdir(tmp_path)
    Path("experiment.yaml").write_text(
        f"experiment_name: study\nbase_config: {base}\nvariables:\n  seed: [1, 2]\n"
        f"controls:\n  {line}\n",
        encoding="utf-8",
    )
    assert ELSEWHERE[row] in {d.code for d in tcwc.compile("experiment.yaml").diagnostics}


def test_all_but_two_of_them_are_tried() -> None:
    assert set(ELSEWHERE) - set(TRIED) == {6, 124}
    assert {code for code in ELSEWHERE.values() if code not in TABLE} == set()


def test_the_file_follows_its_schema() -> None:
    schema = json.loads(data.read_text("schemas/conditions.schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(FILE)
    assert lines.dump(FILE) == TEXT  # one entry a line


def test_all_functions_are_used() -> None:
    texts = " ".join(member["when"] for member in CONDITIONS.values())
    unused = [name for name in ARGUMENTS if f"{name}(" not in texts]
    assert set(unused) <= set(ADDED)  # of expressions that are read from bodies


def test_all_expressions_are_parsed_ahead() -> None:
    assert lines.dump(trees()) == TREES


def test_section_is_no_key_of_a_recipe() -> None:
    recipes = [each for version in VERSIONS for each in load("recipes", version).values()]
    assert [recipe for recipe in recipes if SECTION in recipe["keys"]] == []


@pytest.mark.parametrize("id", CONDITIONS)
def test_a_message_shows_what_is_asked(id: str) -> None:
    member = CONDITIONS[id]
    asked = set(expression(from_json(lines.find_text(TREES, member["when"]) or "")).names)
    shown = re.findall(r"\{([\w.]+)\}", member["message"] + member["help"])
    for path in {path_of(each) for each in shown} - {("recipe",), ("key",), ("most_steps",)}:
        assert path in asked or path[:-1] in asked


def test_names_in_the_file_are_known() -> None:
    groups = FILE["about"]["groups"]
    assert {recipe for recipes in groups.values() for recipe in recipes} <= RECIPES
    for id, member in CONDITIONS.items():
        assert set(member["recipes"]) <= {*groups, *RECIPES, "*"}, id
        assert set(member.get("except", ())) <= RECIPES, id
        assert member["rule"] in TABLE, id
        assert true_in(member), id
