"""`tcwc results --epochs`, and the same words of `tcwc export`: one epoch of each run, or some."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

import tcwc
from tcwc.model.epochs import BadEpochs
from tests.jobs.stamps import Folders
from tests.jobs.test_results import SOURCE, evaluated, finished, said
from tests.jobs.test_status import no_scheduler  # noqa: F401
from tests.study import Study

SCORES = {
    "run_000": ((0.25, 3.0), (0.75, 2.0), (0.5, 1.0)),
    "run_001": ((0.5, 1.0), (0.25, 2.0), (0.5, 3.0)),
    "run_002": ((0.25, 1.0), (0.5, 2.0), (0.75, 3.0)),
    "run_003": ((0.75, 1.0), (0.5, 2.0), (0.25, 3.0)),
}
"""The accuracy and the validation loss of three epochs of each run."""
BEST = {"run_000": 1, "run_001": 2, "run_002": 2, "run_003": 0}
"""The epochs with the largest accuracy, of two that are as good the later."""
FLATTERS = "sums/acc chose the epochs of which it is shown, which flatters it"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.built(tmp_path / "study", SOURCE.replace("epochs: 2", "epochs: 3"))


@pytest.fixture
def folders(study: Study) -> Folders:
    """Four runs that are finished, and of which all epochs are evaluated."""
    made = Folders(study.source)
    for run in SCORES:
        finished(made, run)
        for epoch in range(3):
            score(made, run, epoch)
    evaluated(made, "", 0, '{"acc": 0.125, "val_loss": 9}')
    return made


def score(folders: Folders, run: str, epoch: int, **other: object) -> Path:
    acc, loss = SCORES[run][epoch]
    return evaluated(folders, run, epoch, json.dumps({"acc": acc, "val_loss": loss}), **other)


def rows(study: Study, *arguments: str) -> list[dict[str, str]]:
    done = said(study, "--format", "csv", *arguments)
    assert done.code == 0, done
    return list(csv.DictReader(io.StringIO(done.out)))


def test_the_best_epoch_of_each_run(study: Study, folders: Folders) -> None:
    done = said(study, "--epochs", "best:acc", "--metric", "acc")
    assert [line.split("  ")[-1].strip() for line in done.out.splitlines()] == [
        "acc", "0.75 (epoch 1)", "0.5", "0.75", "0.75 (epoch 0)", "0.125", "",
        "of each run the epoch with the largest sums/acc",
    ]  # fmt: skip
    assert FLATTERS in done.err
    found = {row["run"]: (row["epoch"], row["last"]) for row in rows(study, "--epochs", "best:acc")}
    assert {run: at for run, (at, _) in found.items() if at} == {k: str(v) for k, v in BEST.items()}


def test_chosen_by_another_metric_than_the_shown_one(study: Study, folders: Folders) -> None:
    done = said(study, "--epochs", "best:val_loss", "--metric", "acc", "--by", "lora_rank")
    assert [line.split()[:4] for line in done.out.splitlines()[2:4]] == [
        ["8", "acc", "2", "0.5"], ["16", "acc", "2", "0.5"],
    ]  # fmt: skip
    assert "of each run the epoch with the smallest sums/val_loss" in done.out
    assert "flatters" not in done.err
    assert FLATTERS in said(study, "--epochs", "best:acc").err
    assert "flatters" not in said(study, "--epochs", "best:acc", "-q").err


def test_by_factors_with_the_epoch_of_each_run(study: Study, folders: Folders) -> None:
    words = ("--by", "lora_rank", "--epochs", "best:acc", "--metric", "acc")
    out = said(study, *words, "-v").out
    assert "epoch" not in out.splitlines()[0]
    told = [line for line in out.splitlines() if line.startswith("epoch ")]
    assert told == ["epoch 0 of run_003", "epoch 1 of run_000", "epoch 2 of run_001, run_002"]
    assert "epoch 0 of" not in said(study, *words).out
    assert [row["chosen_epochs"] for row in rows(study, *words)] == [
        "", "run_000:1 run_001:2", "run_002:2 run_003:0",
    ]  # fmt: skip
    whole = json.loads(said(study, *words, "--format", "json").out)
    assert whole["epochs"] == "best:sums/acc:max"
    assert whole["rows"][1]["values"] == [
        {"run": "run_000", "value": 0.75, "epoch": 1}, {"run": "run_001", "value": 0.5, "epoch": 2},
    ]  # fmt: skip
    assert "- of each run the epoch with" in said(study, *words, "--format", "markdown").out
    assert "- of each run the epoch with" in said(study, *words[2:], "--format", "markdown").out


def test_last_and_numbers(study: Study, folders: Folders) -> None:
    last = said(study, "--epochs", "last", "--metric", "acc", "--by", "lora_rank").out
    assert [line.split()[:4] for line in last.splitlines()[2:4]] == [
        ["8", "acc", "2", "0.5"], ["16", "acc", "2", "0.5"],
    ]  # fmt: skip
    assert last.splitlines()[4:] == ["", "the last epoch of each run"]
    some = said(study, "--epochs", "0,2", "--metric", "acc").out.splitlines()
    assert some[0].split() == ["run", "lora_rank", "seed", "epoch", "acc"]
    assert [line.split()[-2:] for line in some[1:5]] == [
        ["0", "0.25"], ["2", "0.5"], ["0", "0.5"], ["2", "0.5"],
    ]  # fmt: skip
    every = said(study, "--epochs", "all", "--metric", "acc").out.splitlines()
    assert len(every) == 1 + 4 * 3 + 1
    each = said(study, "--metric", "acc", "--by", "lora_rank").out
    assert "a row for each epoch, too: `--epochs last` has one of each run" in each


def test_in_python(folders: Folders) -> None:
    found = tcwc.results(folders.compilation, epochs="best:acc")
    assert {row.run: row.epoch for row in found.included if row.epoch is not None} == BEST
    by = found.by("lora_rank")
    pooled = [row for row in by if row.metric == "acc" and not row.label]
    assert [row.summary.mean for row in pooled] == [0.625, 0.75]
    for each in (found, by):
        assert "of each run the epoch with the largest sums/acc" in each._repr_html_()
    with pytest.raises(BadEpochs):
        tcwc.results(folders.compilation, epochs="best")


# What would be wrong without a word


def test_a_run_of_which_an_epoch_has_no_value_is_left_out(study: Study, folders: Folders) -> None:
    """One is stale, one failed: each may be the best of its run."""
    stamp = folders.of("run_000") / "eval" / "sums" / "epoch_2" / "tcwc.json"
    stamp.write_text(json.dumps(json.loads(stamp.read_text()) | {"evaluation_hash": "0" * 64}))
    (folders.of("run_003") / "eval" / "sums" / "epoch_1" / "score.json").write_text("{}")
    done = said(study, "--epochs", "best:acc", "--metric", "acc")
    assert [line.split()[0] for line in done.out.splitlines()[1:3]] == ["run_001", "run_002"]
    stale = "may be the best (stale: the evaluation is another one now)"
    assert f"no epoch of run_000 is shown: epoch 2 has no sums/acc, and {stale}\n" in done.err
    assert "run_003 is shown: epoch 1 has no sums/acc, and may be the best\n" in done.err
    by = said(study, "--epochs", "best:acc", "--metric", "acc", "--by", "lora_rank").out
    assert "lora_rank=8: no acc of run_000" in by


def test_runs_with_fewer_epochs_have_the_best_of_theirs(tmp_path: Path) -> None:
    text = SOURCE.replace("  epochs: 2\n", "").replace("seed: [1, 2]", "epochs: [1, 3]")
    study = Study.built(tmp_path / "fewer", text)
    made = Folders(study.source)
    for run in SCORES:
        finished(made, run)
        for epoch in range(made.tasks[run].epochs or 0):
            score(made, run, epoch)
    counts = [task.epochs for task in made.tasks.values()]
    assert counts == [1, 3, 1, 3]
    assert [row["epoch"] for row in rows(study, "--epochs", "best:acc", "--metric", "acc")] == [
        "0", "2", "0", "0",
    ]  # fmt: skip
    words = ("--by", "lora_rank", "--over", "epochs", "--metric", "acc")
    assert [row["chosen_epochs"] for row in rows(study, "--epochs", "last", *words)] == [
        "run_000:0 run_001:2", "run_002:0 run_003:2",
    ]  # fmt: skip


def test_a_list_of_epochs_has_the_best_of_these(study: Study, folders: Folders) -> None:
    study.edit("epochs: all", "epochs: [0, 2]")
    done = said(study, "--epochs", "best:acc", "--metric", "acc")
    assert "with the largest sums/acc (of epochs 0, 2)" in done.out
    assert [line.split("  ")[-1].strip() for line in done.out.splitlines()[1:3]] == ["0.5", "0.5"]


def test_where_the_last_epochs_alone_are_evaluated(study: Study) -> None:
    made = Folders(study.source)
    finished(made, "run_000")
    score(made, "run_000", 2)
    for command in ("results", "export"):
        done = study.cli(command, "experiment.yaml", "--epochs", "best:acc")
        assert (done.code, done.out) == (2, "")
        assert "only last epochs have sums/acc" in done.err
        assert "`epochs: all` under `evaluate: sums`" in done.err


def test_words_that_mean_no_epochs(study: Study, folders: Folders) -> None:
    for word, help in (("best", "best:METRIC"), ("first", "last, all, best:METRIC")):
        done = said(study, "--epochs", word)
        assert (done.code, done.out) == (2, "")
        assert f"`{word}` is no choice of epochs" in done.err
        assert help in done.err
    assert said(study, "--epochs", "7").code == 3


# The weights


def test_the_weights_of_the_best_epochs(study: Study, folders: Folders) -> None:
    (folders.of("run_002") / "eval" / "sums" / "epoch_0" / "score.json").write_text("{}")
    for file in (folders.of("run_003") / "epoch_0").iterdir():
        file.unlink()
    (folders.of("run_003") / "epoch_0").rmdir()
    done = study.cli("export", "experiment.yaml", "--epochs", "best:acc", "--kind", "adapter")
    found = [json.loads(line) for line in done.out.splitlines()]
    assert [(row["run"], row["epoch"]) for row in found] == [("run_000", 1), ("run_001", 2)]
    assert done.err.splitlines() == [
        "run_002 is left out: epoch 0 has no sums/acc, and may be the best",
        "run_003 is left out: its best epoch, 0, is not there any more",
    ]
    only = study.cli("export", "experiment.yaml", "--epochs", "best:acc", "--only", "run_003")
    assert (only.code, only.out) == (3, "")
    assert "run_002" not in only.err


# One statistic of a metric


def test_a_csv_has_every_statistic_of_a_metric_unless_somebody_names_one(
    study: Study, folders: Folders
) -> None:
    def statistics(*words: str) -> set[str]:
        return {row["statistic"] for row in rows(study, *words) if row["metric"] == "loss"}

    every = {"last", "min", "tail_mean"}
    assert statistics() == statistics("--by", "lora_rank") == every
    assert statistics("--metric", "loss") == every
    assert statistics("--metric", "loss:min") == {"min"}
    assert statistics("--metric", "loss:min", "--metric", "loss:last", "--by", "seed") == {
        "min",
        "last",
    }
    found = tcwc.results(folders.compilation)
    assert {row.statistic for row in found} == every
    assert ">loss<" in found._repr_html_()
    assert "loss:min" not in found._repr_html_()


def test_a_statistic_that_was_asked_for_is_a_column(study: Study, folders: Folders) -> None:
    done = said(study, "--metric", "loss:min", "--metric", "loss", "--only", "run_000")
    assert done.out.splitlines() == [
        "run      lora_rank  seed  loss:min  loss",
        "run_000  8          1     1.25      1.25",
    ]
