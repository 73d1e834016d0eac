"""Catalogues of other versions, and of a fork that lies in the author's repository."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tcwc.disk.data import read_schema
from tcwc.torchtune.catalogue import lines
from tcwc.torchtune.catalogue.files import GENERATED
from tests.study import Said, Study, contents

RECIPES = ("lora_finetune_single_device", "lora_finetune_distributed", "generate")
OF_THE_LAB = "seed: 1\nof_the_lab: 4\nmodel.lora_of_the_lab: true\ndataset.lab_mix: 0.25"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """An experiment in a repository of its own."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return Study(tmp_path / "study").write("lora_rank: [8, 16]", "seed: 1")


@pytest.fixture
def fork(torchtune_source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree of torchtune's source in which three recipes and two components are others."""
    tree = tmp_path_factory.mktemp("fork")
    for name in ("recipes", "torchtune"):
        shutil.copytree(torchtune_source / name, tree / name)
    (tree / "version.txt").write_text("0.6.1\n")
    for name in RECIPES:
        begin = r"(\n    def __init__\(self, cfg: DictConfig\)[^\n]*:)"
        read = r"\1\n        self._of_the_lab = cfg.get('of_the_lab', 3)"
        edit(tree / "recipes" / f"{name}.py", begin, read)
    data, model = tree / "torchtune/datasets", tree / "torchtune/models/llama3_2"
    packed, rank = r"(    packed: bool = False,)", r"(    lora_rank: int = 8,)"
    edit(data / "_alpaca.py", packed, r"\1\n    lab_mix: float = 0.5,")
    edit(model / "_model_builders.py", rank, r"\1\n    lora_of_the_lab: bool = False,")
    return tree


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    changed = re.sub(old, new, text)
    assert changed != text, path
    path.write_text(changed, encoding="utf-8")


def build(study: Study, fork: Path) -> Said:
    return study.cli("catalog", "build", "--from", str(fork), "--name", "lab")


@pytest.mark.slow
def test_a_fork_is_built_used_locked_and_checked_without_its_tree(study: Study, fork: Path) -> None:
    study.write("lora_rank: [8, 16]", OF_THE_LAB, more='torchtune: "local:lab"\n')
    assert "tcwc catalog build --from DIR --name lab" in study.cli("lint").all
    assert build(study, fork).code == 0
    shutil.rmtree(fork)

    assert study.cli("lint").code == 0
    assert study.cli("build").code == 0
    assert "of_the_lab: 4\n" in (study.configs / "run_000.yaml").read_text()
    recorded = study.lock.head.torchtune
    assert (recorded["version"], recorded["of"]) == ("local:lab", "0.6.1")
    assert study.cli("check").code == 0

    study.write("lora_rank: [8, 16]", OF_THE_LAB, more='torchtune: "0.6.1"\n')
    plain = study.cli("lint")
    assert plain.code == 1
    assert plain.all.count("error[TCW201]") == 2


@pytest.mark.slow
def test_a_fork_that_changed_changes_no_runs_unasked(study: Study, fork: Path) -> None:
    study.write("lora_rank: [8, 16]", "seed: 1", more='torchtune: "local:lab"\n')
    assert build(study, fork).code == 0
    assert study.cli("build").code == 0
    before = contents(study.configs)
    base = fork / "recipes/configs/llama3_2/1B_lora_single_device.yaml"
    edit(base, r"gradient_accumulation_steps: \d+", "gradient_accumulation_steps: 77")
    assert build(study, fork).code == 0

    for command in ("check", "build"):
        said = study.cli(command)
        assert said.code == 1
        assert "the catalogue local:lab, which is another by now, would change 2" in said.err
        assert contents(study.configs) == before
    assert study.cli("build", "--upgrade").code == 0
    assert "gradient_accumulation_steps: 77\n" in (study.configs / "run_000.yaml").read_text()
    assert study.cli("check").code == 0


@pytest.mark.slow
def test_what_a_fork_has_otherwise(study: Study, fork: Path) -> None:
    assert build(study, fork).code == 0
    said = study.cli("catalog", "diff", "0.6.1", "local:lab", "--format", "json")
    found = json.loads(said.out)
    recipes = {n: each["new"] for n, each in found["recipes"]["changed"].items()}
    assert recipes == {name: ["of_the_lab"] for name in RECIPES}
    changed = {n for n, each in found["components"]["changed"].items() if each["new"]}
    assert "torchtune.datasets.alpaca_dataset" in changed
    assert found["configs"] == {"counts": [156, 156], "new": [], "gone": [], "changed": {}}


def test_the_versions_are_listed(study: Study) -> None:
    said = study.cli("catalog").out.splitlines()
    assert [line.split()[0] for line in said] == ["0.5.0", "0.6.1", "0.7.0.dev"]
    assert "for sources that name none" in said[1]
    assert "commit bd2a0fc7c314, also `nightly`" in said[2]


def test_the_versions_as_json(study: Study) -> None:
    found = json.loads(study.cli("catalog", "list", "--format", "json").out)["versions"]
    assert [each["version"] for each in found] == ["0.5.0", "0.6.1", "0.7.0.dev"]
    assert [each["version"] for each in found if each["is_default"]] == ["0.6.1"]
    assert found[2]["also"] == ["nightly", "main"]


@pytest.mark.parametrize("options", [["-v"], ["--format", "json"], ["--color=never"]])
def test_options_may_stand_before_the_words(options: list[str], study: Study) -> None:
    said = study.cli("catalog", *options, "diff", *options, "0.5.0", "0.6.1", *options)
    assert said.code == 0
    assert said.out == study.cli("catalog", "diff", "0.5.0", "0.6.1", *options).out


def test_components_that_are_there_by_another_path_are_not_gone(study: Study) -> None:
    found = json.loads(study.cli("catalog", "diff", "0.6.1", "nightly", "--format", "json").out)
    gone = found["components"]["gone"]
    assert "torchtune.models.code_llama2.code_llama2_7b" in gone
    assert [name for name in gone if "Fusion" in name] == []


def test_nightly_is_locked_as_the_version_and_its_commit(study: Study) -> None:
    study.write("lora_rank: [8, 16]", "seed: 1\nlog_level: INFO", more="torchtune: nightly\n")
    assert study.cli("build").code == 0
    recorded = study.lock.head.torchtune
    assert recorded["version"] == "0.7.0.dev"
    assert recorded["commit"] == "bd2a0fc7c31430972728494fa01aaeeb0ebf1ba1"
    assert study.cli("check").code == 0


def test_what_an_upgrade_changes(study: Study) -> None:
    found = json.loads(study.cli("catalog", "diff", "0.6.1", "nightly", "--format", "json").out)
    assert found["recipes"]["counts"] == [19, 22]
    assert found["configs"]["counts"] == [156, 197]
    assert found["recipes"]["changed"]["lora_finetune_single_device"]["required"] == ["log_level"]
    assert "save_every_n_steps" in found["keys_that_recipes_read"]["new"]
    assert [note["at"] for note in found["notes"] if "labels" in note["what"]]
    lines = study.cli("catalog", "diff", "0.6.1", "0.7.0.dev").out.splitlines()
    assert "recipes: 19 -> 22 (16 of those in both differ)" in lines


def test_versions_that_are_none_are_told(study: Study) -> None:
    for words in (("0.6.1",), ("0.6.1", "0.9"), ()):
        said = study.cli("catalog", "diff", *words)
        assert said.code == 2
        assert "`0.6.1` and `0.7.0.dev` (`nightly` is 0.7.0.dev)" in said.err
    for words in ((), ("--from", "nowhere"), ("--from", ".", "--name", "../up")):
        assert study.cli("catalog", "build", *words).code == 2


@pytest.fixture
def local(study: Study) -> Path:
    """A catalogue in the repository, which is that of 0.6.1."""
    study.write("lora_rank: [8, 16]", "seed: 1", more='torchtune: "local:lab"\n')
    folder = study.folder.parent / "catalogues" / "lab"
    folder.mkdir(parents=True)
    for name in GENERATED:
        text = read_schema(f"torchtune/0.6.1/{name}.json")
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return folder


def test_a_catalogue_in_the_repository_is_one_like_others(study: Study, local: Path) -> None:
    assert study.cli("build").code == 0
    assert study.cli("check").code == 0
    mine = (study.configs / "run_000.yaml").read_text()
    study.edit('"local:lab"', '"0.6.1"')
    assert study.cli("build", "-o", str(study.folder / "other")).code == 0
    theirs = (study.folder / "other" / "run_000.yaml").read_text()
    assert mine.splitlines()[2:] == theirs.splitlines()[2:]


def test_line_ends_are_no_change(study: Study, local: Path) -> None:
    assert study.cli("build").code == 0
    for path in local.glob("*.json"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert study.cli("check").code == 0


GIT = "`git checkout -- catalogues/lab`"


def test_how_to_come_by_a_catalogue_again(study: Study, local: Path) -> None:
    assert study.cli("build").code == 0
    configs = local / "configs.json"
    base = configs.read_text(encoding="utf-8")
    configs.write_text(base.replace('"epochs": 1', '"epochs": 7'), encoding="utf-8")
    study.write("lora_rank: [8, 16]", "seed: 1", more='torchtune: "local:lab"\n')
    said = study.cli("check")
    assert (said.code, GIT in said.err) == (1, True)
    upgraded = study.cli("build", "--upgrade").out
    assert "local:lab, catalogue revision 1, of which the content has changed" in upgraded

    configs.write_text("{", encoding="utf-8")
    assert GIT in study.cli("check").err
    shutil.rmtree(local)
    said = study.cli("lint")
    assert GIT in said.all
    assert said.all.count("error[") == 1
    study.edit('torchtune: "local:lab"', 'torchtune: "0.6.1"')
    said = study.cli("check")
    assert GIT in said.err
    assert "newer tcwc" not in said.err


@pytest.mark.parametrize("name", ["", "../x", "a/b"])
def test_a_name_that_no_catalogue_can_have(name: str, study: Study) -> None:
    study.write("lora_rank: [8, 16]", "seed: 1", more=f'torchtune: "local:{name}"\n')
    said = study.cli("lint").all
    assert "--name mine" in said
    assert f"--name {name}`" not in said


def other_about(local: Path, version: str, changed: dict[str, list[str]]) -> None:
    """Makes the catalogue one of a fork of a version, in which some places are others."""
    about = json.loads(read_schema(f"torchtune/{version}/about.json"))
    about.pop("commit", None)
    (local / "about.json").write_text(lines.dump({**about, "changed": changed}), encoding="utf-8")


FP16 = "recipes/lora_finetune_single_device.py"


@pytest.mark.parametrize(
    ("changed", "severity"),
    [
        ({}, "error"),
        ({FP16: ["at"]}, "warning"),
        ({FP16: [f"{FP16}:1"]}, "error"),
        ({"recipes/lora_finetune_distributed.py": ["at"]}, "error"),
    ],
)
def test_what_a_fork_has_otherwise_is_no_error(
    changed: dict[str, list[str]], severity: str, study: Study, local: Path
) -> None:
    known = json.loads(read_schema("knowledge/conditions.json"))["fp16"]
    named = {file: [known["at"] if at == "at" else at for at in changed[file]] for file in changed}
    other_about(local, "0.6.1", named)
    study.write("lora_rank: [8, 16]", "dtype: fp16", more='torchtune: "local:lab"\n')
    said = study.cli("lint").all
    assert f"{severity}[TCW301]" in said
    assert (f"{FP16} of local:lab differs there" in said) == (severity == "warning")


@pytest.mark.parametrize("file", ["dpo", "__init__"])
def test_a_fork_that_mends_what_cannot_be_imported(file: str, study: Study, local: Path) -> None:
    mended = f"torchtune/rlhf/loss/{file}.py"
    study.write("seed: [1, 2]", "epochs: 1", more='torchtune: "local:lab"\n')
    study.edit("llama3_2/1B_lora_single_device", "llama2/7B_lora_dpo_single_device")
    other_about(local, "0.7.0.dev", {})
    assert "error[TCW320]" in study.cli("lint").all
    assert "no DPO" in study.cli("catalog", "diff", "0.6.1", "local:lab").out
    other_about(local, "0.7.0.dev", {mended: [mended]})
    assert "TCW320" not in study.cli("lint").all
    assert "no DPO" not in study.cli("catalog", "diff", "0.6.1", "local:lab").out


def test_types_of_keys_that_a_fork_reads_otherwise_are_not_known(study: Study, local: Path) -> None:
    place = json.loads(read_schema("knowledge/knowledge.json"))["key_types"]["ac_mode"]["source"]
    study.write("seed: [1, 2]", "ac_mode: half", more='torchtune: "local:lab"\n')
    study.edit("llama3_2/1B_lora_single_device", "llama3_2/1B_full")
    study.edit("base_config", "recipe: full_finetune_distributed\nbase_config")
    assert "half" in study.cli("lint").out
    other_about(local, "0.6.1", {"torchtune/training/activations.py": [place]})
    assert "half" not in study.cli("lint").out


BROKEN = {
    "cut off": lambda text: text[: len(text) // 2],
    "no JSON": lambda _: "{",
    "a list": lambda _: "[]",
    "in one line": lambda text: json.dumps(json.loads(text)) + "\n",
    "deep": lambda _: "[" * 100_000,
    "empty": lambda _: "{\n}\n",
    "too large": lambda text: text + " " * 4_000_001,
}


@pytest.mark.parametrize("name", GENERATED)
@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_catalogue_is_refused(kind: str, name: str, study: Study, local: Path) -> None:
    path = local / f"{name}.json"
    path.write_text(BROKEN[kind](path.read_text(encoding="utf-8")), encoding="utf-8")
    said = study.cli("lint")
    if kind == "empty" and name != "about":
        assert said.code in (0, 1, 2)  # one without recipes
    else:
        assert said.code == 2
        assert f"catalogues/lab/{name}.json" in said.err
        assert "tcwc catalog build --from DIR --name lab" in said.err


def test_a_catalogue_that_leads_out_of_the_repository_is_not_read(
    study: Study, local: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (local / "about.json").rename(elsewhere / "about.json")
    (local / "about.json").symlink_to(elsewhere / "about.json")
    assert study.cli("lint").code == 2


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(24))
def test_a_catalogue_of_which_something_is_otherwise_makes_no_fault(
    seed: int, study: Study, local: Path
) -> None:
    source = random.Random(seed)
    path = local / f"{source.choice(GENERATED)}.json"
    read = json.loads(path.read_text(encoding="utf-8"))
    for _ in range(3):
        replaced(read, source)
    path.write_text(lines.dump(read), encoding="utf-8")
    for command in ("lint", "build", "check", "plan"):
        said = study.cli(command)
        assert said.code in (0, 1, 2), said
        assert "TCW005" not in said.all


def replaced(value: Any, source: random.Random) -> None:
    """Puts something else in the place of something in a value."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = source.choice(keys)
        if not isinstance(value[key], dict | list) or source.random() < 0.2:
            value[key] = source.choice([None, -1, 10**30, "", "torchtune", [], {}, True, [{}], "*"])
            return
        value = value[key]
