"""Configs that were copied by hand, made an experiment again."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tcwc.api.compilation import compile
from tcwc.api.session import TARGET
from tcwc.moves.columns import identity
from tcwc.moves.proof import _bare
from tests.conftest import ROOT
from tests.moves.test_nearest import BASE, known, values_of
from tests.study import Said, Study

__all__ = ["known"]

EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/configs"))


def adopt(study: Study, *arguments: str) -> Said:
    return study.cli("adopt", *arguments)


def configs_in(folder: Path) -> list[dict[str, Any]]:
    texts = (path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml")))
    values = [TARGET.read_base(text, "x.yaml").values for text in texts]
    return [each for each in values if "runs" not in each]


def bare(configs: list[dict[str, Any]]) -> list[str]:
    return sorted(repr(identity(_bare(each, TARGET.write_keys))) for each in configs)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_outputs_of_examples_give_an_experiment_of_equal_configs(
    example: Path, tmp_path: Path
) -> None:
    study = Study(tmp_path)
    said = adopt(study, str(example / "configs"), "-o", "experiment.yaml")
    assert said.code == 0, said
    made = compile(study.source)
    assert made.ok, made.diagnostics
    there = {identity(_bare(each, TARGET.write_keys)) for each in configs_in(example / "configs")}
    assert {identity(_bare(run.config, TARGET.write_keys)) for run in made.runs} == there
    assert len(made.runs) == len(there)


def variant(base: dict[str, Any], rank: int, lr: float) -> dict[str, Any]:
    """A config as people copy and edit it, its names by hand."""
    made = copy.deepcopy(base)
    made["model"] |= {"lora_rank": rank, "lora_alpha": 2 * rank}
    made["optimizer"]["lr"] = lr
    made["seed"] = 7
    made["output_dir"] = f"/scratch/me/r{rank}_lr{lr:g}"
    made["metric_logger"] = {
        "_component_": "torchtune.training.metric_logging.WandBLogger",
        "project": "ranks",
        "name": f"r{rank}-lr{lr:g}",
    }
    return made


def name_of(rank: int, lr: float) -> str:
    return f"r{rank}_lr{lr:g}.yaml"


ODD = name_of(16, 3e-4)


def write_grid(
    folder: Path, base: dict[str, Any], edit: Callable[[dict[str, Any]], Any] = lambda _: None
) -> None:
    """Twelve variants, of which one is edited."""
    folder.mkdir()
    for rank in (8, 16, 32):
        for lr in (1e-4, 2e-4, 3e-4, 1e-3):
            values, name = variant(base, rank, lr), name_of(rank, lr)
            if name == ODD:
                edit(values)
            text = "".join(TARGET.emit(key, value) for key, value in values.items())
            (folder / name).write_text(text, encoding="utf-8")


def test_twelve_variants_are_a_grid(tmp_path: Path, known: Any) -> None:
    write_grid(tmp_path / "mine", values_of(known))
    said = adopt(Study(tmp_path), "mine")
    assert said.code == 0, said
    assert f"base_config: {BASE}\n" in said.out
    for line in (
        "  model.lora_rank: [8, 16, 32]",
        "  optimizer.lr: [1e-4, 2e-4, 3e-4, 0.001]",
        "  model.lora_alpha: 2 * model.lora_rank",
        '  output_dir: "/scratch/me/r{model.lora_rank}_lr{optimizer.lr}"',
        '    name: "r{model.lora_rank}-lr{optimizer.lr}"',
    ):
        assert f"{line}\n" in said.out
    assert "12 of 12 configs are given" in said.err
    assert "differs" not in said.err.replace("values differ", "")


def _set(*path: str, to: Any) -> Callable[[dict[str, Any]], Any]:
    def edit(values: dict[str, Any]) -> None:
        for key in path[:-1]:
            values = values[key]
        if to is None:
            del values[path[-1]]
        else:
            values[path[-1]] = to

    return edit


TYPOS: dict[str, tuple[Callable[[dict[str, Any]], Any], bool]] = {
    "optimizer.weight_decay": (_set("optimizer", "weight_decay", to=0.1), True),
    "optimizer.lr": (_set("optimizer", "lr", to=3e-3), True),
    "model.lora_alpha": (_set("model", "lora_alpha", to=23), True),
    "model.lora_rank": (_set("model", "lora_rank", to=18), True),
    "model.lora_dropout": (_set("model", "lora_dropout", to=None), True),
    "seed": (_set("seed", to=8), True),
    "metric_logger.name": (_set("metric_logger", "name", to="r16-lr3e-4"), True),
    "optimizer._component_": (_set("optimizer", "_component_", to="torch.optim.Adam"), True),
    "gradient_accumulation_steps": (_set("gradient_accumulation_steps", to=1), True),
    # What is wrong in itself is left out, and told.
    "model.lora_drop_out": (_set("model", "lora_drop_out", to=0.1), False),
    "batch_size": (_set("batch_size", to="4"), False),
    "dataset.packed": (_set("dataset", "packed", to=True), False),
}


@pytest.mark.parametrize("path", TYPOS)
def test_the_odd_one_of_twelve_is_named(path: str, tmp_path: Path, known: Any) -> None:
    edit, is_given = TYPOS[path]
    write_grid(tmp_path / "mine", values_of(known), edit)
    said = adopt(Study(tmp_path), "mine")
    assert f"{ODD} differs from its row in `{path}`" in said.err, said
    assert said.err.count("differs from its row") == 1
    assert (said.code == 0) is is_given, said
    count = 12 if is_given else 11
    assert f"{count} of 12 configs are given" in said.err
    assert "model.lora_rank: [8, 16, 32]" in said.out


def test_a_level_that_was_not_changed_makes_two_configs_one(tmp_path: Path, known: Any) -> None:
    write_grid(tmp_path / "mine", values_of(known), _set("optimizer", "lr", to=1e-4))
    said = adopt(Study(tmp_path), "mine")
    assert f"{ODD} differs from its row in `optimizer.lr`: it has 1e-4, where 3e-4" in said.err
    assert "exclude:\n  - model.lora_rank == 16 and optimizer.lr == 0.0003\n" in said.out


@pytest.mark.parametrize("word", ["lrr", "learning_rate"])
def test_a_config_that_cannot_run_is_left_out_and_told(
    word: str, tmp_path: Path, known: Any
) -> None:
    def misspelt(values: dict[str, Any]) -> None:
        values["optimizer"][word] = values["optimizer"].pop("lr")

    write_grid(tmp_path / "mine", values_of(known), misspelt)
    study = Study(tmp_path)
    said = adopt(study, "mine", "-o", "experiment.yaml")
    assert said.code == 1
    text = study.source.read_text(encoding="utf-8")
    assert word not in text  # what is said to be left out is
    (left,) = [each for each in said.err.splitlines() if "is left out" in each]
    assert f"optimizer.{word}: 3e-4" in left
    assert "`optimizer.lr`" in left
    made = compile(study.source)
    assert made.ok, made.diagnostics
    assert len(made.runs) == 11
    assert f"no run gives {ODD}" in said.err


def test_nothing_is_written_over(tmp_path: Path) -> None:
    study = Study(tmp_path)
    study.source.write_text("mine", encoding="utf-8")
    said = adopt(study, str(EXAMPLES[0] / "configs"), "-o", "experiment.yaml")
    assert said.code == 2
    assert "is there already" in said.err
    assert study.source.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("experiment_name: x\nbase_config: y\n", "it is an experiment already"),
        ("a: [1\n", "x.yaml:"),
        ("", "x.yaml:"),
        ("a: 1\na: 2\n", "x.yaml:"),
        ("- a\n", "x.yaml:"),
    ],
)
def test_what_is_no_config_is_told(text: str, told: str, tmp_path: Path) -> None:
    study = Study(tmp_path)
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    said = adopt(study, "x.yaml")
    assert said.code == 2
    assert told in said.err
    assert said.out == ""


def test_without_a_path_it_says_what_to_type(tmp_path: Path) -> None:
    said = adopt(Study(tmp_path))
    assert said.code == 2
    assert "tcwc adopt my_configs/" in said.err


def test_what_cannot_be_read_is_left_out_and_told(tmp_path: Path, known: Any) -> None:
    write_grid(tmp_path / "mine", values_of(known))
    (tmp_path / "mine" / "dead.yaml").symlink_to("nowhere")
    path = tmp_path / "mine" / ODD
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    said = adopt(Study(tmp_path), "mine")
    assert said.code == 0, said
    assert "dead.yaml is left out" in said.err
    assert "12 of 12 configs are given" in said.err


def test_a_link_out_of_the_repository_is_not_read(tmp_path: Path, known: Any) -> None:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    write_grid(tmp_path / "mine", values_of(known))
    (tmp_path / "repository" / "out.yaml").symlink_to(tmp_path / "mine" / ODD)
    said = Study(tmp_path / "repository").cli("adopt", "out.yaml", "--inside-only")
    assert said.code == 2
    assert "leads out of the repository" in said.err
    assert said.out == ""


def test_a_key_of_ones_own_is_kept_and_told(tmp_path: Path, known: Any) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for seed in (1, 2):
        values = values_of(known) | {"seed": seed, "data_root": "/data", "mine": {"x": [seed]}}
        values["dataset"] = {
            "_component_": "torchtune.datasets.instruct_dataset",
            "source": "json",
            "data_files": "${data_root}/x.json",
        }
        text = "".join(TARGET.emit(key, value) for key, value in values.items())
        (folder / f"{seed}.yaml").write_text(text, encoding="utf-8")
    said = adopt(Study(tmp_path), "mine")
    assert said.code == 0, said
    assert "  +data_root: /data\n" in said.out
    assert "the recipe reads no `data_root`" in said.err
    assert "2 of 2 configs are given" in said.err


def test_values_that_go_together_are_zipped_or_constants_of_some_runs(
    tmp_path: Path, known: Any
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for batch, steps, epochs in ((1, 16, 1), (2, 8, 1), (4, 4, 3), (8, 2, 3)):
        values = values_of(known) | {
            "batch_size": batch, "gradient_accumulation_steps": steps, "epochs": epochs,
        }  # fmt: skip
        text = "".join(TARGET.emit(key, value) for key, value in values.items())
        (folder / f"b{batch}.yaml").write_text(text, encoding="utf-8")
    said = adopt(Study(tmp_path), "mine")
    assert said.code == 0, said
    assert "zip:\n  - [batch_size, gradient_accumulation_steps]\n" in said.out
    assert '  when:\n    "batch_size in [4, 8]": {epochs: 3}\n' in said.out


def test_ablations_are_no_odd_runs(tmp_path: Path, known: Any) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    edits = {"base": {}, "a": {"epochs": 3}, "b": {"seed": 5}, "c": {"batch_size": 1},
             "d": {"clip_grad_norm": 1.0}, "e": {"compile": True}}  # fmt: skip
    for name, edit in edits.items():
        values = values_of(known) | edit
        text = "".join(TARGET.emit(key, value) for key, value in values.items())
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    said = adopt(Study(tmp_path), "mine")
    assert said.code == 0, said
    assert "differs from its row" not in said.err
    for line in ("base: {}", "a: {epochs: 3}", "c: {batch_size: 1}", "e: {compile: true}"):
        assert f"    {line}\n" in said.out


def test_a_comment_names_the_recipe(tmp_path: Path, known: Any) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    values = values_of(known)
    text = "".join(TARGET.emit(key, value) for key, value in values.items())
    text = f"# tcwc: recipe lora_finetune_distributed\n{text}"
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    said = adopt(Study(tmp_path), "mine")
    assert said.code == 0, said
    assert "base_config: llama3_2/1B_lora\n" in said.out
    other = adopt(Study(tmp_path), "mine", "--recipe", "lora_finetune_single_device")
    assert f"base_config: {BASE}\n" in other.out


def test_configs_that_name_another_recipe_are_told(tmp_path: Path) -> None:
    study = Study(tmp_path)
    text = study.cli("bases", "--show", BASE).out
    folder = tmp_path / "mine"
    folder.mkdir()
    for seed, kind in enumerate(("single_device", "single_device", "distributed")):
        made = f"# tcwc: recipe lora_finetune_{kind}\n" + text.replace(
            "seed: null", f"seed: {seed}"
        )
        (folder / f"{seed}.yaml").write_text(made, encoding="utf-8")
    said = adopt(study, "mine")
    assert said.code == 1
    assert (
        "2.yaml is left out: it names another recipe than lora_finetune_single_device" in said.err
    )
    assert "  seed: [0, 1]\n" in said.out


def test_folders_in_a_folder_of_configs_are_told(tmp_path: Path) -> None:
    study = Study(tmp_path)
    text = study.cli("bases", "--show", BASE).out
    (tmp_path / "mine" / "old").mkdir(parents=True)
    (tmp_path / "mine" / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "mine" / "old" / "b.yaml").write_text(text, encoding="utf-8")
    said = adopt(study, "mine")
    assert "note: mine/old is left out: a folder in the one that is named" in said.err
