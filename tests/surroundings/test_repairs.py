"""Advice that, followed as it stands, makes a check green."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.shell import bash_here, bash_with_processes
from tests.surroundings.shell import SOURCE, Said, Shell


@pytest.fixture(params=["here", pytest.param("process", marks=pytest.mark.slow)])
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Shell:
    """A shell in a folder with an experiment without mistakes."""
    (tmp_path / "experiment.yaml").write_text(SOURCE, encoding="utf-8")
    return Shell(tmp_path, bash_here if request.param == "here" else bash_with_processes)


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


def no_mapping(folder: Path) -> None:
    (folder / "run_mapping.yaml").unlink()


def no_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def mapping_empty(folder: Path) -> None:
    (folder / "run_mapping.yaml").write_bytes(b"")


def mapping_cut(folder: Path) -> None:
    path = folder / "run_mapping.yaml"
    path.write_bytes(path.read_bytes()[:-80])


def mapping_without_a_line(folder: Path) -> None:
    path = folder / "run_mapping.yaml"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("  run_001")))


def mapping_bytes(folder: Path) -> None:
    (folder / "run_mapping.yaml").write_bytes(b"\xff\xfe")


def mapping_edited(folder: Path) -> None:
    path = folder / "run_mapping.yaml"
    path.write_text(path.read_text().replace('"lora_rank": 8', '"lora_rank": 9'))


MAPPINGS = (
    no_mapping,
    no_folder,
    mapping_empty,
    mapping_cut,
    mapping_without_a_line,
    mapping_bytes,
    mapping_edited,
)


@pytest.mark.skipif(not shutil.which("git"), reason="there is no git")
@pytest.mark.parametrize("name", ["experiment.yaml", "my study.yaml"])
@pytest.mark.parametrize("breaks", MAPPINGS, ids=lambda each: each.__name__)
def test_a_mapping_is_taken_back(breaks: Callable[[Path], None], name: str, shell: Shell) -> None:
    (shell.folder / "experiment.yaml").rename(shell.folder / name)
    commit = "git init -q && git add -A && git -c user.name=a -c user.email=a@b commit -qm all"
    assert shell(f"$tcwc build -q '{name}' && {commit}").status == 0
    breaks(shell.folder / ("configs" if name == "experiment.yaml" else "my study.configs"))
    for _ in range(3):  # what is taken back may not be all that is missing
        red = shell(f"$tcwc check '{name}'")
        if red.status == 0:
            return
        said = red.out + red.err
        typed = re.findall(r"`((?:git checkout|tcwc build) [^`]+)`", said)
        assert typed, said
        assert shell(typed[0].replace("tcwc ", "$tcwc ", 1)).status == 0, said
    assert shell(f"$tcwc check '{name}'").status == 0
