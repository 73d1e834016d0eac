"""Twelve real trainings, rank x learning rate x seed, and what is looked at in their adapters."""

from __future__ import annotations

import hashlib
import json
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tcwc
from tests.jobs.lab import Tiny, offline
from tests.jobs.trainings import ranks

RESOURCES = """
resources:
  time: 00:10:00
  cpus: 1
"""
PROFILE = """\
partition: main
concurrency: 2
shared: [{folder}]
environment:
{environment}
"""
OFFLINE = (
    "OMP_NUM_THREADS",
    "HF_HOME",
    "HF_HUB_OFFLINE",
    "HF_DATASETS_OFFLINE",
    "HF_DATASETS_DISABLE_PROGRESS_BARS",
)
CONTROLS = {"save_adapter_weights_only": "true"}
TWO = {"lora_rank": "[8]", "learning_rate": "[3e-3]", "seed": "[2, 3]"}
"""Two of the twelve."""


@dataclass(frozen=True)
class Swept:
    """A sweep whose runs are all trained."""

    folder: Path
    compilation: tcwc.Compilation
    said: str

    def adapter(self, run: str) -> Path:
        return self.folder / "out" / "tiny" / run / "epoch_0" / "adapter_model.pt"

    def digest(self, run: str) -> str:
        return hashlib.sha256(self.adapter(run).read_bytes()).hexdigest()

    def check_ranks(self, python: Path) -> None:
        """Every adapter has the rank that the mapping says."""
        runs = {run.id: run.parameters for run in self.compilation.runs}
        trained = ranks(python, [self.adapter(run) for run in runs])
        assert trained == [{each["lora_rank"]} for each in runs.values()]

    def check_bytes(self, again: Swept) -> None:
        """Unequal settings gave unequal bytes, and those that were trained again equal ones."""
        assert len({self.digest(run.id) for run in self.compilation.runs}) == 12
        for run in again.compilation.runs:
            (same,) = (r.id for r in self.compilation.runs if r.parameters == run.parameters)
            assert self.digest(same) == again.digest(run.id)


@contextmanager
def warm_tune(python: Path) -> Iterator[Path]:
    """A `tune` beside a Python, which has imported what the sweep needs (warm_tune.py)."""
    program = Path(__file__).with_name("warm_tune.py")
    with tempfile.TemporaryDirectory(prefix="tcwc-warm-", dir="/tmp") as name:  # a short path
        folder = Path(name)
        asked, tune = folder / "socket", folder / "tune"
        words = [sys.executable, "-S", program, "call", asked]
        tune.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, words))} "$@"\n', encoding="utf-8")
        tune.chmod(0o755)
        (folder / "python").symlink_to(python)
        command = [python, program, "serve", asked, "lora_finetune_single_device"]
        environment = offline(folder)
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as server:
            try:
                while not asked.exists():
                    assert server.poll() is None
                    time.sleep(0.1)
                yield tune
            finally:
                server.kill()


def write_profile(folder: Path, tiny: Tiny, tune: Path) -> None:
    """`clusters/lab.yaml`: where the trainings of the lab find what they need."""
    known = offline(tiny.assets)
    words = {"TCWC_TUNE": str(tune)} | {key: known[key] for key in OFFLINE}
    lines = "\n".join(f"  {key}: {json.dumps(value)}" for key, value in words.items())
    (folder / "clusters").mkdir(parents=True)
    text = PROFILE.format(folder=folder, environment=lines)
    (folder / "clusters" / "lab.yaml").write_text(text, encoding="utf-8")
