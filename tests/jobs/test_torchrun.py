"""A real torchrun: out of memory on one of two ranks, and an agent that is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.study import Study

pytestmark = [pytest.mark.slow, pytest.mark.torchtune]

RECIPE = """\
import os
import sys
import time
from pathlib import Path

import torch
from torchtune import config


class Recipe:
    def __init__(self, cfg):
        self._out = Path(cfg.output_dir)
        self._epochs = cfg.epochs
        self._wait = cfg.wait
        self._fails = cfg.fails
        torch.manual_seed(cfg.seed)

    def train(self):
        rank = torch.distributed.get_rank()
        if self._fails and rank == 1:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        (self._out / f"rank_{rank}").write_text(str(os.getpid()))
        while not Path(self._wait).exists():
            time.sleep(0.1)
        if rank == 0:
            for epoch in range(self._epochs):
                folder = self._out / f"epoch_{epoch}"
                folder.mkdir(parents=True)
                torch.save({}, folder / "model-00001-of-00001.bin")


@config.parse
def recipe_main(cfg):
    torch.distributed.init_process_group("gloo")
    Recipe(cfg=cfg).train()


if __name__ == "__main__":
    sys.exit(recipe_main())
"""
EXPERIMENT = """\
experiment_name: own
base_config_file: base.yaml
recipe: own_distributed.py
variables:
  {variables}
controls:
  wait: '{wait}'
resources:
  time: 00:10:00
  gpus: 2
"""
BASE = "output_dir: out\nepochs: 2\nwait: nothing\nfails: false\nseed: 1\n"
_LONGEST = 120


def own(folder: Path, variables: str) -> Study:
    """Runs of a recipe of one's own with two processes, which end when `go` is there."""
    study = Study(folder)
    (folder / "own_distributed.py").write_text(RECIPE, encoding="utf-8")
    (folder / "base.yaml").write_text(BASE, encoding="utf-8")
    text = EXPERIMENT.format(variables=variables, wait=folder / "go")
    study.source.write_text(text, encoding="utf-8")
    assert study.cli("build").code == 0
    return study


@pytest.fixture(autouse=True)
def tune(monkeypatch: pytest.MonkeyPatch, torchtune_python: Path) -> None:
    monkeypatch.setenv("TCWC_TUNE", str(torchtune_python.parent / "tune"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def test_rank_1_of_2_is_out_of_memory(tmp_path: Path) -> None:
    study = own(tmp_path, "fails: [true]")
    said = study.cli("run", "experiment.yaml")
    assert said.code == 1
    assert "failed: oom" in said.out
    stamp = tmp_path / "out/own/run_000/tcwc"
    end = json.loads((stamp / "0001.end").read_text(encoding="utf-8"))
    assert (end["state"], end["reason"], end["exit"]) == ("failed", "oom", 1)
    assert end["detail"].startswith("[rank1]: torch.OutOfMemoryError: CUDA out of memory.")
    log = (stamp / "0001.log").read_text(encoding="utf-8")
    assert log.rstrip().splitlines()[-1] == "=" * 60
    assert list(marked("run_000", tmp_path)) == []


def test_an_agent_is_killed_beside_another_run(tmp_path: Path) -> None:
    """None of its processes is left, and the other run does not notice."""
    own(tmp_path, "seed: [1, 2]")
    command = [sys.executable, "-m", "tcwc", "run", "experiment.yaml", "--jobs", "2"]
    scheduler = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    try:
        workers = {run: started(tmp_path, run) for run in ("run_000", "run_001")}
        agent = parent_of(workers["run_000"][0])
        assert agent == parent_of(workers["run_000"][1])
        os.kill(agent, signal.SIGKILL)
        end = tmp_path / "out/own/run_000/tcwc/0001.end"
        until(lambda: bool(end.read_text(encoding="utf-8").strip()))
        assert list(marked("run_000", tmp_path)) == []
        assert not any(is_alive(pid) for pid in workers["run_000"])
        assert all(is_alive(pid) for pid in workers["run_001"])
        (tmp_path / "go").touch()
        out, _ = scheduler.communicate(timeout=_LONGEST)
    finally:
        scheduler.kill()
    assert scheduler.returncode == 1
    assert "run_001 finished" in out
    assert json.loads(end.read_text(encoding="utf-8"))["reason"] == "killed"


def started(folder: Path, run: str) -> list[int]:
    """The processes of both ranks, once they are there."""
    files = [folder / "out" / "own" / run / f"rank_{rank}" for rank in (0, 1)]
    until(lambda: all(file.exists() and file.read_text() for file in files))
    return [int(file.read_text()) for file in files]


def until(holds: object) -> None:
    assert callable(holds)
    end = time.monotonic() + _LONGEST
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def parent_of(pid: int) -> int:
    text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return int(text.rpartition(")")[2].split()[1])


def is_alive(pid: int) -> bool:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return text.rpartition(")")[2].split()[0] != "Z"


def marked(run: str, folder: Path) -> Iterator[int]:
    """The processes of a run of this folder: those that carry its mark."""
    for each in Path("/proc").glob("[0-9]*"):
        try:
            words = (each / "environ").read_bytes().split(b"\0")
            here = (each / "cwd").readlink() == folder
        except OSError:
            continue
        if here and any(word.startswith(f"TCWC_ATTEMPT={run}/".encode()) for word in words):
            yield int(each.name)
