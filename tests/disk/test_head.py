"""The beginning of a file of data: as much of it as is looked at, and nothing that could block."""

from __future__ import annotations

import os
from pathlib import Path

from tcwc.disk.files import Place


def test_a_beginning_ends_with_a_whole_character(tmp_path: Path) -> None:
    (tmp_path / "long.json").write_text("a" + "é" * 200_000, encoding="utf-8")
    head = Place(str(tmp_path / "experiment.yaml")).head("long.json")
    assert head is not None
    assert set(head) == {"a", "é"}
    assert len(head) == 125_000


def test_what_is_no_text_and_no_plain_file_has_none(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00 and more")
    os.mkfifo(tmp_path / "pipe")
    place = Place(str(tmp_path / "experiment.yaml"))
    assert [place.head(name) for name in ("binary", "pipe", ".", "absent", "a\0b")] == [None] * 5
