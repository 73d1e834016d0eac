"""What users of sweep tools ask for in vain, each shown by an example that does it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import tcwc
from tests.conftest import ROOT

EXAMPLES = ROOT / "examples"
DESIGNS = [
    "zipped_batches",
    "conditional_dropout",
    "excluded_combinations",
    "grown_sweep",
    "random_search",
    "arms_and_names",
]


def compiled(name: str) -> tcwc.Compilation:
    return tcwc.compile(EXAMPLES / name / "experiment.yaml")


def parameters(name: str) -> Iterator[dict[str, object]]:
    return (dict(run.parameters) for run in compiled(name).runs)


@pytest.mark.parametrize("name", DESIGNS)
def test_an_example_is_clean_and_small(name: str) -> None:
    made = compiled(name)
    assert made.diagnostics == ()
    assert len(made.runs) <= 8


def test_zip_hydra_1258_wandb_3482() -> None:
    """Lists that advance together, and no product of them."""
    made = [tuple(each.values()) for each in parameters("zipped_batches")]
    assert made == [(2, 8), (4, 4), (8, 2)]


def test_conditional_wandb_1487_ray_12869() -> None:
    """A variable where another has a certain level; elsewhere the base's value, once."""
    made = compiled("conditional_dropout").runs
    assert [dict(run.parameters) for run in made] == [
        {"lora_rank": 8},
        *({"lora_rank": 64, "lora_dropout": dropout} for dropout in (0.0, 0.05, 0.1)),
    ]
    models = [run.config["model"] for run in made]
    assert [(model["lora_alpha"], model["lora_dropout"]) for model in models] == [
        (16, 0.0),
        (128, 0.0),
        (128, 0.05),
        (128, 0.1),
    ]


def test_exclude_wandb_5698() -> None:
    """All combinations but the useless ones, and one that no list has."""
    made = [tuple(each.values()) for each in parameters("excluded_combinations")]
    assert [rank for rank, _ in made] == [16, 16, 16, 64, 128]
    assert [rate for rank, rate in made if rank >= 64] == [1e-4, 5e-5]


def test_a_grown_sweep_renumbers_wandb_2783_hydra_1136(tmp_path: Path) -> None:
    """The runs of the first build are still the first two, byte for byte."""
    text = (EXAMPLES / "grown_sweep" / "experiment.yaml").read_text(encoding="utf-8")
    first = text.replace("[8, 32, 16]", "[8, 16]").replace("  optimizer.lr: [1e-4, 3e-4]\n", "")
    path = tmp_path / "experiment.yaml"
    path.write_text(first.replace("controls:\n", "controls:\n  optimizer.lr: 3e-4\n"))
    tcwc.compile(path).write()
    assert len(list(tmp_path.glob("configs/run_0*.yaml"))) == 2
    path.write_text(text, encoding="utf-8")
    tcwc.compile(path).write()
    for file in (EXAMPLES / "grown_sweep" / "configs").iterdir():
        assert (tmp_path / "configs" / file.name).read_bytes() == file.read_bytes()


def test_show_only_what_changed_dvc_5966(tmp_path: Path) -> None:
    """A build says what a change of the source does to runs that are there."""
    study = tmp_path / "study"
    shutil.copytree(EXAMPLES / "grown_sweep", study)
    path = study / "experiment.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("max_steps_per_epoch: 200", "max_steps_per_epoch: 300"))
    (change,) = tcwc.compile(path).write().changes
    assert change.ids == tuple(f"run_{number:03d}" for number in range(6))
    assert change.differences == ("max_steps_per_epoch 200 -> 300",)


def test_a_seeded_random_search(tmp_path: Path) -> None:
    """The same runs for everybody; more of them leave those that are there alone."""
    made = list(parameters("random_search"))
    assert made[0] == {
        "optimizer.lr": 0.0007006543904049563,
        "lora_dropout": 0.14206080876922741,
        "lora_rank": 16,
    }
    assert not [r for r in made if r["lora_rank"] == 32 and float(str(r["optimizer.lr"])) > 5e-4]
    shutil.copytree(EXAMPLES / "random_search", tmp_path / "study")
    path = tmp_path / "study" / "experiment.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("size: 6", "size: 12"))
    report = tcwc.compile(path).write()
    assert report.new == tuple(f"run_{number:03d}" for number in range(6, 12))
    for file in (EXAMPLES / "random_search" / "configs").glob("run_0*.yaml"):
        assert (tmp_path / "study" / "configs" / file.name).read_bytes() == file.read_bytes()


def test_keys_that_a_model_brings_along_and_readable_directories() -> None:
    """Not unrolled by hand, and no outputs overwritten (torchtune 481)."""
    configs = [
        yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted((EXAMPLES / "arms_and_names" / "configs").glob("run_0*.yaml"))
    ]
    assert [config["output_dir"] for config in configs] == [
        "/tmp/arms_and_names/base/r008",
        "/tmp/arms_and_names/light/r008",
        "/tmp/arms_and_names/base/r064",
        "/tmp/arms_and_names/light/r064",
    ]
    light = [config["model"]["lora_attn_modules"] for config in configs[1::2]]
    assert light == [["q_proj", "v_proj"]] * 2
