"""Stamps as jobs write them (docs/running.md), made by hand for tests of who reads them."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from tcwc.api.compilation import Compilation, compile
from tcwc.api.work import tasks
from tcwc.jobs.task import Task

AT = 1_795_920_855


class Folders:
    """The folders of an experiment's runs."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self.compilation: Compilation = compile(source)
        self.tasks: dict[str, Task] = {each.run: each for each in tasks(self.compilation)}

    def of(self, run: str) -> Path:
        return self.source.parent / self.tasks[run].folder

    def identity(self, run: str, /, **other: Any) -> None:
        """`run.json` of a run, or with other members."""
        task = self.tasks[run]
        said = {
            "format": 1,
            "experiment": self.compilation.build.experiment.name,
            "run": run,
            "science_hash": task.science_hash,
            "world": task.world,
            "effective_batch": task.batch,
        }
        self.write(run, "run.json", said | other)

    def start(self, run: str, number: int = 1, *, beat: float | None = 0, **other: Any) -> None:
        """An attempt that began; `beat` is the age of its heartbeat."""
        self.identity(run)
        said = {
            "n": number, "sha256": self.tasks[run].sha256, "facts": None, "start": AT,
            "cluster": "local", "job": None, "slurm_job": None, "restart": 0, "host": "node1",
            "boot": "f977518a", "pid": 17163, "gpus": "1", "gpu_name": None, "user": "ann",
            "torch": None, "driver": None,
        }  # fmt: skip
        self.write(run, f"{number:04}.start", said | other)
        self.stamp(run, f"{number:04}.end").write_text(" " * 4095 + "\n", encoding="utf-8")
        self.stamp(run, f"{number:04}.log").write_text("", encoding="utf-8")
        if beat is not None:
            file = self.stamp(run, f"{number:04}.beat")
            file.touch()
            os.utime(file, (time.time() - beat,) * 2)

    def end(self, run: str, state: str, number: int = 1, **other: Any) -> None:
        """The end of an attempt, over its blanks; with the weights of all epochs if it finished."""
        said = {
            "state": state, "reason": None, "exit": 0, "end": AT + 3723, "mode": "fresh",
            "from_epoch": None, "overrides": [], "detail": "",
        }  # fmt: skip
        text = json.dumps(said | other).ljust(4095)
        self.stamp(run, f"{number:04}.end").write_text(f"{text}\n", encoding="utf-8")
        for epoch in range(self.tasks[run].epochs or 1) if state == "finished" else ():
            self.weights(run, epoch)

    def weights(self, run: str, epoch: int) -> Path:
        """What an epoch leaves."""
        folder = self.of(run) / f"epoch_{epoch}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "adapter_model.pt").write_text("weights", encoding="utf-8")
        return folder

    def stamp(self, run: str, name: str) -> Path:
        folder = self.of(run) / "tcwc"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def write(self, run: str, name: str, said: object) -> None:
        self.stamp(run, name).write_text(json.dumps(said) + "\n", encoding="utf-8")

    # What was handed over

    def submitted(self, run: str, job: str, at: int = AT, profile: str = "lab") -> None:
        """A line of jobs.jsonl."""
        folder = self.source.parent / "configs" / "slurm" / profile
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "jobs.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({"format": 1, "job": job, "run": run, "at": at}) + "\n")

    def refused(self, run: str, job: str | None, why: str, at: int = AT) -> None:
        """What the door says of a run that it did not let in."""
        folder = self.source.parent / "configs" / "slurm" / "refused"
        folder.mkdir(parents=True, exist_ok=True)
        said = {"format": 1, "run": run, "job": job, "at": at, "why": why}
        (folder / f"{run}.{job}.json").write_text(json.dumps(said), encoding="utf-8")
