"""Advice that, followed as it stands, makes a check green."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.surroundings.shell import Said, Shell


def empty(folder: Path) -> None:
    (folder / "run_000.yaml").write_bytes(b"")


def all_empty(folder: Path) -> None:
    for path in folder.glob("run_00*.yaml"):
        path.write_bytes(b"")


def empty_of_no_run(folder: Path) -> None:
    (folder / "run_007.yaml").write_bytes(b"")


def foreign(folder: Path) -> None:
    (folder / "run_005.yaml").write_text("seed: 1\n")


def foreign_in_the_way(folder: Path) -> None:
    (folder / "run_000.yaml").write_text("seed: 1\n")


def foreign_bytes(folder: Path) -> None:
    (folder / "run_005.yaml").write_bytes(b"\xff\x00")


def blank(folder: Path) -> None:
    (folder / "run_000.yaml").write_text("\n")


def edited(folder: Path) -> None:
    path = folder / "run_000.yaml"
    path.write_text(path.read_text() + "more: 1\n")


def missing(folder: Path) -> None:
    (folder / "run_001.yaml").unlink()


def a_folder(folder: Path) -> None:
    missing(folder)
    (folder / "run_001.yaml").mkdir()


def a_link(folder: Path) -> None:
    (folder / "run_009.yaml").symlink_to("run_000.yaml")


def a_link_to_nothing(folder: Path) -> None:
    missing(folder)
    (folder / "run_001.yaml").symlink_to("nowhere.yaml")


def a_copy(folder: Path) -> None:
    (folder / "run_009.yaml").write_bytes((folder / "run_000.yaml").read_bytes())


def cut(folder: Path) -> None:
    path = folder / "run_000.yaml"
    path.write_bytes(path.read_bytes()[:300])


def crlf(folder: Path) -> None:
    path = folder / "run_000.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")


BREAKS = (
    empty,
    all_empty,
    empty_of_no_run,
    foreign,
    foreign_in_the_way,
    foreign_bytes,
    blank,
    edited,
    missing,
    a_folder,
    a_link,
    a_link_to_nothing,
    a_copy,
    cut,
    crlf,
)


def followed(shell: Shell, said: Said) -> None:
    """Type what each help says, in its order: the last command in brackets, or the only one."""
    helps = [line for line in said.out.splitlines() if "= help: " in line]
    assert helps, said
    for line in helps:
        typed = re.findall(r"`([^`]+)`", line)
        assert typed, line
        done = shell(typed[-1].replace("tcwc ", "$tcwc ", 1))
        assert done.status == 0, (line, done)


@pytest.mark.parametrize("name", ["experiment.yaml", "my study.yaml"])
@pytest.mark.parametrize("breaks", BREAKS, ids=lambda each: each.__name__)
def test_what_a_check_advises(breaks: Callable[[Path], None], name: str, shell: Shell) -> None:
    (shell.folder / "experiment.yaml").rename(shell.folder / name)
    assert shell(f"$tcwc build -q '{name}' && $tcwc check '{name}'").status == 0
    folder = shell.folder / ("configs" if name == "experiment.yaml" else "my study.configs")
    breaks(folder)
    red = shell(f"$tcwc check '{name}'")
    if red.status == 0:
        assert breaks is crlf, breaks
        return
    followed(shell, red)
    green = shell(f"$tcwc check '{name}'")
    assert green.status == 0, (red, green)
