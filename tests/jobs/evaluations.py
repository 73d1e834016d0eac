"""A run directory in which evaluations run: what trainings left is pretended."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tcwc.api.templates import template
from tcwc.jobs.evaluation import EvaluationTask
from tcwc.jobs.scripts.evaluation import evaluation_row, evaluation_text
from tcwc.jobs.task import Task
from tcwc.model.resources import Needs
from tests.jobs.bench import BASH, Bench, Done, Stamp

EVALUATION = EvaluationTask(
    evaluation="sums",
    tool="command",
    run="run_001",
    index=1,
    epoch=1,
    label="epoch_1",
    weights="",
    files=("adapter_model.pt",),
    beside=(),
    results="",
    words=("sh", "-c", 'echo \'{"accuracy": 0.5}\' >"$1"/scores.json', "score", "{results}"),
    config="",
    config_sha256="",
    evaluation_hash="e" * 64,
    science_hash="a" * 64,
    world=1,
    needs=Needs(time=1800),
)
"""The last epoch of `bench.TASK`, evaluated by a command that says one number."""


@dataclass
class Evaluations:
    """A bench whose runs are evaluated."""

    bench: Bench
    tasks: list[EvaluationTask] = field(default_factory=list)

    def add(self, run: str = "run_001", **changes: object) -> EvaluationTask:
        """One more evaluation of a run of the bench, or ("") of what is no run's."""
        task = replace(EVALUATION, run=run)
        if run:
            of = self.run(run)
            task = replace(
                task,
                index=of.index,
                weights=f"{of.folder}/epoch_1",
                results=f"{of.folder}/eval/sums/epoch_1",
                science_hash=of.science_hash,
            )
        else:
            task = replace(task, index=None, epoch=None, science_hash="", files=())
        self.tasks.append(replace(task, **changes))
        return self.tasks[-1]

    def run(self, run: str) -> Task:
        (found,) = (each for each in self.bench.tasks if each.run == run)
        return found

    def train(self, run: str = "run_001", state: str = "finished") -> Stamp:
        """What a training leaves that ended so; "" for one that is at work."""
        task = self.run(run)
        stamp = Stamp(Path(task.folder))
        stamp.make_run(task, experiment=self.bench.experiment)
        stamp.make_attempt(sha256=task.sha256)
        end = json.dumps({"state": state, "exit": 0}, separators=(",", ":")) if state else ""
        (stamp.at / "0001.end").write_text(f"{end:4095}\n")
        weights = Path(task.folder) / "epoch_1" / "adapter_model.pt"
        weights.parent.mkdir(exist_ok=True)
        weights.write_text("weights")
        return stamp

    @property
    def script(self) -> Path:
        return self.bench.script.with_name("evaluate.sbatch")

    @property
    def text(self) -> str:
        folders = {task.run: task.folder for task in self.bench.tasks} | {"": ""}
        return evaluation_text(
            template("eval.sh"),
            self.bench.experiment,
            [evaluation_row(each, folders[each.run], 0) for each in self.tasks],
            self.bench.profile,
            lines=self.bench.lines,
        )

    def start(self, *words: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        self.script.parent.mkdir(parents=True, exist_ok=True)
        self.script.write_text(self.text, encoding="utf-8")
        return subprocess.Popen(
            [BASH, str(self.script), *words],
            cwd="/",
            env=self.bench.environment(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )

    def evaluate(self, *words: str, env: Mapping[str, str] | None = None) -> Done:
        """A job to its end: of the first run, where nothing else is said."""
        process = self.start(*(words or ("run_001",)), env=env)
        output, _ = process.communicate(timeout=120)
        return Done(process.returncode, output)


def at_work(stamp: Path, name: str = "half", seconds: float = 120) -> Path:
    """A file that the tool of an attempt has made in the folder in which it works, once it has."""
    end = time.monotonic() + seconds
    while not (found := list(stamp.glob(f"[0-9]*/{name}"))):
        assert time.monotonic() < end, stamp
        time.sleep(0.02)
    return found[0]


def stamp_in(results: str | Path) -> dict[str, object]:
    """The stamp of a result."""
    text = (Path(results) / "tcwc.json").read_text(encoding="utf-8")
    assert text.count("\n") == 1
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


def shell(script: str, *words: str) -> Sequence[str]:
    """The words of a command that is a script of sh; `$1` is where it writes."""
    return ("sh", "-c", script, "score", "{results}", *words)
