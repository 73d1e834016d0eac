"""`tcwc results` and `tcwc.results`: what counts, what is marked and left out, in which form."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import tcwc
from tcwc.api.evaluating import current_hashes
from tcwc.disk import data
from tcwc.outcomes.wandb_file import read_history
from tcwc.report.formats import RESULTS
from tests.jobs.stamps import AT, Folders
from tests.jobs.test_status import no_scheduler  # noqa: F401
from tests.outcomes.test_readers import LEFT
from tests.outcomes.test_wandb_file import FILES, WHOLE
from tests.report.test_hostile_texts import BAD
from tests.study import Said, Study, inside

pytestmark = pytest.mark.usefixtures("no_checks")

SOURCE = """\
experiment_name: tiny
base_config: llama3_2/1B_lora_single_device
variables:
  lora_rank: [8, 16]
  seed: [1, 2]
controls:
  epochs: 2
  output_dir: out
  metric_logger._component_: torchtune.training.metric_logging.DiskLogger
evaluate:
  sums: {with: command, command: "score {folder} {results}", epochs: all, baseline: true}
"""
METRICS = ("loss", "lr", "tokens_per_second_per_gpu")


@pytest.fixture
def study(tmp_path: Path) -> Study:
    made = Study(tmp_path / "study")
    made.source.write_text(SOURCE, encoding="utf-8")
    return made


@pytest.fixture
def folders(study: Study) -> Folders:
    return Folders(Study.built(study.folder, SOURCE).source)


def log(folders: Folders, run: str, steps: range, at: int = AT + 5, first: float = 5.0) -> Path:
    """A log of DiskLogger's; the loss of a step is `first` by the step."""
    path = folders.of(run) / "logs" / f"log_{at}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (
        f"Step {n} | loss:{first / n} lr:1e-05 tokens_per_second_per_gpu:{100 + n} \n"
        for n in steps
    )
    path.write_text("".join(lines), encoding="utf-8")
    return path


def finished(folders: Folders, run: str, steps: range = range(1, 5)) -> None:
    folders.start(run, gpu_name="NVIDIA H100")
    folders.end(run, "finished")
    log(folders, run, steps)


def evaluated(folders: Folders, run: str, epoch: int, text: str, /, **other: Any) -> Path:
    """The folder that an evaluation of a run's epoch left, or ("") of the base."""
    task = folders.tasks.get(run)
    label = f"epoch_{epoch}" if run else "base"
    above = folders.of(run) if run else folders.of("run_000").parent
    folder = above / "eval" / "sums" / label
    folder.mkdir(parents=True)
    (folder / "score.json").write_text(text, encoding="utf-8")
    stamp = {
        "format": 1, "experiment": "tiny", "evaluation": "sums", "tool": "command",
        "evaluation_hash": current_hashes(folders.compilation)["sums", "" if run else label],
        "run": run or None, "epoch": epoch if run else None, "label": label,
        "sha256": task.sha256 if task else "", "world": 1, "state": "finished", "exit": 0,
        "science_hash": task.science_hash if task else "", "start": AT, "end": AT + 60,
        "host": "node2", "gpu_name": None,
    }  # fmt: skip
    (folder / "tcwc.json").write_text(json.dumps(stamp | other) + "\n", encoding="utf-8")
    return folder


def said(study: Study, *arguments: str) -> Said:
    with inside(study.folder):
        from tests.report.test_encodings import printed

        done = printed("utf-8", "results", "experiment.yaml", *arguments)
    assert b"Traceback" not in done.err
    return Said(done.code, done.out.decode(), done.err.decode())


def why(found: tcwc.Results) -> dict[str, set[str]]:
    """Why rows of each run, or of what is none, are left out; nothing for those that are not."""
    marked: dict[str, set[str]] = {}
    for row in found:
        marked.setdefault(row.run or row.label, set()).add(row.why_not)
        assert row.included == (not row.why_not)
    return marked


TABLE = """\
run      lora_rank  seed  state           loss  score
run_000  8          1     finished        1.25  0.75
run_001  8          2     failed: killed  2.5
base                                            0.5
"""
BESIDE = "logged, too: `lr` and `tokens_per_second_per_gpu` (-v shows them)\n"
LEFT_OUT = """\
1 row of run_001 left out: it is not finished (failed: killed)
1 row of run_002 left out: its folder holds another meaning: world 4 -> 1
"""


def several(folders: Folders) -> None:
    finished(folders, "run_000")
    folders.start("run_001")
    folders.end("run_001", "failed", reason="killed")
    log(folders, "run_001", range(1, 3))
    finished(folders, "run_002")
    folders.identity("run_002", world=4)
    evaluated(folders, "run_000", 0, '{"score": 0.25}')
    evaluated(folders, "run_000", 1, '{"score": 0.75}')
    evaluated(folders, "", 0, '{"score": 0.5}')


