"""The nearest shipped config, and the lines that take it to a config."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tcwc.api.compilation import compile
from tcwc.api.session import TARGET, Session
from tcwc.disk.files import Place
from tcwc.model.ir import Op, Value
from tcwc.model.known import Knowledge
from tcwc.moves.nearest import nearest
from tcwc.moves.steps import same, steps
from tcwc.moves.written import entry_lines, inline, number, owned_lines, section_lines

BASE = "llama3_2/1B_lora_single_device"


@pytest.fixture(scope="module")
def known() -> Knowledge:
    return Session().catalogue("0.6.1", Place("experiment.yaml"))


def values_of(known: Knowledge, name: str = BASE) -> dict[str, Any]:
    config = known.config(name)
    assert config is not None
    return copy.deepcopy(config.values)


@pytest.mark.parametrize("name", [BASE, "llama3_1/8B_full", "qwen2_5/0.5B_full_single_device"])
def test_a_shipped_config_is_nearest_to_itself(name: str, known: Knowledge) -> None:
    found = nearest(values_of(known, name), known, TARGET)
    assert found is not None
    assert (found.name, found.count, found.shared) == (name, 0, 1.0)


def test_an_edited_config_is_nearest_to_what_it_was_made_of(known: Knowledge) -> None:
    values = values_of(known)
    values["optimizer"]["lr"] = 1e-5
    values["tokenizer"]["path"] = "/models/tokenizer.model"
    del values["profiler"]
    found = nearest(values, known, TARGET)
    assert found is not None
    assert (found.name, found.recipe) == (BASE, "lora_finetune_single_device")
    assert {(each.path, each.op) for each in found.settings} == {
        (("optimizer", "lr"), Op.SET),
        (("tokenizer", "path"), Op.SET),
        (("profiler",), Op.DELETE),
    }


def test_the_recipe_that_is_named_chooses_among_the_bases(known: Knowledge) -> None:
    found = nearest(values_of(known), known, TARGET, "lora_finetune_distributed")
    assert found is not None
    assert found.recipe == "lora_finetune_distributed"
    assert found.name == "llama3_2/1B_lora"


def test_what_has_nothing_in_common_is_near_to_nothing(known: Knowledge) -> None:
    assert nearest({"a": "b"}, known, TARGET) is None


ODD: dict[str, Value] = {
    "batch_size": 3,
    "optimizer": {"_component_": "torch.optim.SGD", "lr": 1.25e-5},
    "dataset": {
        "_component_": "torchtune.datasets.chat_dataset",
        "source": "json",
        "conversation_column": "x",
        "conversation_style": "openai",
        "data_files": 'a b, {x}\'s "files"/é #1: {run_id}.json',
    },
    "note": {
        "a": [{"b": 1}, {"c": []}],
        "on": "yes",
        "x.y": "1e-4",
        "off": 1,
        "7": 2,
        "z": {},
        "n": None,
    },
    "texts": ["1", "null", "", " x ", "${output_dir}/{y}", "two\nlines", "- a", "a: b", "~", "="],
    "numbers": [1, 1.0, 0.1, 1e-7, 123456.75, 1e20, -0.0, True, float("inf")],
}


def test_what_is_written_compiles_to_the_values(known: Knowledge) -> None:
    values = values_of(known) | ODD
    del values["profiler"]
    settings = list(steps(values_of(known), values, TARGET.component))
    added = [(key,) for key in ODD if key not in ("dataset", "optimizer", "batch_size")]
    lines = [line for line, _ in owned_lines(settings, added=added)]
    text = f"experiment_name: x\nbase_config: {BASE}\nisolate_outputs: false\ncontrols:\n"
    made = compile("x.experiment.yaml", text=text + "\n".join(lines) + "\n")
    assert made.ok, [str(each.message) for each in made.diagnostics]
    assert same(made.runs[0].config, values)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3e-4, "3e-4"), (0.0001, "1e-4"), (0.01, "0.01"), (1.0, "1.0"), (0.05, "0.05"),
        (0.00031622776601683794, "3.1622776601683794e-4"), (None, "null"), (True, "true"), (8, "8"),
    ],
)  # fmt: skip
def test_numbers_are_as_people_write_them(value: float | None, text: str) -> None:
    assert number(value) == text


def test_lists_of_sections_stand_below_their_key() -> None:
    value: Value = [{"_component_": "a.b", "source": "x"}, {"packed": False}]
    assert list(entry_lines("dataset", value, "")) == [
        "dataset:",
        "  - _component_: a.b",
        "    source: x",
        "  - packed: false",
    ]
    assert inline([["q_proj"], ["q_proj", "v_proj"]]) == "[[q_proj], [q_proj, v_proj]]"


def test_many_keys_of_a_section_stand_below_its_name(known: Knowledge) -> None:
    new = {"model": {"a": 1, "b": 2, "c": None}, "optimizer": {"lr": 1e-4}, "seed": 1}
    old: dict[str, Value] = {"model": {"x": 1}, "optimizer": {"lr": 1.0}, "epochs": 1}
    new["model"] = {**new["model"], "x": 1}  # type: ignore[dict-item]
    assert list(section_lines(steps(old, new, "_component_"))) == [
        "  model:",
        "    a: 1",
        "    b: 2",
        "    c: null",
        "  optimizer.lr: 1e-4",
        "  seed: 1",
        "  ~epochs:",
    ]
