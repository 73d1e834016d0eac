"""What Slurm's commands print (as 22.05 does, tried), and what is read from it."""

from __future__ import annotations

import pytest

from tcwc.jobs.arrays import comment_of, label_of
from tcwc.jobs.states.slurm import (
    arrays,
    causes,
    duration,
    is_job,
    is_still,
    last_words,
    log_of,
    ours,
    read_accounts,
    read_jobs,
    read_memory,
    read_most,
    read_queue,
)

QUEUE = """\
7|3|7|RUNNING|0:04|node1|ann|None|tcwc:tiny:0|/home/ann/tiny
7|4|9|PENDING|0:00||ann|Resources|tcwc:tiny:0|/home/ann/tiny
8|2|8|PENDING|0:00||bob|JobArrayTaskLimit|tcwc:tiny:1000|/home/ann/tiny
9|N/A|9|COMPLETING|1-02:03:04|node[1-2]|ann|None|(null)|/home/ann/with|bar
10|3|10|RUNNING|0:04|node1|ann|None|tcwc:other:0|/home/ann/tiny
11|3|11|RUNNING|0:04|node1|ann|None|tcwc:tiny:0|/home/bob/tiny
slurm_load_jobs error: Invalid job id specified
"""


def test_the_queue() -> None:
    jobs = read_queue(QUEUE)
    assert list(jobs) == ["7_3", "7_4", "8_2", "9", "10_3", "11_3"]
    assert (jobs["7_3"].elapsed, jobs["7_3"].host, jobs["7_3"].reason) == (4, "node1", "")
    assert not jobs["7_3"].is_pending
    assert (jobs["7_4"].is_pending, jobs["7_4"].elapsed, jobs["7_4"].reason) == (
        True, None, "Resources",
    )  # fmt: skip
    assert jobs["9"].is_ending
    assert (jobs["9"].elapsed, jobs["9"].place) == (93_784, "/home/ann/with|bar")


def test_our_jobs_are_those_of_the_experiment_from_the_folder() -> None:
    found = ours(read_queue(QUEUE), "tiny", "/home/ann/tiny")
    assert {index: job.job for index, job in found.items()} == {3: "7_3", 4: "7_4", 1002: "8_2"}


@pytest.mark.parametrize(
    ("comment", "place", "is_it"),
    [
        ("tcwc:tiny:0", "/x", True),
        ("tcwc:tiny:0", "/moved", True),
        ("tcwc:tiny/a1b2c3d4:0", "/x", True),
        ("the site's", "/x", True),
        ("", "/x", True),
        ("a|b", "/x", True),
        ("a|b", "/x/x", False),
        ("tcwc:other:0", "/x", False),
        ("the site's", "/y", False),
    ],
)
def test_a_name_of_a_job_may_be_anothers_by_now(comment: str, place: str, is_it: bool) -> None:
    (job,) = read_queue(f"7|3|7|RUNNING|0:04|node1|ann|None|{comment}|{place}").values()
    assert is_still(job, "tiny", "/x") is is_it


END = "slurmstepd-n1: error: *** JOB 505 ON n1 CANCELLED AT 2026-11-30T02:34:05 ***"


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("", ""),
        ("\n \n", ""),
        ("one\n\ntcwc: two\n\n", "tcwc: two"),
        (f"one\n{END}\n\ntcwc: it ended in the setup\n", END),
        (f"one\n{END}\n1\n2\n3\n", "3"),
    ],
)
def test_last_words(log: str, words: str) -> None:
    assert last_words(log) == words


def test_two_experiments_of_one_name_beside_each_other() -> None:
    label = label_of("tiny", "b.configs")
    assert label_of("tiny", "configs") == "tiny"
    assert label != label_of("tiny", "a.configs")
    lines = [
        "7|3|7|RUNNING|0:04|node1|ann|None|tcwc:tiny:0|/x",
        f"8|3|8|PENDING|0:00||ann|Priority|{comment_of(label, 10)}|/x",
    ]
    jobs = read_queue("\n".join(lines))
    assert list(ours(jobs, "tiny", "/x")) == [3]
    assert list(ours(jobs, label, "/x")) == [13]


def test_of_two_jobs_of_a_run_the_one_that_lives() -> None:
    two = [
        "7|3|7|RUNNING|0:04|node1|ann|None|tcwc:tiny:0|/x",
        "8|3|8|PENDING|0:00||ann|Priority|tcwc:tiny:0|/x",
    ]
    for lines in (two, two[::-1]):
        assert ours(read_queue("\n".join(lines)), "tiny", "/x")[3].job == "7_3"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0:04", 4), ("59:59", 3599), ("1:00:00", 3600), ("2-00:00:01", 172_801), ("INVALID", None)],
)
def test_durations(text: str, seconds: int | None) -> None:
    assert duration(text) == seconds


