"""System calls that fail, one at a time: nothing is torn, words are said, the next build repairs.

In process and deterministic: the n-th call of the writer fails with each errno, over builds that
grow, change and shrink a sweep. A full disk fails every write from the n-th on.
"""

from __future__ import annotations

import builtins
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tcwc.disk import stream as mapping_stream
from tcwc.disk import system as disk
from tcwc.model.signature import Signature, signature
from tests.study import Said, Study

pytestmark = pytest.mark.usefixtures("no_checks")

CALLS = (
    "open",
    "write",
    "mkdir",
    "rename",
    "replace",
    "link",
    "unlink",
    "fsync",
    "scandir",
    "rmdir",
)
ERRORS = (errno.ENOSPC, errno.EACCES, errno.EIO, errno.EROFS, errno.EDQUOT)
_WRITES = ("write", "fsync")
MOST = 40
"""The room of the largest disk, in writes."""

Sweep = tuple[str, str]
VERSIONS: dict[str, tuple[Sweep, Sweep]] = {
    "grows": (("[8, 16]", "2"), ("[4, 8, 16, 32, 64]", "2")),
    "changes": (("[8, 16, 32]", "2"), ("[8, 16, 32]", "5")),
    "all": (("[8, 16, 32]", "2"), ("[16, 32, 64]", "5")),
    "more": (("[8]", "2"), ("[1, 2, 4, 8, 16, 32, 64, 128]", "2")),
}
"""The levels and the epochs before and after."""


class Calls:
    """The system calls of the writer below a folder, counted; `fails` says which one fails."""

    def __init__(self, folder: Path, fails: Callable[[int, str], int | None]) -> None:
        self.folder = str(folder)
        self.fails = fails
        self.calls: list[str] = []
        self.failed = False

    def __call__(self, name: str, path: object) -> None:
        if isinstance(path, str) and not os.path.abspath(path).startswith(self.folder):
            return
        self.calls.append(name)
        code = self.fails(len(self.calls) - 1, name)
        if code is not None:
            self.failed = True
            raise OSError(code, os.strerror(code), path if isinstance(path, str) else None)


