"""`tcwc bases`: what it says of each config, for each version."""

from __future__ import annotations

import json

import jsonschema
import pytest

from tcwc.api.session import TARGET, Session
from tcwc.cli import main
from tcwc.disk import data
from tcwc.disk.files import Place
from tcwc.model.about import About


def told(version: str) -> dict[str, About]:
    known = Session().catalogue(version, Place("experiment.yaml"))
    configs = filter(None, map(known.config, known.config_names()))
    assert TARGET.about is not None
    return {each.name: TARGET.about(each, known) for each in configs}


@pytest.mark.parametrize("version", Session().versions)
def test_every_config_is_told(version: str) -> None:
    known = Session().catalogue(version, Place("experiment.yaml"))
    for name, each in told(version).items():
        assert each.recipe in known.recipe_names(), name
        recipe = known.recipe(each.recipe)
        assert recipe is not None
        assert (each.devices > 1) == recipe.distributed, name
        assert each.size, name
        # What its name says, its values and its recipe say too.
        words = name.rpartition("/")[2].lower().split("_")
        methods = {"lora", "qlora", "dora", "qdora", "full", "dpo", "kd", "qat", "ppo", "grpo"}
        said = methods & set(words)
        assert said - {"grpo"} <= set(each.method.split()) | {"full"}, name


@pytest.mark.parametrize(
    ("name", "model", "size", "method", "devices"),
    [
        ("llama3_2/1B_lora_single_device", "llama3_2", "1B", "lora", 1),
        ("llama3/8B_qdora_single_device", "llama3", "8B", "qdora", 1),
        ("llama3_2/8B_to_1B_KD_lora_distributed", "llama3_2", "1B", "lora kd", 2),
        ("qwen2/1.5_to_0.5B_KD_lora_single_device", "qwen2", "0.5B", "lora kd", 1),
        ("llama3_3/70B_full_multinode", "llama3_3", "70B", "full", 16),
        ("mistral/7B_full_ppo_low_memory", "mistral", "7B", "full ppo", 1),
        ("dev/8B_full_experimental", "llama3", "8B", "full", 4),
        ("quantization", "llama2", "7B", "quantization", 1),
        ("phi3/mini_lora", "phi3", "mini", "lora", 2),
    ],
)
def test_what_is_said(name: str, model: str, size: str, method: str, devices: int) -> None:
    each = told("0.6.1")[name]
    assert (each.model, each.size, each.method, each.devices) == (model, size, method, devices)


def test_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bases", "--torchtune", "main", "llama4", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, json.loads(data.read_text("schemas/bases.schema.json")))
    guessed = {each["name"] for each in found["bases"] if each["devices_are_a_guess"]}
    assert guessed == {"llama4/maverick_17B_128E_full"}  # its comment says no number


@pytest.mark.parametrize(("columns", "last"), [("60", "devices"), ("110", "recipe"), ("200", "")])
def test_as_many_columns_as_there_is_room_for(
    columns: str, last: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert main(["bases", "dpo"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[-1] == (last or "weights")
    assert max(map(len, rows)) <= int(columns)


def test_a_size_is_no_part_of_another(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bases", "5b", "qwen"]) == 1  # 0.5B and 1.5B are other ones
    assert main(["bases", "0.5b", "qwen2_5", "full", "single"]) == 0
    assert "qwen2_5/0.5B_full_single_device" in capsys.readouterr().out
