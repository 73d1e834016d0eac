"""Builds killed at any call or moment: every file stays whole, and the next build repairs."""

from __future__ import annotations

import itertools
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tcwc.builds.check import check
from tcwc.builds.write import mapping_text
from tcwc.model.signature import Signature, signature
from tests.study import Study

CHANGES = ("open", "os.mkdir", "os.link", "os.rename", "os.remove", "os.rmdir")


class Victim:
    """A study whose versions differ in all configs, and in which runs there are."""

    def __init__(self, folder: Path, runs: int, *, built: bool = True) -> None:
        self.study = Study(folder)
        self.runs = runs
        self.version = 0
        self.edit()
        if built:
            self.study.compile().write()

    def edit(self) -> None:
        """Another version: a control changes, a fifth of the levels go and others come."""
        self.version += 1
        first = self.version % 3 * (self.runs // 5)
        seeds = ", ".join(map(str, range(first, first + self.runs)))
        self.study.write(f"seed: [{seeds}]", f"max_steps_per_epoch: {self.version}")

    def new_files(self) -> dict[str, bytes]:
        """What a build would make of the source now."""
        build = self.study.compile().build
        outputs = list(build.outputs())
        mapping = "".join(mapping_text(build, (output.line for output in outputs)))
        files = {f"{output.id}.yaml": output.text.encode() for output in outputs}
        return files | {"run_mapping.yaml": mapping.encode()}

    def start(self, at_start: Callable[[], None]) -> int:
        """A build in a process of its own, forked from this warm one."""
        pid = os.fork()
        if pid == 0:
            try:
                at_start()
                self.study.compile().write()
                os._exit(0)
            finally:
                os._exit(3)
        return pid

    def killed_after(self, seconds: float) -> bool:
        """Whether the build was still at work when it was killed."""
        pid = self.start(lambda: None)
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
        return died(pid)

    def killed_at(self, number: int) -> bool:
        """Whether the build came to its n-th change of a folder, at which it kills itself."""
        changes = itertools.count()

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            if event in CHANGES and next(changes) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        return died(self.start(lambda: sys.addaudithook(hook)))

    def assert_whole(self, old: dict[str, bytes], new: dict[str, bytes]) -> None:
        """Every file that has its final name is old or new."""
        for name, data in self.study.files().items():
            if name.startswith(".tcwc-"):
                continue
            assert data in (old.get(name), new.get(name)), name
            if name.startswith("run_0"):
                assert signature(data.decode()).signature is Signature.INTACT
        names = self.study.files().keys()
        assert old.keys() & new.keys() <= names, "a run that both builds have never lacks its file"

    def assert_repaired(self) -> None:
        self.study.assert_consistent()
        compilation = self.study.compile()
        assert check(compilation.build, compilation.build.folder).drift == ()
        assert [p.name for p in self.study.folder.iterdir() if p.name.startswith(".")] == []


def died(pid: int) -> bool:
    """Whether a build was killed; one that was not has come to its end."""
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def killed(victim: Victim, kill: Callable[[], bool], *, edited: bool) -> bool:
    """A build of an edited source that is killed, and the next one, which repairs."""
    old = victim.study.files()
    victim.edit()
    new = victim.new_files()
    at_work = kill()
    victim.assert_whole(old, new)
    if edited:
        victim.edit()
    victim.study.compile().write()
    victim.assert_repaired()
    return at_work


def test_builds_killed_at_some_calls(tmp_path: Path) -> None:
    victim = Victim(tmp_path / "study", 30)
    for number in itertools.count(0, 17):
        if not killed(victim, partial(victim.killed_at, number), edited=number % 2 == 0):
            break
    assert number > 70


def killed_at_random(folder: Path, kills: int) -> list[bool]:
    """Of builds that were killed at random moments, whether each was still at work."""
    victim, generator = Victim(folder, 120), random.Random()
    victim.edit()
    begin = time.perf_counter()
    assert not died(victim.start(lambda: None))
    most = 1.1 * (time.perf_counter() - begin)
    return [
        killed(
            victim,
            lambda: victim.killed_after(generator.uniform(0.0, most)),
            edited=number % 2 == 0,
        )
        for number in range(kills)
    ]


def test_a_first_build_that_is_killed_leaves_nothing_or_everything(tmp_path: Path) -> None:
    for number in itertools.count(0, 11):
        first = Victim(tmp_path / f"first{number}", 30, built=False)
        at_work = first.killed_at(number)
        if first.study.configs.exists():
            first.assert_repaired()
        first.study.compile().write()
        first.assert_repaired()
        if not at_work:
            break
    assert number > 30
