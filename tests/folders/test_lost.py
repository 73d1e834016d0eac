"""A mapping that was there before is missed: git has it, or its source has another name now."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.study import Said, Study, experiment

pytestmark = pytest.mark.usefixtures("no_checks")

ENVIRONMENT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def git(folder: Path, *arguments: str) -> None:
    names = {f"GIT_{who}_{what}": "ada" for who in ("AUTHOR", "COMMITTER") for what in ("NAME",)}
    mails = {f"GIT_{who}_EMAIL": "a@example.org" for who in ("AUTHOR", "COMMITTER")}
    env = os.environ | ENVIRONMENT | names | mails
    subprocess.run(["git", *arguments], cwd=folder, env=env, check=True, capture_output=True)


def follow(study: Study, said: Said) -> None:
    """Type what the help says, the builds in this process."""
    for each in said.err.split("= help: ")[1].split("`")[1::2]:
        if each.startswith("tcwc "):
            command, _, *more = shlex.split(each)[1:]
            assert study.cli(command, *more).code == 0
        else:
            subprocess.run(each, shell=True, cwd=study.folder, check=True, capture_output=True)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    texts = (experiment(f"lora_rank: {levels}") for levels in ("[8, 16, 32]", "[16, 32]"))
    return Study.built(tmp_path / "a study", *texts)


@pytest.mark.parametrize("worktree", [False, True])
def test_a_committed_folder_that_was_removed(study: Study, worktree: bool, tmp_path: Path) -> None:
    git(study.folder, "init", "--quiet")
    git(study.folder, "add", "--all")
    git(study.folder, "commit", "--quiet", "--message", "runs")
    if worktree:
        git(study.folder, "worktree", "add", "--quiet", str(tmp_path / "other"))
        study = Study(tmp_path / "other")
    ids = study.ids()
    for file in study.configs.iterdir():
        file.unlink()
    study.configs.rmdir()
    study.edit("[16, 32]", "[64, 16, 32]")
    for command in ("check", "build"):
        said = study.cli(command)
        assert said.code == 1, said
        assert "git has one" in said.err
    follow(study, said)
    assert study.cli("build").code == 0
    assert {id: ids[id] for id in ids} == {id: study.ids()[id] for id in ids}


def test_a_folder_that_git_never_had(study: Study) -> None:
    for file in study.configs.iterdir():
        file.unlink()
    assert study.cli("build").code == 0
    git(study.folder, "init", "--quiet")
    git(study.folder, "add", "experiment.yaml")
    for file in study.configs.iterdir():
        file.unlink()
    assert study.cli("build").code == 0


@pytest.mark.parametrize(
    "how",
    [
        ("update-index", "--index-version", "4"),
        ("update-index", "--split-index"),
        ("sparse-checkout", "set", "--no-cone", "/*", "!configs/"),
    ],
)
def test_whatever_the_index_of_git_is_like(study: Study, how: tuple[str, ...]) -> None:
    git(study.folder, "init", "--quiet")
    git(study.folder, "add", "--all")
    git(study.folder, "commit", "--quiet", "--message", "runs")
    git(study.folder, *how)
    shutil.rmtree(study.configs, ignore_errors=True)
    said = study.cli("build")
    assert said.code == 1
    assert "git has one" in said.err


def test_a_build_elsewhere_and_a_copy_are_no_record(study: Study) -> None:
    shutil.copytree(study.configs, study.folder / "archive")
    shutil.rmtree(study.configs)
    assert study.cli("build", "-o", "preview").code == 0
    assert study.cli("build").code == 0


def test_there_is_nothing_to_adopt(study: Study) -> None:
    shutil.rmtree(study.configs)
    said = study.cli("build", "--adopt-mapping")
    assert said.code == 1
    assert "there is no run_mapping.yaml in configs to adopt" in said.err


def test_a_path_that_only_ends_so_is_another(study: Study) -> None:
    git(study.folder, "init", "--quiet")
    (study.folder / "my").mkdir()
    study.configs.rename(study.folder / "my" / "configs")
    git(study.folder, "add", "--all")
    assert study.cli("build").code == 0


def test_a_source_that_was_renamed(study: Study) -> None:
    git(study.folder, "init", "--quiet")
    git(study.folder, "add", "--all")
    ids = study.ids()
    study.source.rename(study.folder / "wide.experiment.yaml")
    study.source = study.folder / "wide.experiment.yaml"
    for command in ("check", "build"):
        said = study.cli(command)
        assert said.code == 1, said
        assert "its source experiment.yaml is gone" in said.err
    follow(study, said)
    study.configs = study.folder / "wide.configs"
    assert study.ids() == ids


def test_another_experiment_beside_it_is_none(study: Study) -> None:
    other = study.folder / "other.experiment.yaml"
    other.write_text(study.source.read_text().replace("[16, 32]", "[1, 2]"), encoding="utf-8")
    study.source = other
    assert study.cli("build").code == 0  # experiment.yaml is there, so its folder is its own


def test_an_output_folder_that_has_another_name_now(study: Study) -> None:
    git(study.folder, "init", "--quiet")
    git(study.folder, "add", "--all")
    ids = study.ids()
    text = study.source.read_text().replace("variables", "output: out 2\nvariables", 1)
    study.source.write_text(text.replace("[16, 32]", "[16, 64]"), encoding="utf-8")
    for command in ("check", "build"):
        said = study.cli(command)
        assert said.code == 1, said
        assert "configs has the runs of experiment.yaml, which named that folder before" in said.err
    (study.folder / "out 2").mkdir()
    (study.folder / "out 2" / "README").write_text("mine")
    follow(study, said)
    study.configs = study.folder / "out 2"
    kept = {id: study.ids()[id] for id in ids if ids[id] == study.ids().get(id)}
    assert [each["lora_rank"] for each in kept.values()] == [16]