def test_a_table(study: Study, folders: Folders) -> None:
    several(folders)
    found = said(study)
    assert (found.out, found.err, found.code) == (TABLE, LEFT_OUT + BESIDE, 0)
    assert said(study, "-q").err == ""


def test_only_some_runs_and_metrics(study: Study, folders: Folders) -> None:
    several(folders)
    found = said(study, "--only", "run_000", "--metric", "score", "--metric", "loss")
    assert found.out.splitlines() == [
        "run      lora_rank  seed  loss  score",
        "run_000  8          1     1.25  0.75",
    ]
    assert found.err == ""


def test_steps(study: Study, folders: Folders) -> None:
    several(folders)
    found = said(study, "--steps", "--metric", "loss", "--only", "lora_rank == 8")
    assert [line.split()[-1] for line in found.out.splitlines()] == [
        "loss", "5", "2.5", "1.6667", "1.25", "5", "2.5",
    ]  # fmt: skip


def test_what_a_row_says(folders: Folders) -> None:
    several(folders)
    rows = [r for r in tcwc.results(folders.compilation) if r.run == "run_000"]
    last = next(r for r in rows if (r.metric, r.statistic) == ("loss", "last"))
    assert asdict(last) == {
        "experiment": "tiny", "run": "run_000", "name": "",
        "parameters": {"lora_rank": 8, "seed": 1}, "seed": 1, "epoch": None, "last": None,
        "step": 4, "metric": "loss", "statistic": "last", "value": 1.25,
        "source": "disklogger", "evaluation": "", "label": "", "file": f"logs/log_{AT + 5}.txt",
        "attempt": 1, "attempts": 1, "mode": "fresh", "bit_equal": True, "world": 1,
        "host": "node1", "gpu_name": "NVIDIA H100", "seconds": 3723, "tokens_per_second": 102.5,
        "science_hash": folders.tasks["run_000"].science_hash, "included": True, "why_not": "",
    }  # fmt: skip
    score = next(r for r in rows if r.metric == "score" and r.epoch == 1)
    assert (score.value, score.source, score.evaluation, score.label) == (
        0.75, "command", "sums", "epoch_1",
    )  # fmt: skip
    assert score.file == "eval/sums/epoch_1/score.json"
    assert (score.host, score.seconds) == ("node2", 60)


