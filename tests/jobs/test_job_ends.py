"""How a job ends, and that it says why: the reasons, the signals, and what is left of it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tcwc.jobs.profiles.profile import Profile
from tcwc.model.resources import Needs
from tests.jobs.bench import Bench, Stamp, processes, stamp_of, tools, wait_for

DEAF = "deaf=1 sleep=60"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.add()
    return made


def end_of(bench: Bench, plan: str, **env: str) -> dict[str, object]:
    """The end of a job whose training does so; its exit code is the job's."""
    done = bench.run("run_001", plan=plan, env=env)
    end = stamp_of(bench).end()
    assert end["exit"] == done.code, done.output
    return {key: end[key] for key in ("state", "reason", "exit", "detail")}


def printed(*lines: str, code: int = 1) -> str:
    """A plan: a training that prints lines and ends."""
    text = "\n".join(lines)
    return f"cat <<'TEXT'\n{text}\nTEXT\nexit {code}\n"


def failed(reason: str, code: int, detail: str) -> dict[str, object]:
    return {"state": "failed", "reason": reason, "exit": code, "detail": detail}


def test_rank_1_of_2_out_of_memory(bench: Bench) -> None:
    line = (
        "[rank1]: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 1 has"
        " a total capacity of 79.11 GiB of which 1.06 GiB is free."
    )
    assert end_of(bench, "oom=1") == failed("oom", 1, line)


@pytest.mark.parametrize(
    "line",
    [
        "torch.OutOfMemoryError: HIP out of memory. Tried to allocate",
        "torch.cuda.OutOfMemoryError: CUDA out of memory.",
        "OutOfMemoryError: x",
        "[rank12]: torch.cuda.OutOfMemoryError: CUDA out of memory.",
    ],
)
def test_out_of_memory(bench: Bench, line: str) -> None:
    plan = printed("1|7|Loss: 2\r1|8|Loss: 1\r" + line + "\rmore", "=" * 60)
    assert end_of(bench, plan) == failed("oom", 1, line)


def test_out_of_memory_inside_a_line_or_long_ago_is_none(bench: Bench) -> None:
    long_ago = "for i in {1..50000}; do printf '%0100d\\n' 1; done\n"
    plan = "echo OutOfMemoryError: old\n" + long_ago + printed("it said OutOfMemoryError: no")
    assert end_of(bench, plan) == failed("error", 1, "it said OutOfMemoryError: no")


TRACE = "Traceback (most recent call last):"
CHAIN = "During handling of the above exception, another exception occurred:"
AGENT = "torch.distributed.elastic.multiprocessing.errors.ChildFailedError: "
ROOT = ["Root Cause (first observed failure):", "[0]:", "  rank      : 1 (local_rank: 1)"]


@pytest.mark.parametrize(
    ("lines", "detail"),
    [
        pytest.param(
            [TRACE, '  File "x"', "ValueError: no such: x", "bye"], "ValueError: no such: x"
        ),
        pytest.param(
            [TRACE, "  File", "KeyError: 'a'", "", CHAIN, "", TRACE, "E: b"], "KeyError: 'a'"
        ),
        pytest.param(
            [TRACE, "  handled", "ImportError: x", "1|1|Loss", TRACE, "  a", "pkg.Bad: y", "z"],
            "pkg.Bad: y",
        ),
        pytest.param([TRACE, "  a", "KeyboardInterrupt", "z"], "KeyboardInterrupt"),
        pytest.param(
            [
                f"[rank0]: {TRACE}",
                "[rank0]:   a",
                "[rank0]: RuntimeError: peer has gone",
                f"[rank1]: {TRACE}",
                "[rank1]:   a",
                "[rank1]: ValueError: mine",
                TRACE,
                "  agent",
                AGENT,
                *ROOT,
            ],
            "[rank1]: ValueError: mine",
        ),
        pytest.param(
            [TRACE, "  a", "ValueError: in a worker", TRACE, "  b", AGENT, "=" * 60],
            "ValueError: in a worker",
        ),
        pytest.param(["ConfigError: no key", "tune: bye"], "ConfigError: no key"),
        pytest.param(["tune: no such recipe", "", "=" * 60], "tune: no such recipe"),
        pytest.param([TRACE, "  a", 'E.x: a "b" \\ \t c\x1b[0m é'], 'E.x: a "b" \\   c[0m é'),
    ],
)
def test_the_first_exception_of_the_rank_that_failed(
    bench: Bench, lines: list[str], detail: str
) -> None:
    assert end_of(bench, printed(*lines, code=3)) == failed("error", 3, detail)