JOBS = "\n".join(
    [
        "JobId=5 ArrayJobId=1 ArrayTaskId=3 JobName=tiny UserId=root(0) JobState=CANCELLED"
        " Reason=None Requeue=1 Restarts=0 ExitCode=0:15 Command=/x JobState=FAILED",
        "JobId=6 ArrayJobId=1 ArrayTaskId=4-7%2 JobName=tiny JobState=PENDING ExitCode=0:0",
        "JobId=9 JobName=wrap JobState=OUT_OF_MEMORY ExitCode=0:125",
        "JobId=10 JobName=wrap JobState=RUNNING ExitCode=0:0",
        "JobId=11 JobName=wrap JobState=FAILED ExitCode=74:0",
    ]
)


def test_the_ends_that_are_remembered() -> None:
    found = read_jobs(JOBS)
    assert {job: (end.state, end.exit, end.signal) for job, end in found.items()} == {
        "1_3": ("CANCELLED", 0, 15),
        "9": ("OUT_OF_MEMORY", 0, 125),
        "11": ("FAILED", 74, 0),
    }
    assert read_jobs("No jobs in the system\n") == {}


def test_accounts() -> None:
    found = read_accounts(
        "161_1|COMPLETED|0:0\n161_2|CANCELLED by 1000|0:15\n161_[4-6,9%2]|CANCELLED by 1000|0:0\n"
        "161_3|NODE_FAIL|0:0\n161_3|RUNNING|0:0\n170|TIMEOUT|0:1\nnonsense\n"
    )
    assert {job: end.state for job, end in found.items()} == {
        "161_1": "COMPLETED",
        "161_2": "CANCELLED",
        **dict.fromkeys(("161_4", "161_5", "161_6", "161_9"), "CANCELLED"),
        "170": "TIMEOUT",
    }


def test_why_slurm_ended_jobs() -> None:
    at = "2026-11-30T00:59:30"
    found = causes(
        f"x\nslurmstepd: error: *** JOB 165 ON node1 CANCELLED AT {at} DUE TO TIME LIMIT ***\n"
        f"slurmstepd-node1: error: *** JOB 5 ON node1 CANCELLED AT {at} ***\n"
        f"slurmstepd: error: *** JOB 6 ON n CANCELLED AT {at} DUE TO NODE FAILURE, SEE SLURM ***\n"
        f"slurmstepd: error: *** JOB 7 ON n CANCELLED AT {at} DUE TO PREEMPTION ***\n"
        f"slurmstepd: error: *** JOB 8 ON n CANCELLED AT {at} DUE TO JOB REQUEUE ***\n"
        f"slurmstepd: error: *** STEP 9.0 ON n CANCELLED AT {at} DUE TO TIME LIMIT ***\n"
        f"slurmstepd: error: *** JOB 7 ON n CANCELLED AT {at} ***\n"
    )
    assert {number: cause.word for number, cause in found.items()} == {
        "165": "timeout", "5": "cancelled", "6": "node", "7": "cancelled", "8": "requeued",
        "9": "timeout",
    }  # fmt: skip
    assert found["165"].at == at


def test_names_of_jobs() -> None:
    assert all(map(is_job, ("161", "161_3")))
    assert not any(map(is_job, ("", "161_", "161_[1-3]", "161.batch", "x", "161_3\n")))
    assert arrays(["161_3", "161_4", "170", "x", ""]) == ["161", "170"]


@pytest.mark.parametrize(
    ("line", "log"),
    [
        ("--output=configs/slurm/lab/logs/%A_%a.log", "configs/slurm/lab/logs/161_3.log"),
        ('--output="a b/100%%/%A_%a.log"', "a b/100%/161_3.log"),
        ('--output="a \\"b\\" \\\\/%A.log"', 'a "b" \\/161.log'),
        ("--error=x", None),
    ],
)
def test_the_log_of_a_job(line: str, log: str | None) -> None:
    assert log_of(f"#!/bin/bash\n#SBATCH {line}\nx\n", "161_3") == log


def test_the_memory_of_jobs() -> None:
    said = (
        "161_3|\n161_3.batch|1048576K\n161_3.extern|0\n161_3.0|2.50G\n162||\n162.batch|\n"
        "163.batch|512M\nsacct: error: x|1G\n164.batch|1048576\n165.batch|16?\n"
    )
    assert read_memory(said) == {"161_3": 2560, "163": 512, "164": 1}


@pytest.mark.parametrize(
    ("said", "most"),
    [
        ("PartitionName=a MaxTime=1-12:00:00 State=UP", 129_600),
        ("PartitionName=a MaxTime=02:00:00\nPartitionName=b MaxTime=08:00:00", 28_800),
        ("PartitionName=a MaxTime=02:00:00\nPartitionName=b MaxTime=UNLIMITED", None),
        ("PartitionName=a MaxTime=UNLIMITED", None),
        ("", None),
    ],
)
def test_the_most_time_that_a_partition_gives(said: str, most: int | None) -> None:
    assert read_most(said) == most