def test_the_forms(study: Study, folders: Folders) -> None:
    several(folders)
    whole = json.loads(said(study, "--format", "json").out)
    schema = json.loads(data.read_text("schemas/results.schema.json"))
    jsonschema.Draft202012Validator(schema).validate(whole)
    rows = whole["rows"]
    assert whole["left_out"] == LEFT_OUT.replace("1 row", "9 rows").splitlines()
    lines = said(study, "--format", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == [{"format": 1, **row} for row in rows]
    cells = list(csv.DictReader(io.StringIO(said(study, "--format", "csv").out)))
    assert list(cells[0])[:3] == ["lora_rank", "seed", "experiment"]
    assert [float(each["value"]) for each in cells] == [row["value"] for row in rows]
    assert [each["run"] for each in cells] == [row["run"] or "" for row in rows]
    assert said(study, "--format", "markdown").out.startswith("| run | lora_rank | seed |")


def test_numbers_that_json_has_not(study: Study, folders: Folders) -> None:
    finished(folders, "run_000")
    log(folders, "run_000", range(1, 2), first=float("nan"))
    text = said(study, "--format", "json", "--metric", "loss").out
    assert "NaN" not in text
    assert {row["value"] for row in json.loads(text)["rows"]} == {None}
    assert ",nan," in said(study, "--format", "csv", "--metric", "loss").out


def test_what_says_how_it_trained_is_shown_to_who_asks(study: Study, folders: Folders) -> None:
    several(folders)
    heads = ["run", "lora_rank", "seed", "state", "loss", "score", *METRICS[1:]]
    assert said(study, "-v").out.splitlines()[0].split() == heads
    assert said(study, "--metric", "lr").out.splitlines()[1].split()[-1] == "1e-05"
    named = {
        each["metric"] for each in csv.DictReader(io.StringIO(said(study, "--format", "csv").out))
    }
    assert {*METRICS} < named
    by = said(study, "--by", "lora_rank")
    assert "tokens" not in by.out
    assert BESIDE in by.err
    only = said(study, "--metric", "score")
    assert BESIDE not in only.err


def test_a_metric_that_is_called_as_a_factor(study: Study) -> None:
    text = SOURCE.replace("lora_rank: [8, 16]", "lr: [1e-4, 1e-3]").replace("sums:", "lr:")
    study.source.write_text(text, encoding="utf-8")
    study.cli("build")
    folders = Folders(study.source)
    finished(folders, "run_000")
    heads = said(study, "-v").out.splitlines()[0].split("  ")
    assert {"lr", "logged: lr"} <= {each.strip() for each in heads}


def test_a_factor_that_is_called_as_a_column(study: Study) -> None:
    study.source.write_text(SOURCE.replace("variables:\n", "variables:\n  +step: [1]\n"))
    study.cli("build")
    folders = Folders(study.source)
    finished(folders, "run_000")
    heads = said(study, "--format", "csv").out.splitlines()[0].split(",")
    assert len(set(heads)) == len(heads)
    assert heads[:3] == ["parameters.step", "lora_rank", "seed"]


# What does not count


def test_a_folder_of_another_run_is_marked(folders: Folders) -> None:
    finished(folders, "run_000")
    shutil.copytree(folders.of("run_000"), folders.of("run_001"))
    found = tcwc.results(folders.compilation)
    assert why(found) == {
        "run_000": {""},
        "run_001": {"its folder is not its own: the folder is of run_000 of tiny"},
    }
    assert {row.run for row in found.included} == {"run_000"}


def test_a_folder_of_another_experiment_is_marked(folders: Folders) -> None:
    finished(folders, "run_000")
    folders.identity("run_000", experiment="other")
    (marked,) = why(tcwc.results(folders.compilation))["run_000"]
    assert "of run_000 of other" in marked


def test_another_meaning_is_marked_and_has_its_own_hash(folders: Folders) -> None:
    finished(folders, "run_000")
    folders.identity("run_000", science_hash="0" * 64)
    found = tcwc.results(folders.compilation)
    assert "" not in why(found)["run_000"]
    assert {row.science_hash for row in found} == {"0" * 64}


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"evaluation_hash": "0" * 64}, "stale: the evaluation is another one now"),
        ({"run": "run_001"}, "it evaluated run_001"),
        ({"sha256": "0" * 64}, "it evaluated a run of another config"),
        ({"science_hash": "0" * 64}, "it evaluated another meaning of the run"),
        ({"world": 4}, "it evaluated a run of world 4, which is 1 by now"),
        ({"experiment": "other"}, "it evaluated one of the experiment other"),
        ({"state": "failed"}, "it did not finish"),
        ({"label": "epoch_0"}, "it is of epoch_0 by sums: set aside, or copied there"),
        ({"evaluation": "gone"}, "the experiment does not evaluate epoch_1 by gone"),
    ],
)
def test_an_evaluation_that_is_not_of_the_run_is_marked(
    folders: Folders, other: dict[str, Any], told: str
) -> None:
    finished(folders, "run_000")
    evaluated(folders, "run_000", 0, '{"score": 0.25}')
    evaluated(folders, "run_000", 1, '{"score": 0.75}', **other)
    scores = [r for r in tcwc.results(folders.compilation) if r.metric == "score"]
    assert [(row.value, row.why_not) for row in scores] == [(0.25, ""), (0.75, told)]


@pytest.mark.parametrize(
    "other", [{"run": "run_001"}, {"label": "epoch_0", "epoch": 0}, {"evaluation": "gone"}]
)
def test_a_result_that_was_copied_there_is_to_be_done_again(
    folders: Folders, other: dict[str, Any]
) -> None:
    """Else what is in no table would be called done for ever."""
    finished(folders, "run_000")
    evaluated(folders, "run_000", 1, '{"score": 0.75}', **other)
    (counts,) = tcwc.status(folders.compilation).evaluations
    assert (counts.evaluated, counts.stale) == (0, 1)


def test_an_attempt_that_was_stopped_before_it_began_changes_nothing(folders: Folders) -> None:
    """Its end says `fresh`, and yet the run went on from what it had."""
    folders.start("run_000")
    folders.end("run_000", "failed", end=AT + 100)
    log(folders, "run_000", range(1, 3))
    folders.start("run_000", 2, start=AT + 200)
    before = "it was stopped before it began"
    folders.end("run_000", "cancelled", 2, end=AT + 210, detail=before)
    folders.start("run_000", 3, start=AT + 300)
    folders.end("run_000", "finished", 3, mode="resume", from_epoch=0, end=AT + 400)
    log(folders, "run_000", range(3, 5), AT + 305)
    evaluated(folders, "run_000", 0, '{"score": 0.75}', attempt=1)
    found = tcwc.results(folders.compilation, steps=True)
    assert why(found) == {"run_000": {""}}
    assert [row.step for row in found if row.metric == "loss"] == [1, 2, 3, 4]
    assert {(r.attempts, r.seconds) for r in found if r.metric == "loss"} == {(3, 200)}