@contextmanager
def watched(calls: Calls) -> Iterator[None]:
    """Every call of the writer's modules goes through `calls` first."""
    real = {name: getattr(os, name) for name in CALLS}
    opened = builtins.open

    def through(name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            writes = name != "open" or bool(arguments[1] & os.O_CREAT)
            if writes:
                calls(name, arguments[0])
            return real[name](*arguments, **more)

        return call

    def open_file(path: Any, mode: str = "r", *arguments: Any, **more: Any) -> Any:
        if "x" not in mode:
            return opened(path, mode, *arguments, **more)
        calls("open", path)
        file = opened(path, mode, *arguments, **more)
        write = file.write

        class Watched:
            def write(self, text: str) -> int:
                calls("write", path)
                return write(text)

            def __getattr__(self, name: str) -> Any:
                return getattr(file, name)

        return Watched()

    patch = pytest.MonkeyPatch()
    try:
        for name in CALLS:
            patch.setattr(os, name, through(name))
        patch.setattr(disk, "_write", os.write)
        patch.setattr(mapping_stream, "open", open_file, raising=False)
        yield
    finally:
        patch.undo()


class Faults:
    """Builds of one version after another, with a call that fails."""

    def __init__(self, folder: Path, versions: tuple[Sweep, Sweep], *, fresh: bool) -> None:
        self.study = Study(folder / "study")
        self.fresh = fresh
        self.versions = versions
        if not fresh:
            self.set(versions[0])
            self.study.build()
        self.kept = folder / "kept"
        shutil.copytree(self.study.folder, self.kept)
        self.old = self.study.files() if not fresh else {}
        self.set(versions[1])
        self.study.build()
        self.new = self.study.files()

    def set(self, version: Sweep) -> None:
        self.study.write(f"lora_rank: {version[0]}", f"epochs: {version[1]}")

    def back(self) -> None:
        shutil.rmtree(self.study.folder)
        shutil.copytree(self.kept, self.study.folder)
        self.set(self.versions[1])

    def attempt(
        self, fails: Callable[[int, str], int | None], *, more_fails: bool = False
    ) -> Calls:
        self.back()
        calls = Calls(self.study.folder, fails)
        with watched(calls):
            said = self.study.cli("build")
        self.judge(said, calls, more_fails=more_fails)
        return calls

    def judge(self, said: Said, calls: Calls, *, more_fails: bool) -> None:
        if said.code:
            assert said.code == 2, said
            assert calls.failed
            assert "cannot write" in said.err, said
            assert "= help: " in said.err, said
        files = self.study.files() if self.study.configs.exists() else {}
        standing = {name: data for name, data in files.items() if not name.startswith(".tcwc")}
        if said.code == 0:
            assert standing == self.new
        elif more_fails:
            self.assert_not_torn(standing)
        else:
            assert standing in (self.old, self.new)
        self.repaired()

    def assert_not_torn(self, standing: dict[str, bytes]) -> None:
        """Where nothing can be put back, each file is the old or the new one."""
        for name, data in standing.items():
            assert data in (self.old.get(name), self.new.get(name)), name
            if name.startswith("run_0"):
                assert signature(data.decode()).signature is Signature.INTACT
        assert self.old.keys() & self.new.keys() <= standing.keys()

    def repaired(self) -> None:
        """The next build comes to what this one should have, whatever it left."""
        with pytest.MonkeyPatch.context() as patch:  # as if this process had ended
            patch.setattr("tcwc.disk.writer.is_running", lambda process: False)
            self.study.build()
        files = self.study.files()
        assert files == self.new
        assert self.study.cli("check").code == 0


CASES = [
    (name, fresh) for name in VERSIONS for fresh in (False, True) if not fresh or name == "all"
]


def count(folder: Path, name: str, *, fresh: bool, which: slice) -> int:
    """How many faults there were: of each call of a build with each errno, those of a slice."""
    faults = Faults(folder, VERSIONS[name], fresh=fresh)
    total = len(faults.attempt(lambda number, call: None).calls)
    assert total > 10
    tried = 0
    for at, code in list(product(range(total), ERRORS))[which]:
        calls = faults.attempt(lambda n, call, at=at, code=code: code if n == at else None)
        tried += calls.failed
    return tried


@pytest.mark.parametrize(("name", "fresh"), CASES)
def test_some_calls_fail(tmp_path: Path, name: str, fresh: bool) -> None:
    assert count(tmp_path, name, fresh=fresh, which=slice(0, None, 17)) >= 5


def full_disks(folder: Path, name: str, *, fresh: bool, which: slice) -> int:
    """Disks with room for so many writes; then every write and every sync fails."""
    faults = Faults(folder, VERSIONS[name], fresh=fresh)
    tried = 0
    for room, code in list(product(range(MOST), (errno.ENOSPC, errno.EDQUOT)))[which]:
        left = [room]

        def fails(number: int, call: str, left: list[int] = left, code: int = code) -> int | None:
            left[0] -= call in _WRITES or call in ("mkdir", "open")
            return code if left[0] < 0 and call in (*_WRITES, "mkdir", "open") else None

        tried += faults.attempt(fails).failed
    return tried


def test_a_disk_that_is_full_at_first(tmp_path: Path) -> None:
    assert full_disks(tmp_path, "all", fresh=False, which=slice(6)) == 6


def test_a_build_that_fails_while_it_moves_takes_new_runs_back(tmp_path: Path) -> None:
    """So that their ids, which no mapping records, are not left to be guessed at."""
    faults = Faults(tmp_path, VERSIONS["grows"], fresh=False)
    seen = 0

    def fails(number: int, call: str) -> int | None:
        nonlocal seen
        seen += call == "replace"
        return errno.EIO if call == "replace" and seen == 3 else None

    faults.back()
    with watched(Calls(faults.study.folder, fails)):
        assert faults.study.cli("build").code == 2
    assert faults.study.files() == faults.old
    faults.set(("[8, 16, 512]", "2"))
    faults.study.build()
    assert [each["lora_rank"] for each in faults.study.ids().values()] == [8, 16, 512]


MOVES = ("replace", "link", "unlink")


@pytest.mark.parametrize("name", VERSIONS)
def test_a_move_that_fails_leaves_the_old_folder(tmp_path: Path, name: str) -> None:
    faults = Faults(tmp_path, VERSIONS[name], fresh=False)
    moves = faults.attempt(lambda number, call: None).calls
    for at, call in enumerate(moves):
        if call in MOVES:
            faults.attempt(lambda n, _, at=at: errno.EPERM if n == at else None)


def test_moves_that_all_fail_from_one_on_tear_no_file(tmp_path: Path) -> None:
    faults = Faults(tmp_path, VERSIONS["all"], fresh=False)
    moves = faults.attempt(lambda number, call: None).calls
    for at in range(moves.index("replace"), len(moves)):

        def fails(number: int, call: str, at: int = at) -> int | None:
            return errno.EIO if number >= at and call in MOVES else None

        faults.attempt(fails, more_fails=True)


def test_a_file_system_without_links(tmp_path: Path) -> None:
    """What is to be replaced is copied there, and put back just the same."""
    faults = Faults(tmp_path, VERSIONS["all"], fresh=False)

    def no_links(call: str) -> int | None:
        return errno.EPERM if call == "link" else None

    moves = faults.attempt(lambda _, call: no_links(call)).calls
    for at in range(moves.index("replace"), len(moves)):
        faults.attempt(lambda n, call, at=at: errno.EIO if n == at else no_links(call))
