"""Builds killed at random moments: every file stays whole, and the next build repairs."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from tcwc.builds.build import mapping_text
from tcwc.builds.check import check
from tcwc.model.signature import Signature, signature
from tests.identity.support import Study

RUNS = 500


class Victim:
    """A study of 500 runs whose versions differ in all configs, and in which runs there are."""

    def __init__(self, folder: Path) -> None:
        self.study = Study(folder)
        self.version = 0
        self.edit()
        self.study.compile().write()

    def edit(self) -> None:
        """Another version: a control changes, a fifth of the levels go and others come."""
        self.version += 1
        first = self.version % 3 * (RUNS // 5)
        seeds = ", ".join(map(str, range(first, first + RUNS)))
        self.study.write(f"seed: [{seeds}]", f"max_steps_per_epoch: {self.version}")

    def new_files(self) -> dict[str, bytes]:
        """What a build would make of the source now."""
        build = self.study.compile().build
        outputs = list(build.outputs())
        mapping = "".join(mapping_text(build, (output.line for output in outputs)))
        files = {f"{output.id}.yaml": output.text.encode() for output in outputs}
        return files | {"run_mapping.yaml": mapping.encode()}

    def start(self) -> int:
        """A build in a process of its own, forked from this warm one."""
        pid = os.fork()
        if pid == 0:
            try:
                self.study.compile().write()
                os._exit(0)
            finally:
                os._exit(3)
        return pid

    def kill_after(self, seconds: float) -> bool:
        """Whether the build was still at work when it was killed."""
        pid = self.start()
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
        return os.WIFSIGNALED(status)

    def seconds(self) -> float:
        begin = time.perf_counter()
        pid = self.start()
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        return time.perf_counter() - begin

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


def rounds(victim: Victim, count: int, generator: random.Random) -> int:
    """Kill so many builds and repair after each; how many were killed while at work."""
    victim.edit()
    duration = victim.seconds()
    at_work = 0
    for number in range(count):
        old = victim.study.files()
        victim.edit()
        new = victim.new_files()
        at_work += victim.kill_after(generator.uniform(0.0, duration * 1.1))
        victim.assert_whole(old, new)
        if number % 2:
            victim.edit()
        victim.study.compile().write()
        victim.assert_repaired()
    return at_work


def test_builds_killed_at_random_moments(tmp_path: Path) -> None:
    assert rounds(Victim(tmp_path / "study"), 12, random.Random(1)) > 3


@pytest.mark.slow
def test_builds_killed_at_two_hundred_random_moments(tmp_path: Path) -> None:
    assert rounds(Victim(tmp_path / "study"), 200, random.Random()) > 100


def test_a_first_build_that_is_killed_leaves_nothing_or_everything(tmp_path: Path) -> None:
    victim = Victim(tmp_path / "study")
    duration = victim.seconds()
    for number in range(10):
        elsewhere = Study(tmp_path / f"first{number}")
        elsewhere.source.write_bytes(victim.study.source.read_bytes())
        first = Victim.__new__(Victim)
        first.study = elsewhere
        first.kill_after(duration * number / 10)
        if elsewhere.configs.exists():
            first.assert_repaired()
        elsewhere.compile().write()
        first.assert_repaired()
