"""`tcwc run` with the real torchtune: two runs of two processes each, which are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

import tcwc
from tests.conftest import ROOT
from tests.jobs.lab import Tiny, offline
from tests.jobs.trainings import on_a_cpu

pytestmark = [pytest.mark.slow, pytest.mark.torchtune]

CONTROLS = {"save_adapter_weights_only": "true"}
SECONDS = 400


@dataclass(frozen=True)
class Here:
    """An experiment that is built, and an environment in which its runs train."""

    source: Path
    environment: Mapping[str, str]

    @property
    def out(self) -> Path:
        return self.source.parent / "out" / "tiny"

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tcwc", "run", self.source.name, *words],
            cwd=self.source.parent,
            env={**self.environment, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str) -> tuple[int, str]:
        call = self.start(*words)
        out, _ = call.communicate(timeout=SECONDS)
        return call.returncode, out

    def states(self) -> dict[str, str]:
        return {row.run: row.word for row in tcwc.status(str(self.source))}


def built(
    folder: Path,
    tiny: Tiny,
    python: Path,
    variables: Mapping[str, str] | None,
    controls: Mapping[str, str],
    more: str = "",
) -> Here:
    source = tiny.experiment(folder, variables, controls, more)
    made = tcwc.compile(source)
    assert made.ok, made.diagnostics
    made.write()
    known = offline(tiny.assets)
    known |= {"TCWC_TUNE": str(python.parent / "tune"), "CUDA_VISIBLE_DEVICES": ""}
    return Here(source, known)


def until(holds: Callable[[], object], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def processes(words: Sequence[str]) -> dict[int, str]:
    """The processes in whose environment all words are, with their command lines."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
            if all(word.encode() in environment for word in words):
                found[int(folder.name)] = (folder / "cmdline").read_bytes().decode()
        except OSError:
            continue
    return found


@pytest.fixture
def two(tmp_path: Path, tiny: Tiny, torchtune_python: Path) -> Here:
    """Two runs of two processes, on the processor."""
    here = built(
        tmp_path,
        tiny,
        torchtune_python,
        {"seed": "[1, 2]"},
        {**CONTROLS, "epochs": "40", "max_steps_per_epoch": "8", "batch_size": "2"},
        "\nresources:\n  gpus: 2\n",
    )
    text = here.source.read_text().replace("_single_device", "_distributed")
    here.source.write_text(text)
    tcwc.compile(here.source).write()
    recipe = on_a_cpu("lora_finetune_distributed", tmp_path)
    tune = tmp_path / "tune"
    tune.write_text(
        "#!/bin/bash\n"
        f'exec "{torchtune_python.parent}/tune" "${{@/#lora_finetune_distributed/{recipe}}}"\n'
    )
    tune.chmod(0o755)
    return Here(here.source, {**here.environment, "TCWC_TUNE": str(tune)})


def attempt(here: Here, run: str) -> dict[int, str]:
    """The processes of a training."""
    return processes([f"TCWC_ATTEMPT={run}/", str(here.source.parent)])


def trains(here: Here, run: str) -> bool:
    """Whether an epoch is over, so that all processes are there."""
    return (here.out / run / "epoch_0").exists()


def test_of_a_killed_agent_nothing_is_left_and_the_other_run_trains_on(two: Here) -> None:
    call = two.start("--jobs", "2", "--devices", "none")
    try:
        until(lambda: trains(two, "run_000") and trains(two, "run_001"))
        first, second = attempt(two, "run_000"), attempt(two, "run_001")
        agents = [pid for pid in first if parent(pid) not in first]
        assert len(first) >= 3  # the agent and its two workers
        assert len(agents) == 1
        os.kill(agents[0], signal.SIGKILL)
        until(lambda: not attempt(two, "run_000"))
        assert set(second) <= set(attempt(two, "run_001"))
    finally:
        out, _ = call.communicate(timeout=SECONDS)
    assert call.returncode == 1, out
    assert "run_000 failed: killed after" in out
    assert two.states() == {"run_000": "failed: killed", "run_001": "finished"}
    assert not processes([str(two.source.parent), "TCWC_STARTED="])
    code, out = two.run("--devices", "none")
    assert code == 0, out
    assert "  run 0: resumes exactly" in out.splitlines()
    assert two.states() == {"run_000": "finished", "run_001": "finished"}


def test_ctrl_c_twice_leaves_no_process(two: Here) -> None:
    call = two.start("--jobs", "2", "--devices", "none")
    until(lambda: trains(two, "run_000") and trains(two, "run_001"))
    os.kill(call.pid, signal.SIGINT)
    os.kill(call.pid, signal.SIGINT)
    time.sleep(0.5)
    os.kill(call.pid, signal.SIGINT)
    call.communicate(timeout=120)
    assert call.returncode == 130
    until(lambda: not processes([str(two.source.parent), "TCWC_STARTED="]), 10)


def test_the_death_of_the_scheduler(two: Here) -> None:
    """Its runs go on, and the next call leaves them alone; then they are finished."""
    call = two.start("--jobs", "2", "--devices", "none")
    until(lambda: trains(two, "run_000") and trains(two, "run_001"))
    call.kill()
    call.communicate(timeout=120)
    code, out = two.run("--jobs", "2", "--devices", "none")
    assert code == 3, out
    assert "runs 0-1 are not begun: it is running on" in out
    until(lambda: set(two.states().values()) == {"finished"}, SECONDS)
    assert two.run("--devices", "none")[0] == 0
    assert not list(two.out.glob("*/tcwc/0002.start"))


def parent(process: int) -> int:
    stat = Path("/proc", str(process), "stat").read_text()
    return int(stat.rpartition(") ")[2].split()[1])
