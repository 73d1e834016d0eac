"""Whose an output folder is: known by the path of the source, not by its name."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from tcwc.cli import main
from tests.study import Said, Study, contents, inside

pytestmark = pytest.mark.usefixtures("no_checks")


def experiment(folder: Path, name: str = "experiment.yaml", output: str = "", **more: str) -> Study:
    study = Study(folder, name)
    study.write(more=f"output: {output}\n" if output else "", **more)
    study.configs = Path(os.path.normpath(folder / (output or "configs")))
    return study


def source_of(study: Study) -> str:
    return study.lock.head.source


def as_released(study: Study, source: str = "experiment.yaml") -> None:
    """The mapping as 0.1.0 wrote it."""
    text = study.mapping.read_text()
    text = re.sub(r"(?m)^records: [0-9]+\n", "", text).replace("format: 1.1", "format: 1.0")
    study.mapping.write_text(text.replace(f"source: {source_of(study)}", f"source: {source}"))


def refused(study: Study, *words: str, arguments: tuple[str, ...] = ()) -> Said:
    before = contents(study.folder.parent)
    said = study.cli("build", *arguments)
    assert said.code == 1, said
    assert [word for word in words if word not in said.all] == [], said
    assert contents(study.folder.parent) == before
    return said


@pytest.mark.parametrize(
    ("name", "output", "source"),
    [
        ("experiment.yaml", "", "experiment.yaml"),
        ("experiment.yaml", "configs", "experiment.yaml"),
        ("experiment.yaml", "./configs/", "experiment.yaml"),
        ("experiment.yml", "", "experiment.yml"),
        ("a.experiment.yaml", "a.configs", "a.experiment.yaml"),
        ("a.experiment.yaml", "configs", "../a.experiment.yaml"),
        ("ranks.yaml", "configs", "../ranks.yaml"),
        ("experiment.yaml", "out/a", "../../experiment.yaml"),
        ("experiment.yaml", "../shared", "../a/experiment.yaml"),
    ],
)
def test_what_a_mapping_calls_its_source(
    tmp_path: Path, name: str, output: str, source: str
) -> None:
    study = experiment(tmp_path / "a", name, output)
    assert study.cli("build").code == 0
    assert source_of(study) == source
    assert study.cli("build", "-o", "../elsewhere").code == 0
    look = Study(study.folder, name)
    look.configs = tmp_path / "elsewhere"
    assert source_of(look) == source
    for command in ("check", "lint", "build"):
        said = study.cli(command)
        assert said.code == 0, said
    moved = tmp_path / "b"
    shutil.copytree(tmp_path, moved, ignore=shutil.ignore_patterns("b"))
    assert Study(moved / "a", name).cli("check").code == 0, "it moves with its folders"


def test_two_experiments_that_name_one_folder(tmp_path: Path) -> None:
    one = experiment(tmp_path / "a", output="../shared")
    other = experiment(tmp_path / "b", output="../shared", variables="epochs: [7]", controls="")
    one.build()
    for arguments in ((), ("--adopt-mapping",)):
        words = "belongs to ../a/experiment.yaml, not to experiment.yaml", "another folder"
        said = refused(other, *words, arguments=arguments)
        assert "--adopt-mapping" not in said.err  # the other one is there, and needs its runs
    said = other.cli("check")
    assert said.code == 1
    assert "belongs to ../a/experiment.yaml" in said.err
    said = other.cli("lint", "--format", "concise")
    assert said.code == 1
    assert "experiment.yaml:3:1: error[TCW007]: the run_mapping.yaml in ../shared" in said.out
    assert one.cli("check").code == 0


def test_two_experiments_of_one_call_that_share_a_folder(tmp_path: Path) -> None:
    experiment(tmp_path / "a", output="../shared")
    experiment(tmp_path / "b", output="../a/../shared")
    for command in ("lint", "check"):
        with inside(tmp_path):
            said = run(command, "a/experiment.yaml", "b/experiment.yaml")
            found = run(command)
            once = run(command, "a/experiment.yaml", "./a/experiment.yaml")
        for each in (said, found):
            assert each.code == 1
            assert "b/experiment.yaml:3:1" in each.all, each
            assert "a/experiment.yaml and b/experiment.yaml have one output folder" in each.all
        assert "have one output folder" not in once.all


def run(command: str, *arguments: str) -> Said:
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([command, *arguments])
    return Said(code, out.getvalue(), err.getvalue())


# --- what 0.1.0 wrote ---------------------------------------------------------------------------


def test_a_bare_name_of_0_1_0_is_taken_and_then_spelled_out(tmp_path: Path) -> None:
    study = experiment(tmp_path / "a", output="../shared")
    study.build()
    as_released(study)
    before = study.run_files()
    assert study.cli("check").code == 0
    assert study.cli("lint").code == 0
    assert study.cli("build").code == 0
    assert source_of(study) == "../a/experiment.yaml"
    assert study.run_files() == before
    stamps = study.stamps()
    study.build()
    assert study.stamps() == stamps


def test_a_bare_name_of_another_experiment_is_not(tmp_path: Path) -> None:
    study = experiment(tmp_path / "a", output="../shared")
    study.build()
    as_released(study)
    other = experiment(tmp_path / "b", output="../shared")
    other.edit("experiment_name: study", "experiment_name: other")
    refused(other, "belongs to", "of the experiment study")


def test_a_bare_name_belongs_to_the_source_that_has_the_folder(tmp_path: Path) -> None:
    owner = experiment(tmp_path / "a")
    owner.build()
    copy = experiment(tmp_path / "b", output="../a/configs")
    refused(copy, "belongs to ../a/experiment.yaml, not to experiment.yaml")


def test_the_mapping_of_another_experiment_beside_our_configs(tmp_path: Path) -> None:
    study = experiment(tmp_path / "a")
    study.build()
    other = experiment(tmp_path / "b", variables="epochs: [7, 8]", controls="")
    other.edit("experiment_name: study", "experiment_name: other").build()
    kept = study.mapping.read_bytes()
    shutil.copy(other.mapping, study.mapping)
    words = "of the experiment other, and the configs beside it are of study"
    refused(study, words, "git checkout -- configs/run_mapping.yaml")
    assert study.cli("check").code == 1
    study.mapping.write_bytes(kept)
    study.edit("experiment_name: study", "experiment_name: renamed").build()
    assert study.cli("check").code == 0


# --- renamed and moved ---------------------------------------------------------------------------


@pytest.mark.parametrize("released", [False, True])
@pytest.mark.parametrize("how", ["rename", "move", "rename and move"])
def test_adoption_after_a_rename_or_a_move(tmp_path: Path, how: str, released: bool) -> None:
    study = experiment(tmp_path / "a", output="../shared")
    study.build()
    study.edit("[8, 16]", "[16, 8, 32]").build()
    ids, files = study.ids(), study.run_files()
    if released:
        as_released(study)
    name = "ranks.experiment.yaml" if "rename" in how else "experiment.yaml"
    folder = tmp_path / ("b" if "move" in how else "a")
    folder.mkdir(exist_ok=True)
    study.source.rename(folder / name)
    moved = Study(folder, name)
    moved.configs = study.configs
    if not (released and how == "move"):
        refused(moved, "belongs to", "--adopt-mapping")
        assert moved.cli("check").code == 1
    assert moved.cli("build", "--adopt-mapping").code == 0
    assert (moved.ids(), moved.run_files()) == (ids, files)
    assert source_of(moved) == os.path.relpath(moved.source, study.configs)
    assert moved.cli("check").code == 0
    assert moved.cli("lint").code == 0


def test_an_experiment_that_moves_with_its_folder_needs_nothing(tmp_path: Path) -> None:
    study = experiment(tmp_path / "a", output="out")
    study.build()
    (tmp_path / "a").rename(tmp_path / "b")
    assert Study(tmp_path / "b").cli("check").code == 0
    assert Study(tmp_path / "b").cli("build").code == 0


def test_a_link_to_the_folder_is_the_folder(tmp_path: Path) -> None:
    study = experiment(tmp_path / "a", output="../shared")
    study.build()
    (tmp_path / "link").symlink_to("a")
    assert Study(tmp_path / "link").cli("check").code == 0
    assert Study(tmp_path / "link").cli("build").code == 0


# --- with -o ---------------------------------------------------------------------------------


def test_o_never_leads_into_the_folder_of_another(tmp_path: Path) -> None:
    owner = experiment(tmp_path / "owner")
    owner.build()
    shared = experiment(tmp_path / "shares", output="../shared")
    shared.build()
    unbuilt = experiment(tmp_path / "unbuilt")
    mine = experiment(tmp_path / "mine")
    mine.build()
    assert unbuilt.source.exists()
    for folder in ("../owner/configs", "../shared", "../unbuilt/configs"):
        for more in ((), ("--adopt-mapping",), ("--force",), ("--renumber",)):
            refused(mine, "-o", arguments=("-o", folder, *more))
    gone = tmp_path / "owner" / "configs" / "run_mapping.yaml"
    gone.unlink()
    refused(mine, "-o", arguments=("-o", "../owner/configs"))
    shared.source.unlink()
    refused(mine, "holds the runs of study (../shares/", arguments=("-o", "../shared"))
    assert mine.cli("build", "-o", "../look").code == 0
    assert mine.cli("build", "-o", "../look").code == 0
    assert mine.cli("build", "-o", "configs").code == 0


def test_o_knows_a_build_of_another_release(tmp_path: Path) -> None:
    mine = experiment(tmp_path / "mine", output="out")
    mine.build()
    assert mine.cli("build", "-o", "../look").code == 0
    look = Study(mine.folder)
    look.configs = tmp_path / "look"
    as_released(look)
    assert mine.cli("build", "-o", "../look").code == 0


@pytest.mark.parametrize("source", ["..", ".", "/etc/passwd", "a\\0b", "../../../../x.yaml", "*"])
def test_any_name_of_a_source_is_an_error_with_words(tmp_path: Path, source: str) -> None:
    study = experiment(tmp_path / "a")
    study.build()
    text = study.mapping.read_text()
    quoted = '"' + source.replace("\\0", "\\u0000") + '"'
    study.mapping.write_text(text.replace("source: experiment.yaml", f"source: {quoted}"))
    refused(study, "belongs to", "--adopt-mapping")
    assert study.cli("build", "--adopt-mapping").code == 0
