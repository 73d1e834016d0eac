"""Fifty random kills: each run is finished exactly once, and no two ever trained in one folder.

Jobs of a sweep are started, at times two of one run, and killed at random: the shell alone, the
training alone, all of it, or as people and Slurm do it. Then they are started again, until all are
finished. Every other eighth does so under a real Slurm.
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
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tests.conftest import EIGHTHS
from tests.jobs.lab import TUNE, Slurm, Tiny, offline, pretend_assets, real_assets, slurm_lab
from tests.jobs.sweep import Sweep, environment, guarded, sweep

KILLS, REAL = 45, 5
_AT_ONCE = 3
_LONGEST = 300
"""Seconds for the kills of a sweep, and until all of its runs are finished."""
_PAUSE = 0.1
_OFFLINE = ("OMP_NUM_THREADS", "HF_HOME", "HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE")


def proof(which: int) -> dict[str, Any]:
    """The kills of an eighth: with a stand-in for `tune`, and with a real training."""
    python, labs = Path(os.environ["TCWC_TORCHTUNE_PYTHON"]), Path(os.environ["TCWC_LABS"])
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tcwc-kills-")))
        lab = slurm_lab(labs, SLURM_KILL_WAIT_S=5) if which % 2 else nullcontext()
        slurm = stack.enter_context(lab)
        more = {"TUNE_PLAN": str(folder / "plan")}
        tiny = pretend_assets(folder / "pretend")
        # Slow until all are killed that are to be: none ends before.
        (folder / "plan").write_text(f'[ -e "{folder}/a/killed" ] || sleep=3\n', encoding="utf-8")
        found = _killed(folder / "a", tiny, TUNE, share(KILLS, which), which, 4, more, slurm)
        if share(REAL, which):
            tiny = real_assets(folder / "real", python, labs)
            tune = guarded(python.parent / "tune", folder)
            more = {key: offline(tiny.assets)[key] for key in _OFFLINE}
            real = _killed(folder / "b", tiny, tune, share(REAL, which), which, 2, more, slurm)
            found = {key: value + real[key] for key, value in found.items()}
    return found | {"under Slurm": found["kills"] if slurm else 0}


def share(count: int, which: int) -> int:
    """How many of so many an eighth has."""
    return len(range(which, count, EIGHTHS))


def _killed(
    folder: Path,
    tiny: Tiny,
    tune: Path,
    kills: int,
    seed: int,
    runs: int,
    more: dict[str, str],
    slurm: Slurm | None,
) -> dict[str, int]:
    """What became of a sweep of so many runs, of whose jobs so many were killed."""
    variables = {"seed": str(list(range(runs)))}
    controls = {"epochs": "3", "max_steps_per_epoch": "12", "save_adapter_weights_only": "true"}
    made = sweep(tiny.experiment(folder, variables, controls))
    log = folder / "log"
    log.touch()
    known = environment(tune, log, **more)
    jobs: Jobs = Tasks(made, known, slurm) if slurm else Shells(made, known)
    killer = _Killer(made, jobs, random.Random(seed), kills)
    end = time.monotonic() + _LONGEST
    while not killer.step():
        assert time.monotonic() < end, (killer.left, log.read_text(encoding="utf-8"))
        time.sleep(_PAUSE)
    lines = log.read_text(encoding="utf-8").splitlines()
    states = [made.states(each.run) for each in made.tasks]
    return {
        "kills": killer.kills,
        "runs": runs,
        "finished": sum(each.count("finished") for each in states),
        "two at once": sum(line.startswith("two ") for line in lines),
    }


class Jobs(Protocol):
    """How jobs of runs are started, and known."""

    ways: tuple[str, ...]
    """How they are ended, beside by SIGKILL."""

    def start(self, run: str) -> None: ...

    def running(self) -> list[str]:
        """The runs of those that have not ended, once for each job."""

    def owns(self, start: dict[str, Any]) -> bool:
        """Whether an attempt is one of a job that has not ended."""

    def end(self, start: dict[str, Any], way: str) -> None:
        """End the job of an attempt in one of the ways."""


@dataclass
class Shells:
    """Jobs as processes of this one."""

    sweep: Sweep
    environment: dict[str, str]
    ways: tuple[str, ...] = ("term", "hangup")
    _running: list[tuple[str, subprocess.Popen[bytes]]] = field(default_factory=list)

    def start(self, run: str) -> None:
        job = subprocess.Popen(
            ["bash", self.sweep.script, run],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._running.append((run, job))

    def running(self) -> list[str]:
        self._running = [each for each in self._running if each[1].poll() is None]
        return [run for run, _ in self._running]

    def owns(self, start: dict[str, Any]) -> bool:
        return start["pid"] in [job.pid for _, job in self._running]

    def end(self, start: dict[str, Any], way: str) -> None:
        os.kill(start["pid"], signal.SIGTERM if way == "term" else signal.SIGHUP)


@dataclass
class Tasks:
    """Jobs as arrays of one task of a Slurm."""

    sweep: Sweep
    environment: dict[str, str]
    slurm: Slurm
    ways: tuple[str, ...] = ("scancel", "requeue")

    def start(self, run: str) -> None:
        index = str(next(each.index for each in self.sweep.tasks if each.run == run))
        name, log = f"--job-name={run}", "--output=/dev/null"
        options = ["--requeue", f"--array={index}", name, log]
        script = self.sweep.script
        self.slurm.run("sbatch", *options, script, "0", cwd=self.sweep.folder, env=self.environment)

    def running(self) -> list[str]:
        return self.slurm.run("squeue", "-h", "-r", "-o", "%j").stdout.split()

    def owns(self, start: dict[str, Any]) -> bool:
        return start["job"] in self.slurm.queue() and Path(f"/proc/{start['pid']}").exists()

    def end(self, start: dict[str, Any], way: str) -> None:
        command = ["scancel"] if way == "scancel" else ["scontrol", "requeue"]
        self.slurm.run(*command, start["job"], check=False)


class _Killer:
    """Starts the jobs of a sweep, and kills so many of them."""

    def __init__(self, made: Sweep, jobs: Jobs, chance: random.Random, kills: int) -> None:
        self._sweep = made
        self._jobs = jobs
        self._chance = chance
        self._to_come = kills
        self._next = 0.0
        self.left = [each.run for each in made.tasks]
        self.kills = 0

    def step(self) -> bool:
        """Kill something where it is time for that, and start what is to be started; whether there
        is nothing more to do. Fails where a stamp is torn."""
        self.left = [run for run in self.left if not self._sweep.is_finished(run)]
        running = self._jobs.running()
        if self._to_come and time.monotonic() > self._next:
            self._kill()
        waiting = [run for run in self.left if run not in running]
        if waiting and len(running) < _AT_ONCE:
            run = self._chance.choice(waiting)
            for _ in range(self._chance.choice((1, 1, 2))):  # two starters at one moment
                self._jobs.start(run)
        return not self.left and not running

    def _kill(self) -> None:
        """Kill a part of a job that has its run, or all of it, or end it as people do."""
        newest = [self._newest(run) for run in self.left]
        owners = [(run, start) for run, start in newest if start and self._jobs.owns(start)]
        if not owners:
            return
        run, start = self._chance.choice(owners)
        training = list(_attempt(run, start["pid"]))
        what = self._chance.choice(("shell", "training", "all", *self._jobs.ways))
        if what == "training" and not training:
            return
        with suppress(ProcessLookupError):
            if what in self._jobs.ways:
                self._jobs.end(start, what)
            for pid in [start["pid"]] if what in ("shell", "all") else []:
                os.kill(pid, signal.SIGKILL)
        for pid in training if what in ("training", "all") else []:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.kills += 1
        self._to_come -= 1
        self._next = time.monotonic() + self._chance.uniform(0, 2)
        if not self._to_come:
            (self._sweep.folder / "killed").touch()

    def _newest(self, run: str) -> tuple[str, dict[str, Any]]:
        starts = sorted(self._sweep.stamp(run).glob("[0-9]*.start"))
        return run, json.loads(starts[-1].read_text(encoding="utf-8")) if starts else {}


def _attempt(run: str, shell: int) -> Iterator[int]:
    """The processes of a training: those that carry the mark of its shell in their environment."""
    mark = re.compile(rf"TCWC_ATTEMPT={run}/[0-9]+/[^/]*/{shell}/".encode())
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark.search((folder / "environ").read_bytes()):
                yield int(folder.name)