def test_a_run_that_has_changed_gets_its_pruned_weights_again(folders: Folders) -> None:
    finished(folders, "run_000")
    shutil.rmtree(folders.of("run_000") / "epoch_0")
    folders.write("run_000", "epoch_0.pruned", {"at": AT})
    assert any("cannot be made" in each for each in tcwc.results(folders.compilation).advice)
    folders.identity("run_000", science_hash="0" * 64)
    assert not any("cannot be made" in each for each in tcwc.results(folders.compilation).advice)


def test_a_stale_evaluation_is_not_in_the_table(study: Study, folders: Folders) -> None:
    finished(folders, "run_000")
    evaluated(folders, "run_000", 1, '{"score": 0.75}', evaluation_hash="0" * 64)
    found = said(study)
    assert "0.75" not in found.out
    assert "1 row of run_000 left out: stale" in found.err


def test_an_evaluation_of_weights_that_were_trained_again_is_marked(folders: Folders) -> None:
    """It went on after epoch 0, so that what was measured of that counts as before."""
    finished(folders, "run_000")
    for epoch in (0, 1):
        evaluated(folders, "run_000", epoch, f'{{"score": 0.{epoch}}}', attempt=1)
    folders.start("run_000", 2)
    folders.end("run_000", "finished", 2, mode="resume", from_epoch=0)
    scores = {r.epoch: r.why_not for r in tcwc.results(folders.compilation) if r.metric == "score"}
    assert scores == {0: "", 1: "stale: attempt 2 trained epoch 1 again after it"}
    # Where an attempt left no end, nobody knows after which epoch it went on.
    folders.start("run_000", 3)
    folders.start("run_000", 4)
    folders.end("run_000", "finished", 4, mode="resume", from_epoch=0)
    scores = {r.epoch: r.why_not for r in tcwc.results(folders.compilation) if r.metric == "score"}
    assert scores[0] == "stale: attempt 3 may have trained epoch 0 again after it"


def test_what_the_experiment_no_longer_has_is_told(study: Study, folders: Folders) -> None:
    for run in ("run_000", "run_001", "run_002"):
        finished(folders, run)
    folders.identity("run_003")  # it made its folder, and never trained
    assert "no longer" not in said(study).err
    study.source.write_text(SOURCE.replace("[1, 2]", "[1, 3]"), encoding="utf-8")
    for other in ({"experiment": "other"}, {"run": "run_002"}):
        folders.identity("run_001", **other)
        assert "no longer" not in said(study).err
    told = (
        "1 trained run that the experiment no longer has is left out: run 1; "
        "configs/run_mapping.yaml says what it is, and with the same levels it comes back\n"
    )
    folders.identity("run_001")
    for _ in range(2):  # before the build, and after it
        assert told in said(study).err
        assert tcwc.results(str(study.source)).retired == ("run_001",)
        study.cli("build")
    assert "no longer" not in said(study, "--only", "seed == 1").err
    assert "no longer" not in said(study, "-q").err
    study.source.write_text(SOURCE, encoding="utf-8")
    assert "no longer" not in said(study).err


def test_the_evaluation_of_an_edit_without_a_meaning_counts(folders: Folders) -> None:
    """The config's bytes are others by now, and the attempt ran those that it evaluated."""
    folders.start("run_000", sha256="1" * 64)
    folders.end("run_000", "finished")
    evaluated(folders, "run_000", 1, '{"score": 0.75}', sha256="1" * 64)
    assert why(tcwc.results(folders.compilation)) == {"run_000": {""}}


def test_an_evaluation_without_a_stamp_and_one_at_work(study: Study, folders: Folders) -> None:
    finished(folders, "run_000")
    for name in (".epoch_0.part", "epoch_0", "epoch_0.failed-1", "epoch_1.failed-1"):
        folder = folders.of("run_000") / "eval" / "sums" / name
        folder.mkdir(parents=True)
        (folder / "score.json").write_text('{"score": 0.25}', encoding="utf-8")
    assert said(study, "-v").err.splitlines() == [
        "run_000: eval/sums/epoch_0 has no tcwc.json: nothing says what it is of",
        "run_000: eval/sums/epoch_1.failed-1 is of an evaluation that failed: its log.txt says why",
        "no result of the evaluation `sums`: `tcwc status` says what there is",
    ]
    assert not any(row.evaluation for row in tcwc.results(folders.compilation))


def test_files_of_one_evaluation_that_have_one_metric(study: Study, folders: Folders) -> None:
    finished(folders, "run_000")
    folder = evaluated(folders, "run_000", 0, '{"score": 0.25, "f1": 0.5}')
    (folder / "samples").mkdir()
    (folder / "samples" / "a.json").write_text('{"score": 1, "length": 7}')
    (folder / "b.json").write_text('{"f1": 0.75}')
    (folder / "c.json").write_text('{"score": 0.25}')
    rows = {
        each.metric: each.value for each in tcwc.results(folders.compilation) if each.evaluation
    }
    assert rows == {"score": 0.25, "length": 7}
    told = "run_000: eval/sums/epoch_0: `f1` with other values in `b.json` and `score.json`"
    assert told in said(study).err


