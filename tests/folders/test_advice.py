"""What `check` advises, followed to the letter, makes it green: for each kind of drift."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tcwc.model.frozen import replace
from tests.study import Said, Study, experiment, render_lock

_HELP = re.compile(r"= help: ((?:.|\n   )*)")
_COMMAND = re.compile(r"`([^`]+)`")


class Followed:
    """A study under git, whose advice is followed."""

    def __init__(self, folder: Path) -> None:
        self.study = Study.built(folder, experiment("lora_rank: [8, 16, 32]"))
        self.git("init", "--quiet")
        self.commit()

    def git(self, *arguments: str) -> None:
        names = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        for who in ("AUTHOR", "COMMITTER"):
            names |= {f"GIT_{who}_NAME": "ada", f"GIT_{who}_EMAIL": "ada@example.org"}
        command = ["git", *arguments]
        subprocess.run(
            command, cwd=self.study.folder, env=os.environ | names, check=True, capture_output=True
        )

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "x")

    def follow(self, said: Said, which: int) -> bool:
        """Do what each help says by its first command, or by another; whether there is one."""
        there = False
        for help in _HELP.findall(said.out + said.err):
            commands = [c for c in _COMMAND.findall(help) if c.startswith(("git ", "tcwc ", "rm "))]
            assert commands, help
            there |= which < len(commands)
            self.do(commands[min(which, len(commands) - 1)])
        return there

    def do(self, command: str) -> None:
        program, *arguments = shlex.split(command)
        if program == "tcwc":
            assert arguments[1] == "experiment.yaml"
            said = self.study.cli(arguments[0], *arguments[2:])
            assert said.code == 0, (command, said)
        elif program == "git":
            self.git(*arguments)
        else:
            assert program == "rm"
            subprocess.run([program, *arguments], cwd=self.study.folder, check=True)


def edit(study: Study) -> None:
    path = study.configs / "run_001.yaml"
    path.write_text(path.read_text() + "mine: 1\n")


def put(name: str, data: bytes) -> Callable[[Study], None]:
    return lambda study: (study.configs / name).write_bytes(data) and None


def lose(*names: str) -> Callable[[Study], None]:
    def made(study: Study) -> None:
        for name in names:
            (study.configs / name).unlink()

    return made


def a_folder(study: Study) -> None:
    (study.configs / "run_001.yaml").unlink()
    (study.configs / "run_001.yaml").mkdir()


def a_pipe(study: Study) -> None:
    (study.configs / "run_001.yaml").unlink()
    os.mkfifo(study.configs / "run_001.yaml")


def cut(study: Study) -> None:
    study.mapping.write_bytes(study.mapping.read_bytes()[:-30])


def of_another(study: Study) -> None:
    text = study.mapping.read_text()
    study.mapping.write_text(text.replace("source: experiment.yaml", "source: other.yaml"))


def forget(study: Study) -> None:
    lines = study.mapping.read_text().splitlines(keepends=True)
    study.mapping.write_text("".join(line for line in lines if "  run_002:" not in line))


def forget_and_edit(study: Study) -> None:
    forget(study)
    study.edit("16, 32]", "16]")


def swapped(study: Study) -> None:
    lock = study.lock
    one, other = lock.runs["run_000"], lock.runs["run_001"]
    runs = {
        **lock.runs,
        "run_000": replace(other, id="run_000"),
        "run_001": replace(one, id="run_001"),
    }
    study.mapping.write_text(render_lock(replace(lock, runs=runs)))


def all_at_once(study: Study) -> None:
    edit(study)
    (study.configs / "run_000.yaml").write_bytes(b"")
    (study.configs / "run_002.yaml").write_text("seed: 1\n")
    (study.configs / "run_007.yaml").write_text("seed: 1\n")
    study.edit("[8, 16, 32]", "[8, 16, 32, 64]")


KINDS: dict[str, Callable[[Study], object]] = {
    "missing": lose("run_001.yaml"),
    "all missing": lose("run_000.yaml", "run_001.yaml", "run_002.yaml"),
    "stale": lambda study: study.edit("epochs: 2", "epochs: 5"),
    "a run more": lambda study: study.edit("16, 32]", "16, 32, 64]"),
    "a run less": lambda study: study.edit("16, 32]", "16]"),
    "edited": edit,
    "edited, and its run is gone": lambda study: (edit(study), study.edit("16, 32]", "32]")),
    "empty": put("run_001.yaml", b""),
    "empty, and of no run": put("run_009.yaml", b""),
    "foreign, and of no run": put("run_009.yaml", b"seed: 1\n"),
    "foreign in place": put("run_001.yaml", b"seed: 1\n"),
    "foreign and empty": put("run_001.yaml", b"\n"),
    "foreign and not UTF-8": put("run_001.yaml", b"\xff\xfe"),
    "a folder in place": a_folder,
    "a pipe in place": a_pipe,
    "mapping missing": lose("run_mapping.yaml"),
    "mapping and configs missing": lose(
        "run_mapping.yaml", "run_000.yaml", "run_001.yaml", "run_002.yaml"
    ),
    "mapping cut": cut,
    "mapping of another source": of_another,
    "mapping not UTF-8": put("run_mapping.yaml", b"\xff\xfe"),
    "mapping with swapped ids": swapped,
    "a line lost": forget,
    "a line lost, and its run is gone": forget_and_edit,
    "all at once": all_at_once,
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_advice_works(tmp_path: Path, kind: str) -> None:
    """The first way out of each help, and then each other one."""
    ways = 0
    while green_again(Followed(tmp_path / f"way{ways}"), kind, ways):
        ways += 1
    assert ways


def green_again(followed: Followed, kind: str, which: int) -> bool:
    """Whether there is such a way out; it then leads to a check that passes."""
    study = followed.study
    KINDS[kind](study)
    said = study.cli("check")
    assert said.code in (1, 2), said
    for _ in range(3):
        before = study.files()
        if not followed.follow(said, which) and which:
            return False
        said = study.cli("check")
        if said.code == 0:
            study.assert_consistent()
            return True
        assert study.files() != before, said
    raise AssertionError(said)


@pytest.mark.parametrize("index", ["LF", "CRLF"])
@pytest.mark.parametrize("attributes", [True, False])
def test_line_ends_that_git_changed(tmp_path: Path, index: str, attributes: bool) -> None:
    followed = Followed(tmp_path / "study")
    study = followed.study
    before = study.files()
    if not attributes:
        (study.configs / ".gitattributes").unlink()
    if index == "LF":
        followed.commit()
    for path in study.configs.glob("run_*"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    if index == "CRLF":
        followed.commit()
    said = study.cli("check")
    assert said.code == 0
    assert said.out.count("line ends were changed") == 1
    assert "line ends were changed in 4 files of configs (CRLF)" in said.out
    (help,) = _HELP.findall(said.out)
    assert (".gitattributes" in help) is not attributes
    assert "git add --renormalize" in help
    for command in _COMMAND.findall(help):
        followed.do(command)
    followed.git("commit", "--quiet", "--allow-empty", "--message", "line ends")
    assert study.files() == before
    said = study.cli("check")
    assert (said.code, "line ends" in said.all) == (0, False)
    followed.git("clone", "--quiet", "--config", "core.autocrlf=true", ".", "../clone")
    clone = Study(tmp_path / "clone")
    assert clone.files() == before
    assert "\r\n" not in (clone.configs / "run_000.yaml").read_bytes().decode()


def test_one_file_is_one_file(tmp_path: Path) -> None:
    study = Followed(tmp_path / "study").study
    path = study.configs / "run_001.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    said = study.cli("check")
    assert "in 1 file of configs" in said.out
    assert "line ends" not in study.cli("check", "-q").all
    study.edit("epochs: 2", "epochs: 5")
    said = study.cli("check")
    assert said.code == 1
    assert "line ends" not in said.out, "a stale file is written anew in any case"


def test_build_names_a_file_that_it_leaves_alone(tmp_path: Path) -> None:
    study = Followed(tmp_path / "study").study
    (study.configs / "run_009.yaml").write_text("seed: 1\n")
    said = study.cli("build")
    assert said.code == 0
    assert "configs/run_009.yaml was not made by tcwc and" in said.out
    assert (study.configs / "run_009.yaml").read_text() == "seed: 1\n"