def test_a_long_line_is_cut_between_characters(bench: Bench) -> None:
    detail = end_of(bench, printed("ValueError: " + "é" * 5000))["detail"]
    assert isinstance(detail, str)
    assert detail == "ValueError: " + "é" * ((1000 - 12) // 2)


def test_a_training_without_a_word(bench: Bench) -> None:
    assert end_of(bench, "exit 9") == failed("error", 9, "")


def test_a_training_that_writes_nothing_is_not_finished(bench: Bench) -> None:
    end = end_of(bench, "nothing=1")
    assert (end["state"], end["reason"], end["exit"]) == ("failed", "error", 70)


def test_a_folder_is_no_file_of_weights(bench: Bench) -> None:
    done = bench.run("run_001", plan='nothing=1; mkdir -p "$out/epoch_1/adapter_model.pt"')
    assert done.code == 70, done.output


def test_weights_of_an_earlier_attempt_are_no_result(bench: Bench) -> None:
    bench.run("run_001", plan="fail=3 fail_epoch=1")
    weights = stamp_of(bench).folder / "epoch_1/adapter_model.pt"
    weights.parent.mkdir()
    weights.write_text("old", encoding="utf-8")
    os.utime(weights, (1, 1))
    assert bench.run("run_001", plan="nothing=1").code == 70


@pytest.mark.parametrize("epochs", [1, None])
def test_the_last_epoch_counts_or_any_where_their_number_is_not_known(
    tmp_path: Path, epochs: int | None
) -> None:
    bench = Bench(tmp_path)
    bench.add(
        epochs=epochs, resumes="no", config=f"output_dir: {tmp_path}/out/run_001\nepochs: 3\n"
    )
    assert bench.run("run_001").code == 0
    assert bench.run("run_001").code == 0
    assert stamp_of(bench).names() == ["0001.end", "0001.mode", "0001.start", "run.json"]


def test_a_killed_training(bench: Bench) -> None:
    end = end_of(bench, "kill -KILL $$")
    assert (end["state"], end["reason"], end["exit"]) == ("failed", "killed", 137)


def test_a_killed_worker(bench: Bench) -> None:
    line = "  exitcode  : -9 (pid: 4711)"
    assert end_of(bench, printed(line)) == failed("killed", 1, line)


def test_killed_for_want_of_memory(bench: Bench) -> None:
    events = bench.folder / "memory.events"
    events.write_text("oom 2\noom_kill 2\noom_group_kill 0\n", encoding="utf-8")
    cgroup = {"TCWC_CGROUP": str(bench.folder)}
    assert end_of(bench, "kill -KILL $$", **cgroup)["reason"] == "killed"
    bench.run("run_001", plan=f"sed -i 's/2$/3/' '{events}'; kill -KILL $$", env=cgroup)
    assert stamp_of(bench).end(2)["reason"] == "host_memory"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of four MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("no tmpfs may be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk(tmp_path: Path, small: Path) -> None:
    bench = Bench(tmp_path / "run")
    bench.add(folder=str(small / "out"))
    fill = f"cat /dev/zero > '{small}/filler' 2> /dev/null\n"
    done = bench.run("run_001", plan=fill + printed("RuntimeError: unexpected pos 64 vs 0"))
    assert done.code == 1
    end = Stamp(small / "out").end()  # reserved before, and so there
    assert (end["state"], end["reason"]) == ("failed", "disk")
    assert bench.run("run_001").code == 73
    assert bench.refused() == [f"cannot write to {small}/out"]
    assert Stamp(small / "out").names() == ["0001.end", "0001.mode", "0001.start", "run.json"]
    (small / "filler").unlink()
    assert bench.run("run_001").code == 0


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_the_training_and_is_told(
    bench: Bench, number: signal.Signals, code: int
) -> None:
    end = ended_by(bench, "sleep=60", number)
    assert end == {"state": "cancelled", "reason": None, "exit": code, "detail": ""}
    assert not left(bench)


def test_a_training_that_is_deaf_is_killed_after_a_while(bench: Bench) -> None:
    begun = time.monotonic()
    end = ended_by(bench, DEAF, signal.SIGTERM)
    assert end == {"state": "cancelled", "reason": None, "exit": 143, "detail": ""}
    assert time.monotonic() - begun < 10
    assert not left(bench)


def test_after_the_warning_a_signal_is_the_time_limit(bench: Bench) -> None:
    job = begun(bench, "sleep=60")
    job.send_signal(signal.SIGUSR1)
    stamp = stamp_of(bench)
    wait_for(stamp.at / "0001.limit")
    time.sleep(0.2)
    assert job.poll() is None  # it goes on
    job.send_signal(signal.SIGTERM)
    job.communicate(timeout=120)
    assert (stamp.end()["state"], stamp.end()["reason"]) == ("cancelled", "timeout")


def test_a_warning_alone_changes_nothing(bench: Bench) -> None:
    job = begun(bench, "sleep=0.3")
    job.send_signal(signal.SIGUSR1)
    job.communicate(timeout=120)
    assert job.returncode == 0
    assert stamp_of(bench).end()["state"] == "finished"


def test_workers_in_sessions_of_their_own_do_not_outlive_the_job(bench: Bench) -> None:
    plan = "setsid bash -c 'trap \"\" TERM; exec sleep 4711.5' & sleep 0.2; kill -KILL $$"
    assert end_of(bench, plan)["reason"] == "killed"
    assert not [each for each in processes() if "4711.5" in each]


def test_what_holds_the_log_does_not_hold_the_job(bench: Bench) -> None:
    plan = "env -u TCWC_ATTEMPT setsid sleep 4.25 & :"
    begun = time.monotonic()
    job = bench.start("run_001", env=planned(bench, plan))
    assert job.wait(30) == 0
    assert time.monotonic() - begun < 4
    job.communicate(timeout=120)


def test_a_job_whose_reader_has_gone_ends_well(bench: Bench) -> None:
    job = bench.start(
        "run_001", env=planned(bench, "for i in {1..200}; do echo $i; done; sleep=0.1")
    )
    assert job.stdout is not None
    job.stdout.close()
    assert job.wait(30) == 0
    assert stamp_of(bench).end()["state"] == "finished"
    assert "\n200\n" in (stamp_of(bench).at / "0001.log").read_text()


def test_the_set_up_may_be_careless(bench: Bench) -> None:
    bench.profile = Profile("lab", setup=("set -e", "echo $UNSET", "trap : TERM", "IFS=x"))
    assert bench.run("run_001").code == 0


def test_the_set_up_may_go_elsewhere(bench: Bench) -> None:
    bench.profile = Profile("lab", setup=("cd /", "CDPATH=/"))
    assert bench.run("run_001").code == 0
    assert stamp_of(bench).end()["state"] == "finished"


@pytest.mark.parametrize(
    "line",
    [
        "set -f",
        "set -C",
        "GLOBIGNORE='*'",
        "shopt -s failglob",
        "shopt -s nullglob dotglob nocasematch",
        "set -E; trap 'exit 9' ERR",
        "trap '[ -z \"${host-}\" ] || exit 9' DEBUG",
        "export SQUEUE_STATES=CD SQUEUE_USERS=nobody",
    ],
)
def test_how_the_set_up_reads_words_is_not_how_the_job_does(bench: Bench, line: str) -> None:
    """A finished training had no weights where the set-up had switched patterns off."""
    bench.profile = Profile("lab", setup=(line,))
    done = bench.run("run_001", plan='[ -z "${SQUEUE_STATES-}" ] || fail=3')
    assert done.code == 0, done.output
    assert stamp_of(bench).end()["state"] == "finished"
    assert bench.run("run_001").output.endswith("run_001 is finished already\n")


def test_a_shell_that_is_posix(bench: Bench) -> None:
    done = bench.run("run_001", env={"POSIXLY_CORRECT": "1"})
    assert done.code == 0, done.output


def test_capitals_are_others(bench: Bench) -> None:
    """Whatever the set-up does: a folder of Tiny is none of tiny."""
    stamp_of(bench).make_run(experiment="Tiny")
    bench.profile = Profile("lab", setup=("shopt -s nocasematch",))
    assert bench.run("run_001").code == 65


@pytest.mark.parametrize("line", ["exit 0", "return 0", ". /dev/stdin <<<'exit 3'"])
def test_a_set_up_that_ends_the_job(bench: Bench, line: str) -> None:
    """Such as a script that it reads: a job that trained nothing has not completed."""
    bench.profile = Profile("lab", setup=(line,))
    done = bench.run("run_001")
    assert done.code == 74
    assert "it ended in the setup of the profile lab" in done.output
    assert not stamp_of(bench).at.exists()


def test_only_what_came_further_goes_on_after_the_limit(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.add(needs=Needs(on_timeout="requeue", max_attempts=3), epochs=9)
    asked = tmp_path / "asked"
    env = tools(bench, scontrol=f'echo "$*" >> {asked}') | {"SLURM_JOB_ID": "7"}
    stamp = stamp_of(bench)
    limit = "sleep=0.1; [ $first -lt 1 ] || sleep=60\n"

    def until_the_limit(attempt: int) -> int:
        job = bench.start("run_001", env=env | planned(bench, limit))
        wait_for(stamp.at / f"{attempt:04d}.log")
        if attempt == 1:
            wait_for(stamp.folder / "recipe_state/recipe_state.pt")
        job.send_signal(signal.SIGUSR1)
        wait_for(stamp.at / f"{attempt:04d}.limit")
        job.send_signal(signal.SIGTERM)
        job.communicate(timeout=120)
        return job.returncode

    assert until_the_limit(1) == 143
    assert asked.read_text() == "requeue 7\n"
    assert until_the_limit(2) == 143
    assert stamp.end(2)["reason"] == "timeout"
    assert asked.read_text() == "requeue 7\n"  # the second came no further


def planned(bench: Bench, plan: str) -> dict[str, str]:
    (bench.folder / "plan").write_text(plan, encoding="utf-8")
    return {"TUNE_PLAN": str(bench.folder / "plan")}


def begun(bench: Bench, plan: str) -> subprocess.Popen[str]:
    """A job whose training has begun."""
    ready = bench.folder / "ready"
    job = bench.start("run_001", env=planned(bench, plan) | {"TUNE_LOG": str(ready)})
    wait_for(ready)
    time.sleep(0.1)  # the stand-in sets its traps
    return job


def ended_by(bench: Bench, plan: str, number: signal.Signals) -> dict[str, object]:
    job = begun(bench, plan)
    job.send_signal(number)
    job.communicate(timeout=120)
    end = stamp_of(bench).end()
    assert end["exit"] == job.returncode
    return {key: end[key] for key in ("state", "reason", "exit", "detail")}


def left(bench: Bench) -> list[str]:
    """Processes that still name the run directory."""
    return [each for each in processes() if str(bench.folder) in each]