def test_versions_of_a_tool_that_differ_are_told(study: Study, folders: Folders) -> None:
    """Of what counts: a result that is stale was measured otherwise anyhow."""
    whole = {"results": {"sums": {"acc,none": 0.5}}, "versions": {"sums": 1}}
    for run, epoch, version, other in (
        ("run_000", 0, "0.4.8", {}),
        ("run_000", 1, "0.4.9", {"evaluation_hash": "0"}),
        ("run_001", 0, "0.4.13", {}),
        ("", 0, "0.4.13", {}),
    ):
        if run and not epoch:
            finished(folders, run)
        text = json.dumps({**whole, "lm_eval_version": version})
        evaluated(folders, run, epoch, text, **other)
    told = (
        "sums: measured by lm_eval 0.4.8 (`run_000`), by lm_eval 0.4.13 (`run_001` and `base`), "
        "whose numbers may differ"
    )
    found = said(study, "--metric", "acc").err
    assert told in found
    assert "0.4.9" not in found
    assert "measured by" not in said(study, "--only", "run_001").err


def test_a_value_of_an_earlier_epoch_says_so(study: Study, folders: Folders) -> None:
    """The last epoch of a run is not evaluated yet, though no run has a later one."""
    for run in ("run_000", "run_001"):
        finished(folders, run)
        evaluated(folders, run, 0, '{"acc": 0.25, "acc_stderr": 0.125}')
    lines = said(study, "--metric", "acc").out.splitlines()
    assert [line.endswith("  0.25 (epoch 0)") for line in lines[1:]] == [True, True]
    evaluated(folders, "run_001", 1, '{"acc": 0.75}')
    lines = said(study, "--metric", "acc").out.splitlines()
    assert lines[1].endswith("  0.25 (epoch 0)")
    assert lines[2].endswith("  0.75")
    assert "± 0.125" not in said(study).out.splitlines()[2]
    assert "0.25 ± 0.125 (epoch 0)" in said(study).out


def test_one_epoch_of_several(study: Study, folders: Folders) -> None:
    for run in ("run_000", "run_001"):
        finished(folders, run)
        for epoch, value in enumerate((0.25, 0.75)):
            evaluated(folders, run, epoch, f'{{"acc": {value}}}')
    lines = said(study, "--epochs", "0").out.splitlines()
    assert [line.split("  ")[-1] for line in lines[1:3]] == ["0.25 (epoch 0)"] * 2
    assert "loss" in lines[0]
    assert lines[-1] == "epoch 0; what trainings logged is of their end"
    found = said(study, "--epochs", "0", "--metric", "acc", "--format", "csv")
    assert (found.code, len(found.out.splitlines())) == (0, 3)
    none = said(study, "--epochs", "7")
    assert (none.code, none.out) == (3, "")
    assert "no result is of epoch 7" in none.err
    assert "there is epoch `0` and `1`; they count from 0" in none.err


# Attempts


def test_steps_of_two_attempts_count_once(folders: Folders) -> None:
    folders.start("run_000")
    folders.end("run_000", "failed", end=AT + 100)
    log(folders, "run_000", range(1, 7))
    folders.start("run_000", 2, start=AT + 200, host="node7")
    folders.end("run_000", "finished", 2, mode="resume", from_epoch=0, end=AT + 300)
    log(folders, "run_000", range(5, 9), AT + 205, first=8.0)
    rows = [r for r in tcwc.results(folders.compilation, steps=True) if r.metric == "loss"]
    assert [(row.step, row.attempt, row.mode, row.host) for row in rows] == [
        *((n, 1, "fresh", "node1") for n in range(1, 5)),
        *((n, 2, "resume", "node7") for n in range(5, 9)),
    ]
    assert [row.value for row in rows] == [5.0, 2.5, 5 / 3, 1.25, 8 / 5, 8 / 6, 8 / 7, 1.0]
    assert {(row.attempts, row.seconds) for row in rows} == {(2, 200)}


