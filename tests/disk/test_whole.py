"""Files that belong together: all of them new, or all as they were."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tcwc.disk.whole import NewFile, replace_files

REPLACE = os.replace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in "ab":
        (tmp_path / name).write_text(f"old {name}")
    (tmp_path / "a").chmod(0o600)
    return tmp_path


def new(folder: Path, name: str, *, in_place: bool = False) -> NewFile:
    path = folder / name
    old = path.read_bytes() if path.exists() else None
    return NewFile(str(path), f"new {name}".encode(), old, 0o640, in_place)


def texts(folder: Path) -> dict[str, str]:
    return {each.name: each.read_text() for each in folder.iterdir()}


def test_all_of_them(folder: Path) -> None:
    replace_files([new(folder, "a"), new(folder, "b"), new(folder, "c")])
    assert texts(folder) == {name: f"new {name}" for name in "abc"}
    assert {each.stat().st_mode & 0o777 for each in folder.iterdir()} == {0o640}


def refusing(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first time that something is put in a file's place, it is not."""
    failed: list[str] = []

    def replace(source: str, target: str) -> None:
        if target == str(folder / name) and not failed:
            failed.append(name)
            raise PermissionError(13, "Permission denied", source, None, target)
        REPLACE(source, target)

    monkeypatch.setattr(os, "replace", replace)


@pytest.mark.parametrize("late", ["a", "b", "c"])
def test_one_that_cannot_be_replaced(
    late: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusing(folder, late, monkeypatch)
    was = texts(folder)
    with pytest.raises(PermissionError) as raised:
        replace_files([new(folder, "a"), new(folder, "c"), new(folder, "b")])
    assert raised.value.filename == str(folder / late)
    assert texts(folder) == was


def test_one_that_cannot_be_staged(folder: Path) -> None:
    was = texts(folder)
    with pytest.raises(OSError, match=r"none/b'$"):
        replace_files([new(folder, "a"), new(folder / "none", "b")])
    assert texts(folder) == was


def test_one_with_several_names(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.link(folder / "b", folder / "also_b")
    was = texts(folder)
    with monkeypatch.context() as patch:
        refusing(folder, "a", patch)
        with pytest.raises(PermissionError):
            replace_files([new(folder, "a"), new(folder, "b", in_place=True)])
    assert texts(folder) == was
    replace_files([new(folder, "a"), new(folder, "b", in_place=True)])
    assert texts(folder) == {"a": "new a", "b": "new b", "also_b": "new b"}
