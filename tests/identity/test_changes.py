"""What a rebuild says about the runs that it changed."""

from __future__ import annotations

from pathlib import Path

from tests.study import Study


def test_runs_that_change_alike_are_one_line(tmp_path: Path) -> None:
    levels = ", ".join(map(str, range(1, 301)))
    study = Study(tmp_path / "study").write(f"seed: [{levels}]", "epochs: 2\nlr: 1e-4")
    study.build()
    study.edit("epochs: 2", "epochs: 5").edit("lr: 1e-4", "lr: 3e-4")
    said = study.cli("build")
    assert "runs 0-299 changed meaning: optimizer.lr 0.0001 -> 0.0003, epochs 2 -> 5" in said.out


def test_runs_that_change_differently_are_told_apart(tmp_path: Path) -> None:
    study = Study(tmp_path / "study").write(
        "dataset: [{train_on_input: true}, {train_on_input: false}]", "dataset.split: train"
    )
    study.build()
    study.write(
        "dataset: [{train_on_input: true}, {train_on_input: false}]", "dataset.split: test\nseed: 1"
    )
    said = study.cli("build")
    assert "runs 0-1 changed meaning" in said.out
    assert "dataset.split" in said.out
    assert "seed null -> 1" in said.out


def test_keys_that_come_and_go_are_named(tmp_path: Path) -> None:
    study = Study(tmp_path / "study").write("seed: [1, 2]", "optimizer.amsgrad: true")
    study.build()
    study.edit("optimizer.amsgrad: true", "~optimizer.weight_decay:")
    said = study.cli("build")
    assert "runs 0-1 changed meaning" in said.out
    assert "optimizer.amsgrad true -> (absent)" in said.out
    assert "optimizer.weight_decay 0.01 -> (absent)" in said.out


def test_many_stale_runs_are_a_short_list(tmp_path: Path) -> None:
    levels = ", ".join(map(str, range(1, 301)))
    study = Study(tmp_path / "study").write(f"seed: [{levels}]")
    study.build()
    said = study.edit("epochs: 2", "epochs: 5").cli("check")
    assert "... and 291 more (-v shows all)" in said.out
    assert len(said.out.splitlines()) < 30