def test_what_was_logged_before_it_began_anew_does_not_count(study: Study) -> None:
    """The logs lie elsewhere, so that nobody moved them."""
    text = SOURCE.replace("evaluate:", "  metric_logger.log_dir: elsewhere\nevaluate:")
    study.source.write_text(text, encoding="utf-8")
    study.cli("build")
    folders = Folders(study.source)
    place = study.folder / str(folders.compilation.runs[0].config["metric_logger"]["log_dir"])  # type: ignore[index,call-overload]
    folders.start("run_000")
    folders.end("run_000", "failed", end=AT + 100)
    folders.start("run_000", 2, start=AT + 200)
    folders.end("run_000", "finished", 2, mode="restart", end=AT + 300)
    place.mkdir(parents=True)
    (place / f"log_{AT + 5}.txt").write_text("Step 1 | loss:9.0 \nStep 3 | loss:9.0 \n")
    (place / f"log_{AT + 205}.txt").write_text("Step 2 | loss:1.0 \n")
    (row,) = tcwc.results(folders.compilation, steps=True)
    assert (row.step, row.value, row.attempt, row.seconds) == (2, 1.0, 2, 100)


def test_two_logs_of_one_attempt_that_differ_are_marked(folders: Folders) -> None:
    """One of them is of another training: a copy, or one whose node's clock was wrong."""
    for run in ("run_000", "run_001"):
        finished(folders, run)
    log(folders, "run_000", range(2, 6), AT + 9, first=99.0)
    log(folders, "run_001", range(1, 5), AT + 9)  # a copy of its own
    found = why(tcwc.results(folders.compilation))
    two = [f"logs/log_{AT + at}.txt" for at in (5, 9)]
    told = "{} and {} tell the same steps otherwise: move the one that its training did not log"
    assert found == {"run_000": {told.format(*two)}, "run_001": {""}}


def test_a_log_of_nobodys_time_is_marked(folders: Folders) -> None:
    """Somebody trained by hand in the folder, after the run had ended."""
    finished(folders, "run_000")
    log(folders, "run_000", range(1, 3), AT + 50_000, first=1.0)
    rows = [r for r in tcwc.results(folders.compilation, steps=True) if r.metric == "loss"]
    assert [(row.value, row.included) for row in rows] == [
        (5.0, True), (2.5, True), (5 / 3, True), (1.25, True), (1.0, False), (0.5, False),
    ]  # fmt: skip


def test_a_resume_that_is_not_exact_is_told(study: Study) -> None:
    dropout = "  epochs: 2\n  max_steps_per_epoch: 1\n  model.lora_dropout: 0.1\n"
    text = SOURCE.replace("  epochs: 2\n", dropout) + "samples: 64\n"
    study.source.write_text(text, encoding="utf-8")
    study.cli("build")
    folders = Folders(study.source)
    resumes = folders.tasks["run_000"].resumes
    finished(folders, "run_000")
    finished(folders, "run_001")
    folders.end("run_001", "finished", mode="resume")
    equal = {row.run: row.bit_equal for row in tcwc.results(folders.compilation)}
    assert (resumes != "exact", equal) == (True, {"run_000": True, "run_001": False})


# What is missing


@pytest.mark.parametrize(
    ("logger", "told"),
    [
        ("TensorBoardLogger", "they log to TensorBoard, whose files are not read"),
        ("CometLogger", "they log to Comet, which keeps it elsewhere"),
        ("StdoutLogger", "they log to standard output alone"),
    ],
)
def test_a_logger_that_nobody_reads(study: Study, logger: str, told: str) -> None:
    text = SOURCE.replace("DiskLogger", logger)
    if logger == "StdoutLogger":
        text = text.replace("evaluate:", "  ~metric_logger.log_dir: null\nevaluate:")
    study.source.write_text(text, encoding="utf-8")
    study.cli("build")
    folders = Folders(study.source)
    for run in ("run_000", "run_001"):
        folders.start(run)
        folders.end(run, "finished")
    found = said(study)
    assert found.code == 3
    assert f"2 of 4 runs have no metrics of training: {told}" in found.err
    assert "DiskLogger` for the runs to come" in found.err


def test_runs_that_log_into_one_folder(study: Study) -> None:
    """W&B logs where the job is started, if nobody says where."""
    text = SOURCE.replace("DiskLogger", "WandBLogger")
    text = text.replace("evaluate:", "  ~metric_logger.log_dir: null\nevaluate:")
    study.source.write_text(text, encoding="utf-8")
    study.cli("build")
    folders = Folders(study.source)
    place = study.folder / "wandb" / "offline-run-1-a"
    place.mkdir(parents=True)
    (place / "run-a.wandb").write_bytes(FILES["wandb-0.31.0.wandb"])
    for run in ("run_000", "run_001"):
        folders.start(run)
        folders.end(run, "finished")
    found = said(study)
    assert found.code == 3
    assert "2 of 4 runs have no metrics of training: they log into one folder" in found.err
    assert "write `metric_logger.log_dir: ${output_dir}/logs`" in found.err


def test_nothing_was_started(study: Study) -> None:
    study.cli("build")
    found = said(study)
    assert found.code == 3
    assert "no run was started yet" in found.err
    assert said(study, "--only", "finished").code == 3


