"""The claim: one training in a folder, whoever starts at the same moment, whatever died before."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.jobs.bench import HASH, OLD, Bench, dead_pid, processes, stamp_of, tools, wait_for


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.add()
    return made


def six(bench: Bench, *words: str) -> tuple[list[int], list[str]]:
    """Six jobs at one moment: their codes, and what the trainings wrote down."""
    log = bench.folder / f"log{time.monotonic_ns()}"
    plan = bench.folder / "plan"
    plan.write_text("sleep=0.2\n", encoding="utf-8")
    env = {"TUNE_LOG": str(log), "TUNE_PLAN": str(plan), "TCWC_BEAT": "60"}
    jobs = [bench.start(*words, env=env) for _ in range(6)]
    codes = sorted(job.wait(60) for job in jobs)
    for job in jobs:
        assert job.stdout is not None
        job.stdout.close()
    return codes, [line.split()[0] for line in log.read_text(encoding="utf-8").splitlines()]


def check_one_trained(codes: list[int], log: list[str]) -> None:
    assert log == ["start", "end"]
    assert codes[0] == 0
    assert set(codes) <= {0, 75}  # who came after the end finds it finished


def test_of_six_starters_one_trains(bench: Bench) -> None:
    check_one_trained(*six(bench, "run_001"))
    assert stamp_of(bench).names() == ["0001.end", "0001.mode", "0001.start", "run.json"]


def test_of_six_takers_of_a_dead_claim_one_trains(bench: Bench) -> None:
    stamp = stamp_of(bench)
    stamp.make_run()
    stamp.make_attempt(age=1000, pid=dead_pid())
    check_one_trained(*six(bench, "run_001"))
    assert stamp.names() == [
        "0001.end",
        "0001.lost",
        "0001.start",
        "0002.end",
        "0002.mode",
        "0002.start",
        "run.json",
    ]


def test_of_six_that_replace_a_folder_one_trains(bench: Bench) -> None:
    bench.tasks.clear()
    bench.add(was=(OLD,))
    stamp = stamp_of(bench)
    stamp.make_run(science_hash=OLD)
    stamp.make_attempt(age=1000, pid=dead_pid())
    codes, log = six(bench, "run_001", "--replace")
    check_one_trained(codes, log)
    assert stamp.json("run.json")["science_hash"] == HASH
    assert stamp.end()["state"] == "finished"
    aside = [each.name for each in stamp.folder.parent.iterdir() if ".was-" in each.name]
    assert aside == [f"run_001.was-{OLD[:8]}"]


@pytest.mark.slow
@pytest.mark.parametrize("attempt", range(45))
def test_of_six_starters_one_trains_in_many_rounds(bench: Bench, attempt: int) -> None:
    if attempt % 3 == 1:
        stamp_of(bench).make_run()
        stamp_of(bench).make_attempt(age=1000, pid=dead_pid())
    if attempt % 3 == 2:
        bench.tasks[:] = []
        bench.add(was=(OLD,))
        stamp_of(bench).make_run(science_hash=OLD)
        check_one_trained(*six(bench, "run_001", "--replace"))
    else:
        check_one_trained(*six(bench, "run_001"))


NO_SUCH_JOB = "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1"
NO_ANSWER = "echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1"


@pytest.mark.parametrize(
    ("attempt", "age", "squeue", "why"),
    [
        pytest.param({}, 0, "", None, id="it lives"),
        pytest.param({}, 1000, "", None, id="its process is there, though still"),
        pytest.param({"pid": 0}, 0, "", None, id="its process is gone, but something beats"),
        pytest.param({"pid": 0}, 1000, "", "its process is gone", id="gone and still"),
        pytest.param({"boot": "x"}, 0, "", None, id="another boot, or a machine of the same name"),
        pytest.param({"boot": "x"}, 1000, "", "gives no sign", id="another boot, and still"),
        pytest.param({"boot": "x", "job": "7"}, 1000, "echo RUNNING", None, id="a namesake's job"),
        pytest.param({"host": "n2"}, 0, "", None, id="another host, it beats"),
        pytest.param({"host": "n2"}, 1000, "exit 1", "gives no sign", id="another host, no Slurm"),
        pytest.param({"host": "n2", "job": "7_1"}, 1000, "echo RUNNING", None, id="it runs"),
        pytest.param({"host": "n2", "job": "7_1"}, 1000, "echo COMPLETING", None, id="it ends"),
        pytest.param({"host": "n2", "job": "7_1"}, 1000, "", "gives no sign", id="it has left"),
        pytest.param({"host": "n2", "job": "7"}, 1000, "echo PENDING", "gives no sign", id="waits"),
        pytest.param(
            {"host": "n2", "job": "7"},
            1000,
            NO_SUCH_JOB,
            "gives no sign",
            id="unknown",
        ),
        pytest.param({"host": "n2", "job": "7"}, 1000, NO_ANSWER, None, id="silence"),
        pytest.param(
            {"host": "n2", "job": "9_1", "restart": 0},
            1000,
            "",
            "same job, restart 0",
            id="it again",
        ),
        pytest.param(
            {"host": "n2", "job": "9_1", "restart": 2}, 0, "", None, id="the same job, no restart"
        ),
    ],
)
def test_when_an_attempt_is_dead(
    bench: Bench, attempt: dict[str, object], age: float, squeue: str, why: str | None
) -> None:
    stamp = stamp_of(bench)
    stamp.make_run()
    if attempt.get("pid") == 0:
        attempt = {**attempt, "pid": dead_pid()}
    stamp.make_attempt(age=age, **attempt)
    slurm = {"SLURM_ARRAY_JOB_ID": "9", "SLURM_ARRAY_TASK_ID": "1", "SLURM_RESTART_COUNT": "2"}
    done = bench.run("run_001", env=slurm | {"SLURM_JOB_ID": "9"} | tools(bench, squeue=squeue))
    if why is None:
        assert done.code == 75, done.output
        assert stamp.names() == ["0001.end", "0001.start", "run.json"]
    else:
        assert done.code == 0, done.output
        lost = stamp.json("0001.lost")
        assert why in str(lost["why"])
        assert str(lost["by"]).startswith("job 9_1 restart 2")
        assert stamp.end(2)["state"] == "finished"


def test_a_job_that_came_again_waits_until_its_former_self_is_still(bench: Bench) -> None:
    stamp = stamp_of(bench)
    stamp.make_run()
    stamp.make_attempt(host="n2", job="9", restart=0)
    slurm = {"SLURM_JOB_ID": "9", "SLURM_RESTART_COUNT": "1"}
    done = bench.run("run_001", env=slurm)
    assert done.code == 0, done.output
    assert "waits until its former self is still" in done.output


def test_what_a_killed_bash_left_training_has_the_run(bench: Bench) -> None:
    plan = bench.folder / "plan"
    plan.write_text("sleep=1.2\n", encoding="utf-8")
    job = bench.start("run_001", env={"TUNE_PLAN": str(plan)})
    stamp = stamp_of(bench)
    wait_for(stamp.at / "0001.log")
    job.send_signal(signal.SIGKILL)
    job.wait(10)
    assert bench.run("run_001").code == 75
    wait_for(stamp.folder / "epoch_1" / "adapter_model.pt")
    job.communicate(timeout=120)  # until the training has gone
    assert stamp.at.joinpath("0001.end").read_text().strip() == ""
    os.utime(stamp.at / "0001.beat", (1, 1))
    assert bench.run("run_001").code == 0
    assert stamp.json("0001.lost")["why"] == "its process is gone"
    assert stamp.end(2)["mode"] == "resume"


def test_a_beat_goes_on_while_it_trains(bench: Bench) -> None:
    plan = bench.folder / "plan"
    plan.write_text("sleep=1.1\n", encoding="utf-8")
    job = bench.start("run_001", env={"TUNE_PLAN": str(plan)})
    beat = stamp_of(bench).at / "0001.beat"
    wait_for(beat)
    first = beat.stat().st_mtime_ns
    job.communicate(timeout=120)
    assert beat.stat().st_mtime_ns > first
    last = beat.stat().st_mtime_ns
    assert not [each for each in processes() if str(stamp_of(bench).at) in each]
    assert beat.stat().st_mtime_ns == last


@pytest.mark.parametrize("linked", [True, False])
def test_where_hard_links_do_not_work_creation_is_exclusive(bench: Bench, linked: bool) -> None:
    # A server that made the link and said that it did not; and one that makes none.
    link = 'command -p ln "$@"; exit 1' if linked else "exit 1"
    done = bench.run("run_001", env=tools(bench, ln=link))
    assert done.code == 0, done.output
    assert stamp_of(bench).names() == ["0001.end", "0001.mode", "0001.start", "run.json"]
    assert stamp_of(bench).end()["state"] == "finished"


def test_where_no_claim_can_be_made_nobody_waits_for_one(bench: Bench) -> None:
    stamp_of(bench).make_run()
    copies = 'case $1 in *.start) exit 1 ;; esac; exec /bin/cat "$@"'
    assert bench.run("run_001", env=tools(bench, ln="exit 1", cat=copies)).code == 73
    assert stamp_of(bench).names() == ["run.json"]


def test_a_finished_run_whose_files_are_gone_is_trained_again(bench: Bench) -> None:
    assert bench.run("run_001").code == 0
    stamp = stamp_of(bench)
    (stamp.folder / "epoch_1/adapter_model.pt").unlink()
    assert bench.run("run_001").code == 0
    assert stamp.end(2)["mode"] == "resume"
    assert "0001.lost" not in stamp.names()


def test_a_folder_that_cannot_be_made_or_written(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    bench.add(folder=str(tmp_path / "file" / "run_001"))
    assert bench.run("run_001").code == 73
    assert bench.refused() == [f"cannot write to {tmp_path}/file/run_001"]
