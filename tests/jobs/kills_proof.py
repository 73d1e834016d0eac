"""Fifty random kills: each run is finished exactly once, and no two ever trained in one folder.

Jobs of a sweep are started, at times two of one run, and killed at random: the shell alone, the
training alone, all of it, or by TERM. Then they are started again, until all are finished.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.conftest import EIGHTHS
from tests.jobs.lab import TUNE, Tiny, offline, pretend_assets, real_assets
from tests.jobs.sweep import Sweep, environment, guarded, sweep

KILLS, REAL = 45, 5
_AT_ONCE = 3
_LONGEST = 240
"""Seconds for the kills of an eighth, and until all of its runs are finished."""
_PAUSE = 0.05


def proof(which: int) -> dict[str, Any]:
    """The kills of an eighth: with a stand-in for `tune`, and with a real training."""
    python, labs = Path(os.environ["TCWC_TORCHTUNE_PYTHON"]), Path(os.environ["TCWC_LABS"])
    found: dict[str, Any] = {"kills": 0, "runs": 0, "finished": 0, "two at once": 0}
    with tempfile.TemporaryDirectory(prefix="tcwc-kills-") as name:
        folder = Path(name)
        plan = folder / "plan"
        plan.write_text("sleep=0.5\n", encoding="utf-8")
        tiny = pretend_assets(folder / "pretend")
        more = {"TUNE_PLAN": str(plan)}
        _add(found, _killed(folder / "a", tiny, TUNE, share(KILLS, which), which, 4, more))
        if share(REAL, which):
            tiny = real_assets(folder / "real", python, labs)
            tune = guarded(python.parent / "tune", folder)
            more = {key: offline(tiny.assets)[key] for key in _OFFLINE}
            _add(found, _killed(folder / "b", tiny, tune, share(REAL, which), which, 2, more))
    return found


_OFFLINE = ("OMP_NUM_THREADS", "HF_HOME", "HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE")


def share(count: int, which: int) -> int:
    """How many of so many an eighth has."""
    return len(range(which, count, EIGHTHS))


def _add(found: dict[str, Any], more: dict[str, int]) -> None:
    for key, value in more.items():
        found[key] += value


def _killed(
    folder: Path, tiny: Tiny, tune: Path, kills: int, seed: int, runs: int, more: dict[str, str]
) -> dict[str, int]:
    """What became of a sweep of so many runs, of whose jobs so many were killed."""
    variables = {"seed": str(list(range(runs)))}
    controls = {"epochs": "3", "max_steps_per_epoch": "12", "save_adapter_weights_only": "true"}
    made = sweep(tiny.experiment(folder, variables, controls))
    log = folder / "log"
    log.touch()
    jobs = _Jobs(made, environment(tune, log, **more), random.Random(seed), kills)
    end = time.monotonic() + _LONGEST
    while not jobs.step():
        assert time.monotonic() < end, (jobs.kills, jobs.unfinished(), log.read_text())
        time.sleep(_PAUSE)
    lines = log.read_text(encoding="utf-8").splitlines()
    states = [made.states(each.run) for each in made.tasks]
    return {
        "kills": jobs.kills,
        "runs": runs,
        "finished": sum(each.count("finished") for each in states),
        "two at once": sum(line.startswith("two ") for line in lines),
    }


class _Jobs:
    """The jobs of a sweep, and their killer."""

    def __init__(
        self, made: Sweep, environment: dict[str, str], chance: random.Random, kills: int
    ) -> None:
        self._sweep = made
        self._environment = environment
        self._chance = chance
        self._to_come = kills
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []
        self._next = 0.0
        self.kills = 0

    def unfinished(self) -> list[str]:
        runs = (each.run for each in self._sweep.tasks)
        return [run for run in runs if not self._sweep.is_finished(run)]

    def step(self) -> bool:
        """Kill something where it is time for that, and start what is to be started; whether there
        is nothing more to do."""
        self._running = [each for each in self._running if each[1].poll() is None]
        left = self.unfinished()
        if self._to_come and time.monotonic() > self._next:
            self._kill(left)
        busy = {run for run, _ in self._running}
        waiting = [run for run in left if run not in busy]
        if waiting and len(self._running) < _AT_ONCE:
            run = self._chance.choice(waiting)
            for _ in range(self._chance.choice((1, 1, 2))):  # two starters at one moment
                self._running.append((run, self._started(run)))
        return not left and not self._running

    def _started(self, run: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["bash", self._sweep.script, run],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _kill(self, left: list[str]) -> None:
        """Kill a part of a job that has its run, or all of it."""
        owners = [each for each in self._running if each[0] in left and self._owns(*each)]
        if not owners:
            return
        run, job = self._chance.choice(owners)
        training = list(_attempt(run, job.pid))
        what = self._chance.choice(("shell", "training", "all", "term"))
        if what == "training" and not training:
            return
        for pid in {"shell": [job.pid], "term": [job.pid], "training": training}.get(
            what, [job.pid, *training]
        ):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM if what == "term" else signal.SIGKILL)
        self.kills += 1
        self._to_come -= 1
        self._next = time.monotonic() + self._chance.uniform(0, 3)

    def _owns(self, run: str, job: subprocess.Popen[bytes]) -> bool:
        starts = sorted(self._sweep.stamp(run).glob("[0-9]*.start"))
        if not starts:
            return False
        pid: int = json.loads(starts[-1].read_text(encoding="utf-8"))["pid"]
        return pid == job.pid


def _attempt(run: str, shell: int) -> Iterator[int]:
    """The processes of a training: those that carry the mark of its shell in their environment."""
    mark = re.compile(rf"TCWC_ATTEMPT={run}/[0-9]+/[^/]*/{shell}/".encode())
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark.search((folder / "environ").read_bytes()):
                yield int(folder.name)