def test_a_metric_that_nobody_logs(study: Study, folders: Folders) -> None:
    finished(folders, "run_000")
    found = said(study, "--metric", "los")
    assert found.code == 3
    assert "there is loss" in found.err


def test_runs_that_were_not_started_among_those_that_were(study: Study, folders: Folders) -> None:
    finished(folders, "run_000")
    assert "none of these runs was started yet" in said(study, "--only", "run_001").err


def test_an_evaluation_without_any_result_is_told(study: Study, folders: Folders) -> None:
    folders.start("run_000")
    log(folders, "run_000", range(1, 3))
    assert "evaluation" not in said(study).err  # there is nothing to evaluate yet
    folders.end("run_000", "finished")
    assert "no result of the evaluation `sums`" in said(study).err
    evaluated(folders, "run_000", 1, '{"score": 0.75}')
    assert "evaluation" not in said(study).err


def test_a_log_of_inspect_in_its_own_format_is_told(study: Study, folders: Folders) -> None:
    """It is what inspect writes unasked; its JSON beside it counts, and ends the advice."""
    finished(folders, "run_000")
    folder = evaluated(folders, "run_000", 1, "{}")
    (folder / "score.json").unlink()
    (folder / "logs").mkdir()
    (folder / "logs" / "sums.eval").write_bytes(b"PK\3\4")
    assert "can be read: logs/sums.eval is no JSON: have inspect write JSON" in said(study).err
    log = (LEFT / "inspect.json").read_text(encoding="utf-8")
    (folder / "logs" / "sums.json").write_text(log, encoding="utf-8")
    assert "sums.eval" not in said(study).err


def test_a_torn_line_is_told(study: Study, folders: Folders) -> None:
    finished(folders, "run_000")
    path = folders.of("run_000") / "logs" / f"log_{AT + 5}.txt"
    with path.open("a") as file:
        file.write("Step 5 | loss:0.0")
    found = said(study)
    assert "run_000  8          1     1.25" in found.out
    assert f"run_000: logs/log_{AT + 5}.txt: line 5 has no end, and does not count" in found.err


def test_a_log_without_a_step_is_told(study: Study, folders: Folders) -> None:
    finished(folders, "run_000")
    finished(folders, "run_001")
    log(folders, "run_001", range(0))
    assert f"run_001: no step is logged in `logs/log_{AT + 5}.txt`" in said(study).err
    assert "run_000" not in said(study).err


def test_a_finished_run_whose_weights_were_removed_counts(folders: Folders) -> None:
    finished(folders, "run_000")
    for epoch in (0, 1):
        shutil.rmtree(folders.of("run_000") / f"epoch_{epoch}")
    assert why(tcwc.results(folders.compilation)) == {"run_000": {""}}


