"""What sbatch is told of runs on a site, as lines of a job script and as words of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.jobs.profiles.profile import GPU_DIRECTIVES, Profile
from tcwc.jobs.scripts.bill import bill
from tcwc.jobs.scripts.directives import Directive, own_directives, sheet
from tcwc.jobs.task import Task
from tcwc.model.frozen import replace
from tcwc.model.resources import Needs
from tests.jobs.lab import Slurm

HOUR = 3600


def task(index: int = 0, nodes: int = 1, **needs: object) -> Task:
    """A run that needs something."""
    wanted = Needs(**needs)  # type: ignore[arg-type]
    return Task(
        index=index,
        run=f"run_{index:03d}",
        name=f"run_{index:03d}",
        sha256="0" * 64,
        science_hash="1" * 64,
        was=(),
        folder="/scratch/run",
        nodes=nodes,
        processes=wanted.gpus or 1,
        batch=8,
        epochs=1,
        resumes="exact",
        why="",
        names="adapter",
        needs=wanted,
    )


def lines(profile: Profile, *tasks: Task) -> list[str]:
    return [each.removeprefix("#SBATCH ") for each in sheet(profile, tasks).lines]


def test_a_site_is_asked_for_gpus_in_its_own_way() -> None:
    one = task(gpus=4, nodes=2)
    asked = {
        way: [each for each in lines(Profile("x", gpu_directive=way), one) if "gpu" in each]
        for way in GPU_DIRECTIVES
    }
    assert asked == {
        "gres": ["--gres=gpu:4"],
        "gpus-per-node": ["--gpus-per-node=4"],
        "gpus": ["--gpus=8"],  # those of both nodes
    }


@pytest.mark.parametrize("way", GPU_DIRECTIVES)
def test_a_kind_of_gpu(way: str) -> None:
    said = lines(Profile("x", gpu_directive=way, gpu_type="a100"), task(gpus=2))
    assert any(each.endswith(("=gpu:a100:2", "=a100:2")) for each in said)


@pytest.mark.parametrize("way", GPU_DIRECTIVES)
@pytest.mark.parametrize("gpus", [None, 0])
def test_without_gpus_none_are_asked_for(way: str, gpus: int | None) -> None:
    said = lines(Profile("x", gpu_directive=way, gpu_type="a100", cpus_per_gpu=8), task(gpus=gpus))
    assert said == ["--nodes=1", "--ntasks-per-node=1"]


def test_other_resources_of_a_site_stand_beside_gpus() -> None:
    profile = Profile("x", directives={"gres": "nvme:100"})
    assert "--gres=gpu:2,nvme:100" in lines(profile, task(gpus=2))
    assert lines(profile, task())[-1] == "--gres=nvme:100"
    other = replace(profile, gpu_directive="gpus-per-node")
    assert [each for each in lines(other, task(gpus=2)) if "g" in each[:4]] == [
        "--gres=nvme:100",
        "--gpus-per-node=2",
    ]


def test_all_that_a_run_needs() -> None:
    profile = Profile("x", "gpu", "lab", "short", "a100&nvlink", directives={"exclusive": ""})
    assert lines(profile, task(gpus=1, cpus=6, memory=64_000, time=12 * HOUR)) == [
        "--partition=gpu",
        "--account=lab",
        "--qos=short",
        '--constraint="a100&nvlink"',
        "--exclusive",
        "--nodes=1",
        "--ntasks-per-node=1",
        "--gres=gpu:1",
        "--cpus-per-task=6",
        "--mem=64000M",
        "--time=12:00:00",
    ]


def test_what_a_site_gives_for_each_gpu() -> None:
    profile = Profile("x", cpus_per_gpu=7, memory_per_gpu=60_000)
    assert lines(profile, task(gpus=4))[-2:] == ["--cpus-per-task=28", "--mem=240000M"]
    assert lines(profile, task(gpus=4, cpus=2, memory=5))[-2:] == ["--cpus-per-task=2", "--mem=5M"]


def test_runs_of_other_needs_are_other_calls() -> None:
    runs = [task(0, gpus=1, time=HOUR), task(1, gpus=2, time=HOUR), task(2, gpus=1, time=HOUR)]
    made = sheet(Profile("x", "gpu"), runs)
    assert [each.removeprefix("#SBATCH ") for each in made.lines] == [
        "--partition=gpu",
        "--nodes=1",
        "--ntasks-per-node=1",
        "--time=01:00:00",
    ]
    assert [(each.words, [t.index for t in each.tasks]) for each in made.batches] == [
        (("--gres=gpu:1",), [0, 2]),
        (("--gres=gpu:2",), [1]),
    ]


def test_what_a_site_refuses_is_left_out_and_told() -> None:
    runs = [task(0, memory=5, gpus=1), task(1, memory=7, gpus=1)]
    made = sheet(Profile("x", refuses=("mem", "nodes")), runs)
    assert not any("mem" in each or "nodes=" in each for each in made.lines)
    assert [each.words for each in made.batches] == [(), ()]
    assert made.left_out == ("--nodes=1", "--mem=5M", "--mem=7M")


def test_no_runs() -> None:
    assert sheet(Profile("x", "gpu"), []).batches == ()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(59, "00:00:59"), (43_200, "12:00:00"), (86_400, "24:00:00"), (788_645, "9-03:04:05")],
)
def test_a_time_is_never_a_number_of_minutes(seconds: int, text: str) -> None:
    assert f"#SBATCH --time={text}" in sheet(Profile("x"), [task(time=seconds)]).lines


def test_the_bill() -> None:
    runs = [task(index, gpus=4, time=12 * HOUR) for index in range(48)]
    assert bill(runs) == "48 runs x 4 GPUs x 12 h: at most 2,304 GPU-hours"
    two = [task(gpus=4, nodes=2, time=HOUR), task(gpus=4)]
    assert bill(two).endswith(": at most 8 GPU-hours")
    again = task(gpus=1, time=HOUR, on_timeout="requeue", max_attempts=3)
    assert bill([again]) == "1 run x 1 GPU x 3 h: at most 3 GPU-hours"
    assert bill([task(time=HOUR)]) == "1 run x 1 h, without GPUs"
    mixed = [task(time=HOUR), task(gpus=2, time=HOUR // 2 + 1), task(gpus=2, time=90 * 60)]
    assert bill(mixed) == (
        "1 run x 1 h + 1 run x 2 GPUs x 31 min + 1 run x 2 GPUs x 1 h 30 min: at most 5 GPU-hours"
    )


def test_several_lines_never_become_a_directive() -> None:
    with pytest.raises(ValueError, match="several lines"):
        _ = Directive("comment", "a\n#SBATCH --wrap=x").line


@given(st.text(st.characters(exclude_characters="\n\r", codec="utf-8", exclude_categories=["Cc"])))
def test_a_value_is_one_line(text: str) -> None:
    assert "\n" not in Directive("comment", text).line


HOSTILE = (
    "it's",
    'a "quoted" word',
    "$(date) `id` $HOME ~",
    "a # b #c",
    'back\\slash \\" \\n',
    "two  spaces\tand a tab",
    "-x --wrap=y",
    "a;b&c|d>e",
    "a,b=c:d",
    "größer",
)


@pytest.mark.slow
@pytest.mark.slurm
def test_sbatch_reads_each_value_as_it_is(slurm: Slurm, tmp_path: Path) -> None:
    for text in HOSTILE:
        script = tmp_path / "job.sbatch"
        own = own_directives(text, f"{tmp_path}/a b/%x.log", text, "B:USR1@120")
        head = sheet(Profile("x", "main"), [task(gpus=1, time=60)], [*own, Directive("hold")])
        script.write_text("\n".join(["#!/bin/bash", *head.lines, "true", ""]))
        job = slurm.run("sbatch", "--parsable", script).stdout.strip()
        shown = slurm.run("scontrol", "show", "job", job).stdout
        slurm.run("scancel", job)
        assert f"Comment={text} \n" in shown
        assert f" JobName={text}\n" in shown
        assert f"StdOut={tmp_path}/a b/{text}.log\n" in shown
        assert "TimeLimit=00:01:00" in shown
        assert "gres:gpu:1" in shown
