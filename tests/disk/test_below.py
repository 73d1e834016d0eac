"""Files below a folder: what is looked at, and whether that is told to be all."""

from __future__ import annotations

import os
from pathlib import Path

from tcwc.disk.below import files_below
from tcwc.disk.files import Place


def below(root: Path, depth: int = 2) -> tuple[list[str], bool]:
    return files_below(str(root), depth, lambda name: name == "venv", lambda _: False)


def filled(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_the_shallowest_come_first(tmp_path: Path) -> None:
    filled(tmp_path, "b/c/2", "a/1", "z", "venv/x")
    assert below(tmp_path) == (["z", "a/1", "b/c/2"], True)


def test_what_is_deeper_is_missed(tmp_path: Path) -> None:
    assert below(filled(tmp_path, "1", "b/c/2"), 1) == (["1"], False)


def test_a_large_folder_is_passed_over(tmp_path: Path) -> None:
    filled(tmp_path, "a", "data/x")
    assert below(filled(tmp_path, *(f"data/{n}" for n in range(999)))) == below(tmp_path)
    assert below(tmp_path)[1]
    assert below(filled(tmp_path, "data/y")) == (["a"], False)


def test_many_folders_are_not_all_looked_at(tmp_path: Path) -> None:
    files, is_whole = below(filled(tmp_path, *(f"{n:03}/x" for n in range(301))))
    assert (len(files), files[-1], is_whole) == (300, "299/x", False)


def test_what_is_no_folder_has_none(tmp_path: Path) -> None:
    assert below(filled(tmp_path, "a") / "a") == ([], False)
    assert below(tmp_path / "nowhere") == ([], False)


def test_links_and_pipes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/again").symlink_to(tmp_path / "a")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    assert below(tmp_path) == ([], False)


def test_names_are_those_of_configs(tmp_path: Path) -> None:
    filled(tmp_path, "tasks/a/1", "tasks/.git/x", "tasks/node_modules/x")
    assert Place(str(tmp_path / "experiment.yaml")).below("tasks", 1) == (["tasks/a/1"], True)
