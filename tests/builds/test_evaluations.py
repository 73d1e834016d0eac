"""Configs that evaluate: written with those of runs, checked as they are, gone with the section."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tcwc.cli import main
from tcwc.model.signature import Signature, signature
from tests.study import BASE, Study

HEAD = f"""\
experiment_name: study
base_config: {BASE}
variables:
  lora_rank: [8, 16]
controls:
  epochs: 2
"""
EVALUATE = "evaluate:\n  harness: {with: eleuther_eval, tasks: [a], epochs: all, baseline: true}\n"
NAMES = ["base.yaml", *[f"run_00{n}.epoch_{epoch}.yaml" for n in (0, 1) for epoch in (0, 1)]]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.built(tmp_path, HEAD + EVALUATE)


def folder(study: Study, name: str = "harness") -> Path:
    return study.folder / "configs" / "eval" / name


def names(study: Study) -> list[str]:
    return sorted(os.listdir(folder(study)))


def test_one_for_each_epoch_and_the_base(study: Study) -> None:
    assert names(study) == NAMES
    for name in NAMES:
        signed = signature((folder(study) / name).read_text())
        assert signed.signature is Signature.INTACT
        assert signed.run_id == f"eval/harness/{name.removesuffix('.yaml')}"
    assert study.cli("check").code == 0
    assert "already" in study.cli("build").all or study.cli("build").code == 0
    assert names(study) == NAMES


def test_they_are_no_runs(study: Study) -> None:
    mapping = (study.folder / "configs" / "run_mapping.yaml").read_text()
    study.source.write_text(HEAD)
    assert study.cli("build").code == 0
    assert (study.folder / "configs" / "run_mapping.yaml").read_text() == mapping
    assert "eval" not in os.listdir(study.folder / "configs")
    assert study.cli("check").code == 0


def test_they_go_with_an_epoch(study: Study) -> None:
    study.source.write_text(HEAD + EVALUATE.replace("epochs: all, ", ""))
    assert "extra: the source has no such evaluation" in study.cli("check").all
    assert study.cli("build").code == 0
    assert names(study) == [name for name in NAMES if "epoch_0" not in name]


def test_what_is_edited_stays(study: Study) -> None:
    path = folder(study) / NAMES[1]
    edited = path.read_text().replace("batch_size: 8", "batch_size: 9")
    path.write_text(edited)
    assert "edited by hand" in study.cli("check").all
    assert study.cli("build").code == 2
    study.source.write_text(HEAD)
    assert study.cli("build").code == 2
    assert path.read_text() == edited
    assert study.cli("build", "--force").code == 0
    assert not path.exists()


@pytest.mark.parametrize("place", ["run_000.yaml", f"eval/harness/{NAMES[0]}"])
def test_one_that_is_half_merged_is_told_as_that(study: Study, place: str) -> None:
    path = study.folder / "configs" / place
    text = path.read_text()
    sides = "<<<<<<< HEAD\nseed: 1\n=======\nseed: 2\n>>>>>>> other\n"
    path.write_text(text + sides)
    said = study.cli("check").all
    assert f"{place}: it holds the conflict markers of a git merge" in said
    assert "(absent)" not in said
    assert study.cli("build").code == 2
    assert study.cli("build", "--force").code == 0
    assert path.read_text() == text


def test_files_of_others_are_not_touched(study: Study) -> None:
    notes = folder(study) / "notes.yaml"
    notes.write_text("mine: 1\n")
    (folder(study, "other")).mkdir()
    (folder(study, "other") / "x.txt").write_text("")
    assert study.cli("check").code == 1
    study.source.write_text(HEAD)
    assert study.cli("build").code == 0
    assert notes.read_text() == "mine: 1\n"
    assert names(study) == ["notes.yaml"]
    assert (folder(study, "other") / "x.txt").exists()


def test_one_that_is_missing_or_stale_is_told(study: Study) -> None:
    (folder(study) / NAMES[0]).unlink()
    assert f"{NAMES[0]}: missing" in study.cli("check").all
    assert study.cli("build").code == 0
    study.source.write_text(HEAD + EVALUATE.replace("[a]", "[b]"))
    said = study.cli("check")
    assert (said.code, "tasks" in said.all, "stale" in said.all) == (1, True, True)


@pytest.mark.parametrize("place", ["eval", "eval/harness"])
def test_no_link_is_followed(tmp_path: Path, place: str) -> None:
    made = Study(tmp_path / "here")
    (tmp_path / "there").mkdir()
    made.source.write_text(HEAD + EVALUATE)
    link = made.folder / "configs" / place
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "there")
    said = made.cli("build")
    assert (said.code, "in the way" in said.all or "no folder" in said.all) == (2, True), said
    assert said.all.count("it is no folder") == 1
    assert not os.listdir(tmp_path / "there")


def test_a_build_that_fails_leaves_none(study: Study) -> None:
    (folder(study) / NAMES[1]).write_text("mine: 1\n")
    study.source.write_text(HEAD.replace("16", "32") + EVALUATE.replace("[a]", "[b]"))
    before = {path: path.read_bytes() for path in study.folder.rglob("*.yaml")}
    assert study.cli("build").code == 2
    assert {path: path.read_bytes() for path in study.folder.rglob("*.yaml")} == before


def test_what_is_written_has_no_findings(
    study: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder(study))  # of experiments below where it stands all are read
    for name in NAMES:
        assert main(["lint", name]) == 0
        said = capsys.readouterr()
        assert said.out.startswith("No findings in 1 config"), said


def test_the_model_has_no_adapters(study: Study) -> None:
    text = (folder(study) / NAMES[-1]).read_text()
    assert "torchtune.models.llama3_2.llama3_2_1b\n" in text
    assert "lora_rank" not in text
    assert "run_001/epoch_1\n" in text
    assert "model-00001-of-00001.safetensors" in text


def test_the_same_bytes_wherever_it_is_built(study: Study, tmp_path: Path) -> None:
    other = Study(tmp_path / "other")
    other.source.write_text(HEAD + EVALUATE)
    assert other.cli("build").code == 0
    for name in NAMES:
        assert (folder(study) / name).read_bytes() == (folder(other) / name).read_bytes()
