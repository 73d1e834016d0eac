"""Evaluations that submit.sh submits, with stand-ins for Slurm's commands."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

import tcwc
from tcwc.disk import data
from tests.jobs.desk import FAILED, Desk
from tests.jobs.lab import OF_BASH_4, Tiny, complaints
from tests.jobs.scores import BASELINE, evaluated
from tests.jobs.test_submit import option

pytestmark = pytest.mark.usefixtures("no_checks")

Make = Callable[..., Desk]
FOUR = {"seed": "[1, 2, 3, 4]"}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, pretend: Tiny) -> Desk:
    folder = tmp_path_factory.mktemp("template") / "study"
    desk = Desk.made(folder, pretend, variables=FOUR, more=evaluated("sums", more=BASELINE))
    assert desk.slurm().code == 0
    return desk


@pytest.fixture
def desk(tmp_path: Path, template: Desk) -> Desk:
    return template.copied(tmp_path / "study")


def made(folder: Path, tiny: Tiny, profile: str = "", more: str = "", **options: object) -> Desk:
    desk = Desk.made(
        folder, tiny, profile, more=more or evaluated("sums"), **{"variables": FOUR, **options}
    )
    said = desk.slurm()
    assert said.code == 0, said
    return desk


def evaluate(desk: Desk, *runs: str, **changed: object) -> None:
    """Results as evaluations leave them, by the rows of their script."""
    text = (desk.jobs / "evaluate.sbatch").read_text(encoding="utf-8")
    table = text.partition("<<'TCWC_ROWS'\n")[2].partition("\nTCWC_ROWS\n")[0]
    for words in map(str.split, table.splitlines()):
        if words[1] in runs:
            parent = desk.out(words[1]) if words[1] != "-" else desk.folder / "out" / "tiny"
            results = parent / "eval" / words[2] / words[3]
            results.mkdir(parents=True, exist_ok=True)
            stamp = {"format": 1, "evaluation": words[2], "evaluation_hash": words[8]}
            stamp |= {"state": "finished", "exit": 0}
            stamp |= {"run": None if words[1] == "-" else words[1], "label": words[3]}
            stamp["science_hash"] = None if words[6] == "-" else words[6]
            stamp["world"] = int(words[7])
            text = json.dumps(stamp | changed, separators=(",", ":"))
            (results / "tcwc.json").write_text(f"{text}\n", encoding="utf-8")


def chained(desk: Desk) -> list[tuple[str | None, ...]]:
    """What each call of sbatch was told: array, comment, dependency."""
    names = ("array", "comment", "dependency")
    return [tuple(option(call, name) for name in names) for call in desk.calls]


def test_bash_and_shellcheck_find_nothing(desk: Desk) -> None:
    scripts = ("submit.sh", "evaluate.sbatch")
    assert [complaints(desk.jobs / each) for each in scripts] == ["", ""]


def test_each_run_and_what_comes_after_it(desk: Desk) -> None:
    said = desk.submit()
    assert said.code == 0, said
    assert chained(desk) == [
        ("0-3", "tcwc:tiny:0", None),
        ("0-3", "tcwc:tiny:eval@0", "aftercorr:101"),
        (None, "tcwc:tiny:eval", None),
    ]
    assert "--kill-on-invalid-dep=yes" in desk.calls[1]
    assert [call[-1] for call in desk.calls] == ["0", "0", "-"]
    assert "4 runs x 10 min + 5 evaluations x 30 min, without GPUs" in said.out
    record = (desk.jobs / "evaluations.jsonl").read_text(encoding="utf-8").splitlines()
    found = [(each["job"], each["run"]) for each in map(json.loads, record)]
    assert found == [*((f"102_{n}", f"run_00{n}") for n in range(4)), ("103", None)]
    assert len(desk.record) == 4  # that of the runs has no more in it


def test_runs_without_an_epoch_that_is_listed(tmp_path: Path, pretend: Tiny) -> None:
    """Only those that have it are waited for, whatever else is in the array."""
    more = evaluated("sums", more="    epochs: [1]\n")
    varied = {"epochs": "[1, 2]", "seed": "[1, 2]"}
    desk = made(tmp_path / "study", pretend, more=more, variables=varied)
    assert desk.submit().code == 0
    assert chained(desk) == [
        ("0-3", "tcwc:tiny:0", None),
        ("2-3", "tcwc:tiny:eval@0", "aftercorr:101"),
    ]
    assert "2 evaluations x 30 min" in desk.slurm().out


def test_slurm_says_the_same_bill(tmp_path: Path, pretend: Tiny) -> None:
    more = evaluated("sums", "more", gpus=1, more=BASELINE)
    desk = made(tmp_path / "study", pretend, more=more)
    desk.finish("run_000")
    evaluate(desk, "run_000")
    (desk.out("run_000") / "eval" / "more" / "epoch_0" / "tcwc.json").unlink()
    (wanted,) = (line for line in desk.slurm().out.splitlines() if "evaluations x" in line)
    assert (
        wanted.strip()
        == "3 runs x 1 GPU x 10 min + 9 evaluations x 1 GPU x 30 min: at most 5 GPU-hours"
    )
    assert wanted.strip() in desk.submit("--dry-run").out
    desk.finish(*(f"run_00{n}" for n in range(4)))
    said = desk.slurm()
    assert said.out.splitlines()[-2:] == [
        "4 of 4 finished",
        "Next: bash configs/slurm/lab/submit.sh",
    ]
    evaluate(desk, *(f"run_00{n}" for n in range(4)), "-")
    assert desk.slurm().out.splitlines()[-1] == "4 of 4 finished"


def test_slurm_chooses_runs_that_are_finished_for_their_evaluations(desk: Desk) -> None:
    desk.finish("run_000", "run_001")
    evaluate(desk, "run_001")
    said = desk.slurm("--only", "seed < 3")
    assert said.out.splitlines()[-2:] == [
        "  1 evaluation x 30 min, without GPUs",
        "Next: bash configs/slurm/lab/submit.sh --only run_000",
    ]
    desk.submit("--only", "run_000")
    assert chained(desk) == [("0", "tcwc:tiny:eval@0", None)]
    evaluate(desk, "run_000")
    assert desk.slurm("--only", "seed < 3").code == 3


def test_each_script_has_its_own_rows(desk: Desk) -> None:
    desk.submit("--only", "run_001,run_003")
    assert chained(desk)[1][0] == "1,3"
    assert " run_001 " in desk.script(2)
    assert " run_002 " not in desk.script(2)
    assert len(desk.calls) == 2  # what is no run's is not of these


def test_what_a_look_shows(desk: Desk) -> None:
    said = desk.submit("--dry-run")
    lines = [line for line in said.out.splitlines() if line.startswith("sbatch ")]
    assert len(lines) == 3
    assert "--dependency=aftercorr:JOB1" in lines[1]
    assert desk.calls == []
    assert not (desk.jobs / "evaluations.jsonl").exists()


def test_none_if_nobody_wants_them(desk: Desk) -> None:
    assert desk.submit("--no-evaluate").code == 0
    assert [each[1] for each in chained(desk)] == ["tcwc:tiny:0"]
    desk.finish(*(f"run_00{n}" for n in range(4)))
    said = desk.submit("--no-evaluate")
    assert (said.code, said.out) == (0, "submit.sh: 4 of 4 finished\n")


def test_of_runs_that_are_finished_those_without_a_result(desk: Desk) -> None:
    desk.finish(*(f"run_00{n}" for n in range(4)))
    evaluate(desk, "run_000", "-")
    evaluate(desk, "run_002", evaluation_hash="0" * 64)
    evaluate(desk, "run_003", science_hash="0" * 64)
    evaluate(desk, "run_001", label="epoch_7")  # copied there
    said = desk.submit()
    assert said.code == 0, said
    assert "4 of 4 finished\n" in said.out
    assert "2 of 5 evaluated, 3 with results of an earlier meaning" in said.out
    assert "3 evaluations x 30 min" in said.out
    assert chained(desk) == [("1-3", "tcwc:tiny:eval@0", None)]
    evaluate(desk, *(f"run_00{n}" for n in range(1, 4)))
    said = desk.submit()
    assert (said.code, said.out.splitlines()[-1]) == (0, "submit.sh: 5 of 5 evaluated")


def prune(desk: Desk, run: str) -> None:
    """Pretend that `tcwc prune` removed the epoch that is evaluated, of the weights of which there
    is another folder."""
    desk.out(run).joinpath("epoch_0").rename(desk.out(run) / "epoch_1")
    (desk.out(run) / "tcwc" / "epoch_0.pruned").write_text("{}\n", encoding="utf-8")


def test_what_was_pruned_is_not_to_do(tmp_path: Path, pretend: Tiny) -> None:
    epochs = "    epochs: [0]\n"
    desk = made(
        tmp_path / "study", pretend, more=evaluated("sums", more=epochs), controls={"epochs": "2"}
    )
    runs = [f"run_00{n}" for n in range(4)]
    desk.finish(*runs)
    for run in runs:
        prune(desk, run)
    evaluate(desk, "run_000")
    evaluate(desk, "run_001", evaluation_hash="0" * 64)
    told = "1 of 4 evaluated, 3 cannot be made: `tcwc prune` removed their weights"
    said = desk.submit()
    assert (said.code, said.out.splitlines()[-1]) == (0, f"submit.sh: {told}")
    assert desk.calls == []
    assert desk.slurm().out.splitlines()[-1] == "4 of 4 finished"
    (found,) = tcwc.status(str(desk.source)).evaluations
    assert (found.evaluated, found.pruned, found.left) == (1, 3, 0)
    # What only got lost is to be told again and again, and what was trained anew is there.
    (desk.out("run_002") / "tcwc" / "epoch_0.pruned").unlink()
    (desk.out("run_003") / "epoch_0").mkdir()
    assert desk.submit().code == 0
    assert chained(desk) == [("2-3", "tcwc:tiny:eval@0", None)]
    (found,) = tcwc.status(str(desk.source)).evaluations
    assert (found.pruned, found.left) == (1, 2)


def test_a_run_that_has_changed_gets_weights_again(desk: Desk) -> None:
    runs = [f"run_00{n}" for n in range(4)]
    desk.finish(*runs[:3])
    desk.finish(runs[3], world=8)
    for run in runs[2:]:
        prune(desk, run)
    evaluate(desk, *runs[:2], "-")
    told = "3 of 5 evaluated, 1 cannot be made: `tcwc prune` removed their weights"
    assert told in desk.submit("--dry-run").out
    (found,) = tcwc.status(str(desk.source)).evaluations
    assert (found.evaluated, found.pruned, found.left) == (3, 1, 1)


def test_what_was_trained_again_is_evaluated_again(desk: Desk) -> None:
    desk.finish(*(f"run_00{n}" for n in range(4)))
    evaluate(desk, *(f"run_00{n}" for n in range(4)), "-", attempt=1)
    anew = '{"state":"finished","exit":0,"mode":"restart","from_epoch":null}'
    later = '{"state":"finished","exit":0,"mode":"resume","from_epoch":0}'
    for run, ends in {"run_001": [anew], "run_002": [later], "run_003": ["", later]}.items():
        for number, end in enumerate(ends, 2):
            attempt = desk.out(run) / "tcwc" / f"{number:04}"
            attempt.with_suffix(".start").write_text("{}\n", encoding="utf-8")
            attempt.with_suffix(".end").write_text(f"{end:4095}\n", encoding="utf-8")
    assert desk.submit().code == 0
    assert chained(desk) == [("1,3", "tcwc:tiny:eval@0", None)]
    (found,) = tcwc.status(str(desk.source)).evaluations
    assert (found.evaluated, found.stale) == (3, 2)


def test_what_lost_its_weights_is_trained_and_evaluated_again(desk: Desk) -> None:
    desk.finish("run_000")
    evaluate(desk, "run_000")
    for each in desk.out("run_000").glob("epoch_0/*"):
        each.unlink()
    wanted = desk.slurm("--only", "run_000").out
    assert "1 run x 10 min + 1 evaluation x 30 min" in wanted
    said = desk.submit("--only", "run_000")
    assert "1 run x 10 min + 1 evaluation x 30 min" in said.out
    assert chained(desk) == [
        ("0", "tcwc:tiny:0", None),
        ("0", "tcwc:tiny:eval@0", "aftercorr:101"),
    ]


def test_a_result_that_is_not_finished_is_none(desk: Desk) -> None:
    desk.finish("run_000")
    evaluate(desk, "run_000", state="failed")
    desk.submit("--only", "run_000")
    assert chained(desk) == [("0", "tcwc:tiny:eval@0", None)]


def test_after_what_is_in_the_queue(desk: Desk) -> None:
    """By the array that it is in; tasks of two arrays are two calls."""
    desk.queue(
        "77|2|RUNNING|tcwc:tiny:0", "78|0|PENDING|tcwc:tiny:3", "90|1|PENDING|tcwc:other:eval@0"
    )
    desk.finish("run_000", "run_001")
    said = desk.submit("--only", "run_000..run_003")
    assert said.code == 0, said
    assert chained(desk) == [
        ("2", "tcwc:tiny:eval@0", "aftercorr:77"),
        ("0", "tcwc:tiny:eval@3", "aftercorr:78"),
        ("0-1", "tcwc:tiny:eval@0", None),
    ]
    assert [call[-1] for call in desk.calls] == ["0", "3", "0"]


@pytest.mark.parametrize("comment", ["tcwc:tiny:eval@0", "a site's own"])
def test_what_is_queued_is_not_submitted_again(desk: Desk, comment: str) -> None:
    """By its comment, or where the site writes another one by the record."""
    desk.submit()
    desk.forget()
    desk.finish(*(f"run_00{n}" for n in range(4)))
    base = comment.replace("@0", "")
    desk.queue(*(f"102|{n}|PENDING|{comment}" for n in range(3)), f"103|N/A|PENDING|{base}")
    said = desk.submit()
    assert said.code == 0, said
    assert "4 jobs of evaluations in the queue" in said.out
    assert chained(desk) == [("3", "tcwc:tiny:eval@0", None)]
    desk.forget()
    desk.queue(*(f"102|{n}|PENDING|{comment}" for n in range(4)), f"103|N/A|PENDING|{base}")
    said = desk.submit()
    assert (said.code, desk.calls) == (3, [])


def test_a_run_is_not_queued_because_its_evaluation_is(desk: Desk) -> None:
    desk.queue(*(f"102|{n}|PENDING|tcwc:tiny:eval@0" for n in range(4)))
    said = desk.submit()
    assert "4 runs: 4 never started" in said.out
    assert [each[1] for each in chained(desk)] == ["tcwc:tiny:0", "tcwc:tiny:eval"]


def test_only_of_states_leaves_finished_runs_alone(desk: Desk) -> None:
    desk.finish("run_000")
    desk.stamp("run_001", FAILED)
    desk.submit("--only", "failed")
    assert [each[0] for each in chained(desk)] == ["1", "1"]
    desk.forget()
    desk.submit("--only", "missing")
    assert [each[0] for each in chained(desk)] == ["1-3", "1-3"]


def test_what_is_trained_anew_is_evaluated_anew(desk: Desk) -> None:
    desk.finish("run_000", world=2)
    evaluate(desk, "run_000")
    desk.submit("--only", "changed")
    assert chained(desk) == [
        ("0", "tcwc:tiny:0", None),
        ("0", "tcwc:tiny:eval@0", "aftercorr:101"),
    ]


def test_chunks(tmp_path: Path, pretend: Tiny) -> None:
    desk = made(tmp_path / "study", pretend, "max_array_size: 2\nconcurrency: 1\n")
    desk.finish("run_001")
    desk.submit()
    assert chained(desk) == [
        ("0%1", "tcwc:tiny:0", None),
        ("0%1", "tcwc:tiny:eval@0", "aftercorr:101"),
        ("0-1%1", "tcwc:tiny:2", "afterany:101"),
        ("0-1%1", "tcwc:tiny:eval@2", "aftercorr:103"),
        ("1%1", "tcwc:tiny:eval@0", None),
    ]


def test_evaluations_that_need_something_else(tmp_path: Path, pretend: Tiny) -> None:
    """A job has what the largest of its evaluations needs, for the time of all."""
    more = evaluated("sums", "more", gpus=2).replace(
        "      time: 00:30:00\n", "      time: 00:45:00\n      gpus: 1\n      memory: 8G\n", 1
    )
    desk = made(tmp_path / "study", pretend, more=more)
    said = desk.submit()
    assert "4 evaluations x 2 GPUs x 30 min + 4 evaluations x 2 GPUs x 45 min" in said.out
    head = desk.script(2)
    words = [*desk.calls[1], *head.splitlines()]
    assert any("--time=01:15:00" in word for word in words)
    assert any("--gres=gpu:2" in word for word in words)
    assert any("--mem=8192M" in word for word in words)


def test_gpu_hours_count_them(tmp_path: Path, pretend: Tiny) -> None:
    desk = made(tmp_path / "study", pretend, "gpu_hours_limit: 2\n", more=evaluated("sums", gpus=1))
    said = desk.submit()
    assert (said.code, "above gpu_hours_limit" in said.err) == (1, True)
    assert desk.submit("--no-evaluate").code == 0


def test_sbatch_refuses_them(desk: Desk) -> None:
    (desk.desk / "refuse").write_text("2", encoding="utf-8")
    said = desk.submit()
    assert said.code == 2
    assert "evaluations were not submitted" in said.err
    assert len(desk.record) == 4


def test_a_script_that_is_gone(desk: Desk) -> None:
    (desk.jobs / "evaluate.sbatch").unlink()
    said = desk.submit()
    assert (said.code, "there is no configs/slurm/lab/evaluate.sbatch" in said.err) == (2, True)
    assert desk.calls == []


def test_without_evaluations_there_is_no_script(tmp_path: Path, pretend: Tiny) -> None:
    desk = made(tmp_path / "study", pretend, more="resources:\n  time: 00:10:00\n")
    assert not (desk.jobs / "evaluate.sbatch").exists()
    said = desk.submit()
    assert "evaluat" not in said.out + said.err


def test_status_counts_results(desk: Desk) -> None:
    desk.submit()
    desk.finish("run_000", "run_001")
    evaluate(desk, "run_000")
    evaluate(desk, "-", world=2)
    failed = desk.out("run_001") / "eval" / "sums" / "epoch_0.failed-"
    for number in ("2", "10", "10+", "1"):
        Path(f"{failed}{number}").mkdir(parents=True)
    said = desk.study.cli("status", str(desk.source), "--format", "json")
    assert json.loads(said.out)["evaluations"] == [
        {"evaluation": "sums", "evaluated": 1, "missing": 2, "failed": 1, "stale": 1, "pruned": 0}
    ]
    assert json.loads(said.out)["failed_evaluations"] == [
        {"run": "run_001", "evaluation": "sums", "label": "epoch_0", "folder": f"{failed}10+"}
    ]
    jsonschema.validate(
        json.loads(said.out), json.loads(data.read_text("schemas/status.schema.json"))
    )
    text = desk.study.cli("status", str(desk.source)).out
    assert "  1 of 5 evaluations there, 1 failed, 1 stale\n" in text


def test_what_bash_3_lacks_is_not_there(desk: Desk) -> None:
    text = (desk.jobs / "submit.sh").read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if line.lstrip()[:1] != "#")
    assert {name for name in OF_BASH_4 if re.search(OF_BASH_4[name], code)} == set()
