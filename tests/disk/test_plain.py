"""Only plain files are read, so many bytes of them, and nothing keeps a reader waiting."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tcwc.disk.files import Place, find_experiments, find_settings
from tcwc.disk.folder import Folder
from tcwc.disk.plain import read_head, read_plain

Make = Callable[[Path], None]


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))  # the whole path may be too long for one


NOT_PLAIN: dict[str, Make] = {
    "pipe": os.mkfifo,
    "socket": _socket,
    "folder": os.mkdir,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "made up": lambda path: path.symlink_to("/proc/self/environ"),
    "nowhere": lambda path: path.symlink_to("nothing"),
    "loop": lambda path: path.symlink_to(path.name),
}
READERS: dict[str, Callable[[str], object]] = {
    "whole": read_plain,
    "head": read_head,
    "source": lambda path: Place("experiment.yaml").read(path),
    "data": lambda path: Place("experiment.yaml").head(path),
    "text": lambda path: Place("experiment.yaml").text_of(path),
    "code": Place("experiment.yaml").code_folders()[0],
    "config": lambda path: Folder(".").config(path),
    "standing": lambda path: Folder(".").standing(path),
}


@pytest.mark.parametrize("kind", NOT_PLAIN)
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_plain_file_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str, kind: str
) -> None:
    monkeypatch.chdir(tmp_path)
    NOT_PLAIN[kind](tmp_path / "it.yaml")
    read = None
    with suppress(OSError):
        read = READERS[reader]("it" if reader == "config" else "it.yaml")
    assert read is None


@pytest.mark.parametrize("kind", sorted(set(NOT_PLAIN) - {"nowhere"}))
def test_a_mapping_that_is_no_plain_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.chdir(tmp_path)
    NOT_PLAIN[kind](tmp_path / "run_mapping.yaml")
    with pytest.raises(OSError, match=r"plain|Is a dir|symbolic"):
        Folder(str(tmp_path)).read_mapping()


@pytest.mark.parametrize("name", ["tcwc.toml", "pyproject.toml"])
def test_settings_that_are_no_plain_file_are_none(tmp_path: Path, name: str) -> None:
    (tmp_path / ".git").mkdir()
    os.mkfifo(tmp_path / name)
    assert find_settings(str(tmp_path)) == []


def test_a_file_with_holes_is_no_mapping(tmp_path: Path) -> None:
    with (tmp_path / "run_mapping.yaml").open("wb") as file:
        file.truncate(60_000_000_000)
    assert not (Folder(str(tmp_path)).read_mapping() or "").strip("\0")
    with (tmp_path / "run_mapping.yaml").open("r+b") as file:
        file.write(b"#" * 1_000_000)
    with pytest.raises(OSError, match="larger than 1000 MB"):
        Folder(str(tmp_path)).read_mapping()


def test_what_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = str(tmp_path / "it")
    Path(path).write_bytes(b"12345")
    assert read_plain(path, 5) == b"12345"
    assert read_head(path, 3) == b"123"
    with pytest.raises(OSError, match="larger"):
        read_plain(path, 4)


def test_an_empty_file_is_plain(tmp_path: Path) -> None:
    (tmp_path / "it").touch()
    assert read_plain(str(tmp_path / "it")) == read_head(str(tmp_path / "it")) == b""


def test_folders_in_folders_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    deep = Path(*["d"] * 80)
    for folder in (Path("a/b"), deep):
        folder.mkdir(parents=True)
        (folder / "experiment.yaml").touch()
    assert list(find_experiments(".")) == ["a/b/experiment.yaml"]
