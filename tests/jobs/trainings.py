"""Real trainings in processes of their own, that can be killed with all that they started."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import time
import uuid
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

MARK = "TCWC_TEST_TRAINING"
"""A variable by which all processes of a training are found, in whatever session."""

_PAUSE = 0.01


class Training:
    """`tune run` of a config, two processes where that is asked for."""

    def __init__(
        self,
        tune: Path,
        recipe: str,
        config: Path,
        environment: Mapping[str, str],
        overrides: Sequence[str] = (),
        processes: int = 1,
    ) -> None:
        self._mark = uuid.uuid4().hex
        self.log = config.with_suffix(".log")
        several = ["--nproc_per_node", str(processes)] if processes > 1 else []
        command = [tune, "run", *several, recipe, "--config", config, *overrides]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                cwd=config.parent,
                env={**environment, "PYTHONPATH": str(config.parent), MARK: self._mark},
                start_new_session=True,
            )

    def wait(self) -> int:
        """Its exit status."""
        return self._process.wait(timeout=300)

    def kill_when(self, there: Callable[[], bool]) -> bool:
        """SIGKILL to all of it as soon as something holds; False where it ended before."""
        while not there():
            if self._process.poll() is not None:
                return False
            time.sleep(_PAUSE)
        for pid in marked(self._mark):
            os.kill(pid, signal.SIGKILL)
        return self._process.wait() == -signal.SIGKILL


def marked(mark: str) -> list[int]:
    """The processes that carry a mark in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:  # it has ended, or is another's
            continue
    return found


def epochs_run(folder: Path) -> int:
    """The epochs that a recipe's state counts; 0 where there is none, or it is half written."""
    try:
        with zipfile.ZipFile(folder / "recipe_state" / "recipe_state.pt") as state:
            name = next(each for each in state.namelist() if each.endswith("data.pkl"))
            return int(_Plain(state.open(name)).load()["epochs_run"])
    except (OSError, zipfile.BadZipFile, StopIteration, EOFError, pickle.UnpicklingError):
        return 0


class _Plain(pickle.Unpickler):
    """Reads a pickle without torch: what it would make is nothing."""

    def find_class(self, module: str, name: str) -> Any:
        return lambda *_: {}

    def persistent_load(self, _: object) -> None:
        return None


def named(names: str, epoch: int, folder: Path) -> list[str]:
    """The overrides with which a training goes on from an epoch in a folder."""
    on = ["resume_from_checkpoint=True"]
    if names == "adapter":
        return [*on, f"checkpointer.adapter_checkpoint=epoch_{epoch}/adapter_model.pt"]
    files = sorted((folder / f"epoch_{epoch}").glob("model-*"))
    listed = ",".join(f"epoch_{epoch}/{each.name}" for each in files)
    return [*on, f"checkpointer.checkpoint_files=[{listed}]"]


def write_config(path: Path, config: Mapping[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(dict(config), sort_keys=False), encoding="utf-8")
    return path


_ON_A_CPU = """
import runpy, sysconfig, torch.distributed
from torchtune import training
from torchtune.modules import peft
made = torch.distributed.init_process_group
torch.distributed.init_process_group = lambda *a, **k: made("gloo")
# They ask a GPU for its memory, too.
training.get_memory_stats = lambda *a, **k: {}
training.log_memory_stats = lambda *a, **k: None
training.cleanup_before_training = lambda: None
# On a CPU `.cpu()` is no copy, and the merged weights would be written over the trained ones.
merged, copy = peft.get_merged_lora_ckpt, lambda state: {n: v.clone() for n, v in state.items()}
peft.get_merged_lora_ckpt = lambda state, *a, **k: merged(copy(state), *a, **k)
runpy.run_path(f"{sysconfig.get_path('purelib')}/recipes/RECIPE.py", run_name="__main__")
"""


def on_a_cpu(recipe: str, folder: Path) -> str:
    """A recipe as tests without GPUs can run it: itself, or a file that starts it."""
    if "distributed" not in recipe and "distillation" not in recipe:
        return recipe
    made = folder / f"{recipe}_on_a_cpu.py"
    made.write_text(_ON_A_CPU.replace("RECIPE", recipe), encoding="utf-8")
    return made.name  # which is found in the folder that the training starts in


_APART = """
import json, sys, torch
for pair in json.load(sys.stdin):
    a, b = (torch.load(each, map_location="cpu", weights_only=False) for each in pair)
    assert a.keys() == b.keys()
    print(max(float((a[key].float() - b[key].float()).abs().max()) for key in a))
"""
"""The largest difference of any weight, for pairs of files."""


def apart(python: Path, pairs: Sequence[tuple[Path, Path]]) -> list[float]:
    """The largest difference of any weight in each pair of files."""
    done = subprocess.run(
        [python, "-c", _APART],
        input=json.dumps([[str(each) for each in pair] for pair in pairs]),
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(line) for line in done.stdout.splitlines()]


_RANKS = """
import json, sys, torch
for path in json.load(sys.stdin):
    state = torch.load(path, map_location="cpu", weights_only=False)
    print(json.dumps(sorted({value.shape[0] for key, value in state.items() if "lora_a" in key})))
"""
"""The ranks of the adapters in files."""


def ranks(python: Path, paths: Sequence[Path]) -> list[set[int]]:
    """The ranks of all low-rank matrices in each file."""
    done = subprocess.run(
        [python, "-c", _RANKS],
        input=json.dumps([str(each) for each in paths]),
        capture_output=True,
        text=True,
        check=True,
    )
    return [set(json.loads(line)) for line in done.stdout.splitlines()]
