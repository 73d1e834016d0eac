"""A job that was killed, and is started again, goes on by itself: with a real torchtune."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.jobs.lab import Tiny, offline
from tests.jobs.sweep import Sweep, environment, guarded, sweep
from tests.jobs.trainings import epochs_run

_LONGEST = 120


@pytest.mark.slow
@pytest.mark.torchtune
def test_a_killed_job_goes_on_by_itself(tmp_path: Path, tiny: Tiny, torchtune_python: Path) -> None:
    """With the bytes of one that nobody interrupted; started again, it has nothing to do."""
    tune = guarded(torchtune_python.parent / "tune", tmp_path)
    known = environment(tune, tmp_path / "log", **offline(tiny.assets))
    whole, killed = (_one(tiny, tmp_path / name) for name in ("whole", "killed"))
    assert _job(whole, known).wait(_LONGEST) == 0
    _kill(_job(killed, known), killed)
    while (again := _job(killed, known)).wait(_LONGEST) == 75:  # until its last beat is stale
        time.sleep(1)
    assert again.returncode == 0
    assert killed.states("run_000") == [None, "finished"]
    end = killed.ends("run_000")[1]
    assert end["mode"] == "resume"
    assert end["from_epoch"] in (0, 1)
    assert (
        f"checkpointer.adapter_checkpoint=epoch_{end['from_epoch']}/adapter_model.pt"
        in (end["overrides"])
    )
    assert _adapter(killed) == _adapter(whole)
    assert _job(killed, known).wait(_LONGEST) == 0
    assert len(killed.states("run_000")) == 2


def _one(tiny: Tiny, folder: Path) -> Sweep:
    controls = {"epochs": "3", "max_steps_per_epoch": "12", "save_adapter_weights_only": "true"}
    return sweep(tiny.experiment(folder, {"seed": "[7]"}, controls))


def _job(made: Sweep, known: dict[str, str]) -> subprocess.Popen[bytes]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(["bash", made.script, "run_000"], env=known, **quiet)


def _kill(job: subprocess.Popen[bytes], made: Sweep) -> None:
    """SIGKILL to the shell and to its training, once a state is there to go on from."""
    end = time.monotonic() + _LONGEST
    while not epochs_run(made.stamp("run_000").parent):
        assert time.monotonic() < end
        time.sleep(0.02)
    mark = f"/{job.pid}/".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if any(word.startswith(b"TCWC_ATTEMPT=") and mark in word for word in words):
            os.kill(int(folder.name), signal.SIGKILL)
    job.kill()
    job.wait()


def _adapter(made: Sweep) -> bytes:
    return (made.stamp("run_000").parent / "epoch_2" / "adapter_model.pt").read_bytes()