def test_a_run_that_begins_meanwhile_is_not_there_yet(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tcwc.status(folders.compilation)
    finished(folders, "run_000")
    monkeypatch.setattr("tcwc.api.results.status_of", lambda *_: before)
    found = tcwc.results(folders.compilation)
    assert (found.rows, found.notes) == ((), ())


# For Python


def test_the_name_is_a_function_whatever_was_imported() -> None:
    import tcwc.outcomes.rows  # the package of that name
    from tcwc.api.results import results

    assert tcwc.results is results


def test_a_table_of_a_notebook(folders: Folders) -> None:
    several(folders)
    html = tcwc.results(folders.compilation)._repr_html_()
    assert html.count("<tr>") == 4
    assert "<td>run_000</td><td>8</td><td>1</td><td>finished</td><td>1.25</td>" in html
    assert "world 4 -&gt; 1" in html


# W&B


def offline(study: Study) -> Folders:
    """The experiment with W&B's logger."""
    study.source.write_text(SOURCE.replace("DiskLogger", "WandBLogger"), encoding="utf-8")
    study.cli("build")
    return Folders(study.source)


def test_an_offline_run_of_wandb(study: Study) -> None:
    folders = offline(study)
    data = FILES["wandb-0.31.0.wandb"]
    began = int(read_history(data, "global_step").began or 0)
    folders.start("run_000", start=began - 9)
    folders.end("run_000", "finished", end=began + 60)
    place = folders.of("run_000") / "logs" / "wandb" / "offline-run-20261130_082209-5rndbzgr"
    place.mkdir(parents=True)
    (place / "run-5rndbzgr.wandb").write_bytes(data)
    found = tcwc.results(folders.compilation, steps=True)
    assert [(row.metric, row.value, row.step) for row in found] == [
        each for name in METRICS for each in WHOLE if each[0] == name
    ]
    assert {(row.source, row.attempt, row.why_not) for row in found} == {("wandb", 1, "")}
    assert found[0].tokens_per_second == pytest.approx(100.25 + 80.5)
    folders.start("run_000", start=began - 5000)
    folders.end("run_000", "finished", end=began - 3000)
    (why_not,) = why(tcwc.results(folders.compilation))["run_000"]
    assert "none of the run's attempts" in why_not


def test_a_killed_run_of_wandb_that_wrote_nothing_is_told(study: Study) -> None:
    """What is left is the head of its file (wandb 0.31, killed at step 13: tried)."""
    folders = offline(study)
    finished(folders, "run_000")
    logs = folders.of("run_000") / "logs" / "wandb"
    whole = FILES["wandb-0.31.0.wandb"]
    for name, held in (("1", whole[:7]), ("2", whole)):
        file = logs / f"offline-run-{name}" / f"run-{name}.wandb"
        file.parent.mkdir(parents=True)
        file.write_bytes(held)
    assert "offline-run-1/run-1.wandb: it has no metrics" in said(study).err
    assert "offline-run-2" not in said(study).err


def test_the_summary_of_a_run_of_wandb(study: Study) -> None:
    folders = offline(study)
    folders.start("run_000")
    folders.end("run_000", "finished")
    place = folders.of("run_000") / "logs" / "wandb" / "run-20261130_082209-5rndbzgr" / "files"
    place.mkdir(parents=True)
    said = {"loss": 0.5, METRICS[-1]: 99, "global_step": 8, "_timestamp": AT + 7}
    (place / "wandb-summary.json").write_text(json.dumps(said), encoding="utf-8")
    rows = {row.metric: row for row in tcwc.results(folders.compilation)}
    assert set(rows) == {"loss", METRICS[-1]}
    loss = rows["loss"]
    assert (loss.value, loss.step, loss.statistic, loss.tokens_per_second) == (0.5, 8, "last", 99)


# Texts from outside


HOSTILE = "\x1b[31m\x9b1m\u202e\n::error::x\r##[error]x|`<b>"


@pytest.mark.parametrize("form", RESULTS)
def test_no_text_of_a_result_gets_out_as_it_is(study: Study, folders: Folders, form: str) -> None:
    """Names of metrics, hosts and files, and what stamps say, are others' texts."""
    folders.start("run_000", host=HOSTILE, gpu_name=HOSTILE)
    folders.end("run_000", "finished", mode=HOSTILE)
    log(folders, "run_000", range(1, 3))
    with (folders.of("run_000") / "logs" / f"log_{AT + 5}.txt").open("a") as file:
        file.write("Step 3 | a\x1b[31m\u202e::error::##[x]:1.0 \n\x1b\n")
    evaluated(folders, "run_000", 0, json.dumps({HOSTILE: 1.0}))
    evaluated(folders, "run_000", 1, json.dumps({HOSTILE: "x"}), experiment=HOSTILE, label=HOSTILE)
    folders.start("run_001")
    folders.end("run_001", "failed", reason="oom", detail=HOSTILE)
    log(folders, "run_001", range(1, 3))
    folders.start("run_002")
    folders.identity("run_002", experiment=HOSTILE, run=HOSTILE)
    for options in ((), ("--steps",), ("-v",)):
        found = said(study, "--format", form, *options)
        assert BAD.search(found.out) is None, found.out
        assert BAD.search(found.err) is None, found.err
        assert found.code == 0
    with inside(study.folder):
        assert BAD.search(tcwc.results("experiment.yaml")._repr_html_()) is None


TOKEN = "hf_aBcDeFgHiJkLmNoPqRsTuVwXyZ01234567"


@pytest.mark.parametrize("form", RESULTS)
def test_no_secret_of_a_result_gets_out(study: Study, form: str) -> None:
    study.source.write_text(
        SOURCE.replace("variables:\n", "variables:\n  +api_key: ['Sup3rS3cretPw99zz', b]\n"),
        encoding="utf-8",
    )
    study.cli("build")
    folders = Folders(study.source)
    finished(folders, "run_000")
    with (folders.of("run_000") / "logs" / f"log_{AT + 5}.txt").open("a") as file:
        file.write(f"Step 5 | {TOKEN}:1.0 \n")
    evaluated(folders, "run_000", 0, json.dumps({TOKEN: 1.0}), host=TOKEN)
    evaluated(folders, "run_000", 1, json.dumps({TOKEN: 1.0}), experiment=TOKEN)
    for options in ((), ("--steps",)):
        found = said(study, "--format", form, *options)
        assert found.code == 0
        for secret in ("Sup3r", TOKEN):
            assert secret not in found.out + found.err
    with inside(study.folder):
        html = tcwc.results("experiment.yaml")._repr_html_()
    assert "Sup3r" not in html
    assert TOKEN not in html
