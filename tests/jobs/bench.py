"""A run directory with a job script in it, and what its jobs leave: without an experiment."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tcwc.api.templates import template
from tcwc.jobs.profiles.profile import Profile
from tcwc.jobs.scripts.job import job_text
from tcwc.jobs.task import Task
from tcwc.model.resources import Needs
from tests.jobs.lab import TUNE

BASH = os.environ.get("TCWC_BASH", "bash")
"""The bash that runs jobs; TCWC_BASH may name one of 3.2, as macOS has."""
HASH = "a" * 64
OLD = "b" * 64
TASK = Task(1, "run_001", "r1", "", HASH, (), "", 1, 1, 8, 2, "exact", "", "adapter", Needs())
"""A run of two epochs that goes on exactly; `Bench.add` gives it a config and a folder."""


@dataclass
class Bench:
    """A run directory: `add` runs, `write` the script, `run` jobs."""

    folder: Path
    profile: Profile = field(default_factory=lambda: Profile("lab"))
    recipe: str = "lora"
    experiment: str = "tiny"
    distributed: bool = False
    lines: Sequence[str] = ("#SBATCH --job-name=tiny",)
    tasks: list[Task] = field(default_factory=list)

    def add(self, task: Task = TASK, config: str | None = None, **changes: object) -> Task:
        """One more run, with a frozen config; it writes below `out/` where no folder is named."""
        task = replace(task, **changes)  # type: ignore[arg-type]
        if not task.folder:
            task = replace(task, folder=str(self.folder / "out" / task.run))
        quoted = task.folder.replace("'", "''")
        text = config or f"output_dir: '{quoted}'\nepochs: {task.epochs}\n"
        task = replace(task, sha256=hashlib.sha256(text.encode()).hexdigest())
        self.frozen(task).parent.mkdir(parents=True, exist_ok=True)
        self.frozen(task).write_text(text, encoding="utf-8")
        self.tasks.append(task)
        return task

    def frozen(self, task: Task) -> Path:
        return self.folder / "configs" / "slurm" / "frozen" / f"{task.sha256}.yaml"

    @property
    def script(self) -> Path:
        return self.folder / "configs" / "slurm" / self.profile.name / "job.sbatch"

    @property
    def text(self) -> str:
        return job_text(
            template("job.sh"),
            self.experiment,
            self.recipe,
            self.tasks,
            self.profile,
            distributed=self.distributed,
            facts="9b0e",
            lines=self.lines,
        )

    def write(self) -> None:
        self.script.parent.mkdir(parents=True, exist_ok=True)
        self.script.write_text(self.text, encoding="utf-8")

    def environment(self, env: Mapping[str, str] | None = None) -> dict[str, str]:
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("SLURM_", "CUDA_", "TUNE_"))
        }
        return (
            kept | {"TCWC_TUNE": str(TUNE), "TCWC_BEAT": "1", "TCWC_GRACE": "1"} | dict(env or {})
        )

    def start(self, *words: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        if not self.script.exists():
            self.write()
        return subprocess.Popen(
            [BASH, str(self.script), *words],
            cwd="/",
            env=self.environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

    def run(self, *words: str, env: Mapping[str, str] | None = None, plan: str = "") -> Done:
        """A job to its end; `plan` tells the stand-in what to do."""
        more = dict(env or {})
        if plan:
            more["TUNE_PLAN"] = str(self.folder / "plan")
            Path(more["TUNE_PLAN"]).write_text(plan, encoding="utf-8")
        process = self.start(*words, env=more)
        output, _ = process.communicate(timeout=120)
        return Done(process.returncode, output)

    def refused(self, run: str = "run_001") -> list[str]:
        """Why a run was refused, as it was told for status."""
        found = sorted((self.folder / "configs/slurm/refused").glob(f"{run}.*.json"))
        return [json.loads(each.read_text(encoding="utf-8"))["why"] for each in found]


@dataclass(frozen=True)
class Done:
    """How a job ended."""

    code: int
    output: str


@dataclass(frozen=True)
class Stamp:
    """The stamp in the folder of a run."""

    folder: Path

    @property
    def at(self) -> Path:
        return self.folder / "tcwc"

    def names(self) -> list[str]:
        """What is in it, without beats and logs."""
        return sorted(
            each.name for each in self.at.iterdir() if each.suffix not in (".beat", ".log")
        )

    def json(self, name: str) -> dict[str, object]:
        """A file of the stamp; its form is checked."""
        data = (self.at / name).read_bytes()
        assert data.endswith(b"\n")
        assert data.count(b"\n") == 1
        assert not name.endswith(".end") or len(data) == 4096
        found = json.loads(data)
        assert isinstance(found, dict)
        return found

    def end(self, attempt: int = 1) -> dict[str, object]:
        return self.json(f"{attempt:04d}.end")

    def start(self, attempt: int = 1) -> dict[str, object]:
        return self.json(f"{attempt:04d}.start")

    def make_attempt(self, attempt: int = 1, *, age: float = 0, **said: object) -> None:
        """An attempt of another job that has no end: its last beat was so many seconds ago."""
        self.at.mkdir(parents=True, exist_ok=True)
        number = f"{attempt:04d}"
        start = {"n": attempt, "host": os.uname().nodename, "boot": boot(), "pid": 1, "job": None}
        start |= {"slurm_job": None, "restart": 0, **said}
        text = json.dumps(start, separators=(",", ":"))
        (self.at / f"{number}.start").write_text(text + "\n")
        (self.at / f"{number}.end").write_text(" " * 4095 + "\n")
        (self.at / f"{number}.beat").touch()
        seconds = (self.at / f"{number}.beat").stat().st_mtime - age
        for each in ("start", "beat"):
            os.utime(self.at / f"{number}.{each}", (seconds, seconds))

    def make_run(self, task: Task = TASK, **changes: object) -> None:
        """The stamp's run.json, as a job of this run wrote it, or with other values in it."""
        self.at.mkdir(parents=True, exist_ok=True)
        said: dict[str, object] = {"format": 1, "experiment": "tiny", "run": task.run}
        said |= {"science_hash": task.science_hash, "world": task.world}
        said |= {"effective_batch": task.batch, **changes}
        text = json.dumps(said, separators=(",", ":"))
        (self.at / "run.json").write_text(text + "\n", encoding="utf-8")


def boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def dead_pid() -> int:
    """The id of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def stamp_of(bench: Bench) -> Stamp:
    """The stamp of a bench's first run."""
    return Stamp(Path(bench.tasks[0].folder))


def tools(bench: Bench, **scripts: str) -> dict[str, str]:
    """A PATH that begins with programs of this test's."""
    folder = bench.folder / "bin"
    folder.mkdir(exist_ok=True)
    for name, text in scripts.items():
        (folder / name).write_text(f"#!/bin/bash\n{text}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}"}


def processes() -> list[str]:
    """The command lines of all processes."""
    done = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True)
    return done.stdout.splitlines()


def wait_for(path: Path, seconds: float = 120) -> None:
    """Wait until there is something at a path. Fails after so many seconds."""
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, path
        time.sleep(0.02)
