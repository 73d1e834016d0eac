"""`tcwc keys`: all that can be set, typed as a compile types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tcwc.api.keys import keys, tree_of
from tcwc.api.session import TARGET, Session
from tcwc.cli import main
from tcwc.config.merge import lookup
from tcwc.config.walk import leaves
from tcwc.disk import data
from tcwc.disk.files import Place
from tcwc.model.ir import format_path
from tests.study import BASE as STUDY
from tests.study import Study, inside

BASE = "llama3_2/1B_lora_single_device"


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """The keys by their paths."""
    assert main(["keys", *words, "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    schema = json.loads(data.read_text("schemas/keys.schema.json"))
    jsonschema.Draft202012Validator(schema).validate(said)
    return {each["path"]: each for each in said["keys"]}


def test_what_a_base_has_and_lacks(capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, BASE)
    rank = found["model.lora_rank"]
    assert (rank["value"], rank["kinds"]) == (64, ["int"])
    assert "lora_rank" in rank["names"]
    assert any("lora_llama3_2_1b(lora_rank: int = 8)" in each for each in rank["read_by"])
    # an argument that the base does not give, one that `**kwargs` take, a key of the recipe
    assert found["model.use_dora"]["default"] == "False"
    assert not found["dataset.data_files"]["is_set"]
    assert found["cudnn_deterministic_mode"]["choices"]
    assert found["dtype"]["choices"] == ["bf16", "fp16", "fp32", "fp64"]
    assert found["compile"]["class"] == "engineering"
    assert found["optimizer.lr"]["names"] == ["lr", "learning_rate"]
    # what the recipe gives by itself is not to be set, and a section is no key
    assert "lr_scheduler.num_training_steps" not in found
    assert "model" not in found


@pytest.mark.parametrize("version", Session().versions)
def test_all_can_be_asked(version: str) -> None:
    """Of each base: every value that it has is told, once, and whatever is told can be set."""
    known = Session().catalogue(version, Place("experiment.yaml"))
    for config in filter(None, map(known.config, known.config_names())):
        assert TARGET.about is not None
        tree = tree_of(config, TARGET.about(config, known).recipe, TARGET, known)
        found = keys(tree, tree.values, ())
        paths = [each.path for each in found]
        assert len(paths) == len(set(paths))
        assert {path for path, _ in leaves(config.values)} <= set(paths)
        for each in found:
            assert each.is_there is lookup(config.values, each.path)[0]
            assert each.is_there or each.who, (config.name, format_path(each.path))


@pytest.mark.parametrize("key", ["model.use_dora", "low_cpu_ram", "dataset.split", "profiler.cpu"])
def test_what_is_offered_can_be_written(key: str, tmp_path: Path) -> None:
    study = Study(tmp_path)
    tree = study.write().compile().tree
    assert tree is not None
    each = next(each for each in keys(tree, tree.values, ()) if format_path(each.path) == key)
    value = "train" if each.type.kinds == ("str",) else "true"
    assert study.write(controls=f"{key}: {value}").compile().ok


@pytest.mark.parametrize(
    ("words", "paths"),
    [
        (["lora", "rank"], {"model.lora_rank"}),
        (["learning_rate"], {"optimizer.lr"}),
        (["warmup_steps", "scheduler."], {"lr_scheduler.num_warmup_steps"}),
        (["adamw", "fused"], {"optimizer.fused"}),
    ],
)
def test_all_words(words: list[str], paths: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert set(asked(capsys, BASE, *words)) == paths


def test_of_an_experiment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What its constants and levels make of the base counts, also where it has errors."""
    study = Study(tmp_path).write(
        variables="optimizer._component_: [torch.optim.AdamW, torch.optim.SGD]",
        controls="epochs: 7\nlearn_rte: 1",
    )
    with inside(study.folder):
        found = asked(capsys, "experiment.yaml")
    assert found["epochs"]["value"] == 7
    assert {"optimizer.momentum", "optimizer.betas"} <= set(found)


@pytest.mark.parametrize(
    ("line", "code", "part"),
    [
        (f"{BASE} lora_rnk", 1, "did you mean `lora_rank`?"),
        (f"{BASE} zzz", 1, f"`tcwc keys {BASE}` lists all"),
        ("1B_lora", 0, ""),  # the only config with just this name
        ("lora_single", 1, "`tcwc bases lora_single` lists them"),
        ("llama3_2/1B_lora_singel_device", 1, BASE),
        ("gone.yaml", 2, "cannot read gone.yaml"),
        (f"--torchtune 9.9 {BASE}", 1, "no catalogue of torchtune 9.9"),
        ("", 2, "needs BASE"),
        ("experiment.yaml --torchtune 0.5.0", 2, "says itself which torchtune"),
    ],
)
def test_who_asks_for_what_is_not(
    line: str, code: int, part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = Study(tmp_path).write()
    with inside(study.folder):
        assert main(["keys", *line.split()]) == code
    assert part in capsys.readouterr().err


def test_in_paragraphs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", BASE, "dtype", "-v"]) == 0
    said = capsys.readouterr().out
    assert "dtype (one of bf16, fp16, fp32, fp64 or null)" in said
    assert "recipes/lora_finetune_single_device.py:" in said


def test_a_secret_is_stars(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = Study(tmp_path).write(controls="dataset.token: hf_abcdefghijklmnopqrstuvwxyzABCDEF")
    for form in ([], ["-v"], ["--format", "json"]):
        with inside(study.folder):
            assert main(["keys", "experiment.yaml", "token", *form]) == 0
        said = capsys.readouterr().out
        assert "dataset.token" in said
        assert "hf_abc" not in said


@pytest.mark.parametrize("line", ["+dataset.{}: 1", "optimizer._component_: {}"])
def test_no_part_of_a_secret_is_a_name(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = ("eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "dozjgNryP4J3jVmNHl0w5N")
    study = Study(tmp_path).write(controls=line.format(".".join(parts)))
    for form in ([], ["-v"], ["--format", "json"]):
        with inside(study.folder):
            assert main(["keys", "experiment.yaml", *form]) == 0
        said = capsys.readouterr().out
        assert "dataset.split" in said
        assert parts[-1] not in said


@pytest.mark.parametrize("base", ["gemma/2B_lora", "qwen2/0.5B_lora_single_device"])
def test_what_a_component_refuses_cannot_be_set(
    base: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The recipe asks for it, and the model of this base takes none of that name."""
    found = asked(capsys, base)
    assert "model.apply_lora_to_mlp" in found
    assert "model.apply_lora_to_output" not in found
    study = Study(tmp_path)
    study.write(controls="model.apply_lora_to_output: false").edit(STUDY, base)
    assert not study.compile().ok


def test_words_behind_options_are_put_in_their_place(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", BASE, "--format", "json", "rank"]) == 2
    assert f"tcwc keys {BASE} rank --format json" in capsys.readouterr().err
    assert main(["init", "llama3_2", "--set", "epochs=2", "1b", "lora"]) == 2
    assert "tcwc init llama3_2 1b lora --set epochs=2" in capsys.readouterr().err
