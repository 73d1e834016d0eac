"""Jobs in a real Slurm: what it does to them, and that the stamp says so."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tcwc.model.resources import Needs
from tests.jobs.bench import Bench, Stamp, wait_for
from tests.jobs.lab import Slurm

pytestmark = [pytest.mark.slow, pytest.mark.slurm]


@pytest.fixture(scope="module")
def lab(slurm_labs: Callable[..., Slurm]) -> Slurm:
    """One that kills after half a minute, as Slurm does where nobody said otherwise."""
    return slurm_labs(SLURM_KILL_WAIT_S=30)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    limit = ("#SBATCH --open-mode=append", "#SBATCH --signal=B:USR1@50", "#SBATCH --requeue")
    return Bench(tmp_path, lines=limit)


def submit(
    lab: Slurm, bench: Bench, *words: str, plan: str = "", env: Mapping[str, str] | None = None
) -> str:
    """The id of a job of all runs, which has begun or waits."""
    bench.write()
    (bench.folder / "plan").write_text(plan, encoding="utf-8")
    told = bench.environment() | {"TUNE_PLAN": str(bench.folder / "plan")}
    told |= {"TUNE_LOG": str(bench.folder / "tune.log"), "TCWC_BEAT": "2", "TCWC_GRACE": "15"}
    last = max(task.index for task in bench.tasks) - 1
    command = ["sbatch", "--parsable", f"--chdir={bench.folder}", f"--array=0-{last}", *words]
    kept = {name: value for name, value in told.items() if name.startswith(("TCWC_", "TUNE_"))}
    done = lab.run(*command, f"--output={bench.folder}/log-%A_%a", bench.script, "1", env=kept)
    return done.stdout.strip()


def stamp(bench: Bench, number: int = 0) -> Stamp:
    return Stamp(Path(bench.tasks[number].folder))


def test_an_array_trains_each_run_once(lab: Slurm, bench: Bench) -> None:
    for index in (1, 2, 3):
        bench.add(index=index, run=f"run_{index:03d}")
    job = submit(lab, bench)
    assert lab.wait(job) == 0
    for number in range(3):
        start = stamp(bench, number).start()
        assert (start["job"], start["restart"]) == (f"{job}_{number}", 0)
        assert stamp(bench, number).end()["state"] == "finished"


def test_a_cancelled_job_says_so(lab: Slurm, bench: Bench) -> None:
    bench.add()
    job = submit(lab, bench, plan="deaf=1 sleep=300")
    wait_for(bench.folder / "tune.log", 60)
    time.sleep(0.5)
    begun = time.monotonic()
    lab.run("scancel", job)
    lab.wait(job)
    end = stamp(bench).end()
    assert (end["state"], end["reason"], end["exit"]) == ("cancelled", None, 143)
    assert time.monotonic() - begun > 14  # its time; Slurm kills after 30 s


def test_a_deaf_training_at_the_time_limit(lab: Slurm, bench: Bench) -> None:
    bench.add()
    job = submit(lab, bench, "--time=1", plan="deaf=1 sleep=300")
    lab.wait(job, seconds=240)
    end = stamp(bench).end()
    assert (end["state"], end["reason"], end["exit"]) == ("cancelled", "timeout", 143)
    assert (stamp(bench).at / "0001.limit").exists()
    log = (bench.folder / f"log-{job}_0").read_text(encoding="utf-8")
    assert "DUE TO TIME LIMIT" in log


def test_a_run_goes_on_after_the_time_limit(lab: Slurm, bench: Bench) -> None:
    bench.add(epochs=13, needs=Needs(on_timeout="requeue", max_attempts=4))
    job = submit(lab, bench, "--time=1", plan="sleep=7")  # 91 s: more than one limit, if not two
    lab.wait(job, seconds=500)
    count = len(list(stamp(bench).at.glob("*.start")))
    assert count > 1
    ends = [stamp(bench).end(number + 1) for number in range(count)]
    assert [end["reason"] for end in ends] == ["timeout"] * (count - 1) + [None]
    assert [end["mode"] for end in ends] == ["fresh"] + ["resume"] * (count - 1)
    assert ends[-1]["state"] == "finished"
    starts = [stamp(bench).start(number + 1) for number in range(count)]
    assert [start["restart"] for start in starts] == list(range(count))


def test_a_requeued_job_is_its_own_heir(lab: Slurm, bench: Bench) -> None:
    bench.add(epochs=4)
    job = submit(lab, bench, plan="sleep=2; trap '' TERM")
    wait_for(stamp(bench).folder / "recipe_state/recipe_state.pt", 60)
    lab.run("scontrol", "requeue", f"{job}_0")
    lab.wait(job, seconds=120)
    assert stamp(bench).end(1)["state"] == "cancelled"
    second = stamp(bench).end(2)
    assert (second["state"], second["mode"]) == ("finished", "resume")
    assert stamp(bench).start(2)["restart"] == 1
    assert not (stamp(bench).at / "0001.lost").exists()


def test_a_job_killed_at_once_leaves_an_open_attempt_that_the_next_takes_over(
    lab: Slurm, bench: Bench
) -> None:
    bench.add(epochs=4)
    job = submit(lab, bench, plan="sleep=2")
    wait_for(stamp(bench).folder / "recipe_state/recipe_state.pt", 60)
    pid = stamp(bench).start()["pid"]
    assert isinstance(pid, int)
    os.kill(pid, signal.SIGKILL)  # `scancel --signal=KILL` sends TERM first
    lab.wait(job)
    assert (stamp(bench).at / "0001.end").read_text().strip() == ""
    while time.time() - (stamp(bench).at / "0001.beat").stat().st_mtime < 8:
        time.sleep(0.5)
    again = submit(lab, bench, plan="sleep=0")
    assert lab.wait(again) == 0
    assert stamp(bench).json("0001.lost")["why"] == "its process is gone"
    assert stamp(bench).end(2)["mode"] == "resume"
    log = (bench.folder / "tune.log").read_text(encoding="utf-8")
    assert "two" not in log


def test_six_jobs_of_one_run_at_one_moment(lab: Slurm, bench: Bench) -> None:
    bench.add()
    jobs = [submit(lab, bench, plan="sleep=1") for _ in range(6)]
    lab.wait(*jobs)
    log = (bench.folder / "tune.log").read_text(encoding="utf-8").splitlines()
    assert [line.split()[0] for line in log] == ["start", "end"]
    codes = sorted(lab.job(f"{job}_0")["ExitCode"] for job in jobs)
    assert codes[0] == "0:0"
    assert set(codes) <= {"0:0", "75:0"}
