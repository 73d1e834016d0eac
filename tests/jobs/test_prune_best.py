"""`tcwc prune --keep best:METRIC`: the best epoch by evaluations stays, and the last one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tcwc.api.evaluating import current_hashes
from tests.jobs.stamps import AT, Folders
from tests.jobs.test_prune import SOURCE, epochs, prune
from tests.study import Study, contents

EVALUATE = """\
evaluate:
  sums: {with: command, command: "python measure.py {folder} {results}", epochs: all}
"""


class Scored:
    """Finished runs of four epochs, and scores of some."""

    def __init__(self, folder: Path) -> None:
        self.study = Study.built(folder, SOURCE + EVALUATE)
        self.folders = Folders(self.study.source)
        for run in self.folders.tasks:
            self.folders.start(run)
            self.folders.end(run, "finished")
        self.hash = current_hashes(self.folders.compilation)["sums", ""]

    def score(self, run: str, metric: str, /, *values: float | None, **other: object) -> None:
        """What `sums` measured of each epoch, and its stamp; nothing where there is None."""
        for epoch, value in enumerate(values):
            if value is None:
                continue
            folder = self.folders.of(run) / "eval" / "sums" / f"epoch_{epoch}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "scores.json").write_text(json.dumps({metric: value}), encoding="utf-8")
            task = self.folders.tasks[run]
            said = {
                "format": 1, "experiment": "tiny", "evaluation": "sums",
                "evaluation_hash": self.hash, "tool": "command", "run": run, "epoch": epoch,
                "label": f"epoch_{epoch}", "sha256": task.sha256,
                "science_hash": task.science_hash, "world": task.world, "state": "finished",
                "exit": 0, "start": AT, "end": AT + 5, "host": "node1", "gpu_name": None,
            }  # fmt: skip
            (folder / "tcwc.json").write_text(json.dumps(said | other), encoding="utf-8")

    def left(self) -> list[list[str]]:
        return [epochs(self.folders, run) for run in self.folders.tasks]


ALL = [f"epoch_{n}" for n in range(4)]


@pytest.fixture
def scored(tmp_path: Path) -> Scored:
    return Scored(tmp_path / "study")


def test_the_best_epoch_and_the_last(scored: Scored) -> None:
    scored.score("run_000", "acc", 0.1, 0.9, 0.2, 0.3)
    scored.score("run_001", "acc", 0.1, 0.2, 0.3, 0.9)
    scored.score("run_002", "acc", 0.1, None, 0.3, 0.2)
    before = contents(scored.study.folder)
    shown = prune(scored.study, "--keep", "best:acc")
    assert "kept: the last epoch of each run, and that with the largest sums/acc" in shown.out
    assert "run_000: epoch_0, epoch_2; best is epoch 1 with 0.9\n" in shown.out
    assert "run_001: epoch_0, epoch_1, epoch_2; best is epoch 3 with 0.9\n" in shown.out
    assert "5 checkpoints of 2 finished runs" in shown.out
    assert contents(scored.study.folder) == before
    done = prune(scored.study, "--keep", "best:acc", "--yes")
    assert done.code == 0
    assert "run_002  epoch_0, epoch_1, epoch_2 are left alone: epoch 1 has no sums/acc" in done.err
    assert scored.left() == [["epoch_1", "epoch_3"], ["epoch_3"], ALL]
    again = prune(scored.study, "--keep", "best:acc", "--yes").out
    assert "nothing to remove" in again
    assert "run_000  best is epoch 1 with 0.9\n" in again
    assert scored.left() == [["epoch_1", "epoch_3"], ["epoch_3"], ALL]


def test_an_epoch_that_was_better_and_is_gone_is_told(scored: Scored) -> None:
    """As by another metric than the one that was kept by before."""
    scored.score("run_000", "acc", 0.9, 0.8, 0.2, 0.3)
    shutil.rmtree(scored.folders.of("run_000") / "epoch_0")
    shown = prune(scored.study, "--keep", "best:acc", "--only", "run_000")
    told = "best of what is there is epoch 1 with 0.8: epoch 0, with 0.9, is not there any more"
    assert f"run_000: epoch_2; {told}\n" in shown.out


def test_what_is_not_measured_yet_is_told(scored: Scored) -> None:
    scored.score("run_000", "acc", 0.1, None, 0.2, 0.3)
    scored.score("run_001", "acc", 0.1, 0.2, 0.3, 0.4)
    told = "of them {} no result, and none can be made of what is removed"
    shown = prune(scored.study, "--only", "run_000")
    assert shown.err == f"1 evaluation {told.format('has')}\n"
    assert "no result" not in prune(scored.study, "--only", "run_001").err
    shown = prune(scored.study, "--yes")
    assert f"4 evaluations {told.format('have')}" in shown.err
    assert scored.left() == [["epoch_3"]] * 3
    assert prune(scored.study, "--yes").err == ""


def test_which_way_is_best(scored: Scored) -> None:
    for run in scored.folders.tasks:
        scored.score(run, "word_perplexity", 7, 9, 3, 8)
    prune(scored.study, "--keep", "best:word_perplexity", "--yes")
    assert scored.left() == [["epoch_2", "epoch_3"]] * 3


def test_an_own_metric_has_its_way_said(scored: Scored) -> None:
    for run in scored.folders.tasks:
        scored.score(run, "score", 7, 9, 3, 8)
    before = contents(scored.study.folder)
    told = prune(scored.study, "--keep", "best:score", "--yes")
    assert told.code == 2
    assert "say it: best:score:max, or best:score:min" in told.err
    assert contents(scored.study.folder) == before
    prune(scored.study, "--keep", "best:score:min", "--yes", "--only", "run_000")
    prune(scored.study, "--keep", "best:score:max", "--yes", "--only", "run_001")
    assert scored.left() == [["epoch_2", "epoch_3"], ["epoch_1", "epoch_3"], ALL]


@pytest.mark.parametrize(
    "other",
    [
        {"evaluation_hash": "0" * 16},
        {"state": "failed"},
        {"science_hash": "0" * 16},
        {"run": "run_001"},
        {"world": 8},
    ],
)
def test_only_what_is_current_and_finished_counts(scored: Scored, other: dict[str, object]) -> None:
    scored.score("run_000", "acc", 0.1, 0.2, 0.3, 0.4)
    scored.score("run_002", "acc", 0.9, 0.2, 0.3, 0.4, **other)
    done = prune(scored.study, "--keep", "best:acc", "--yes")
    assert "run_002  epoch_0, epoch_1, epoch_2 are left alone: epoch 0 has no sums/acc" in done.err
    assert scored.left() == [["epoch_3"], ALL, ALL]


def test_a_best_epoch_that_leads_into_another_keeps_all(scored: Scored) -> None:
    scored.score("run_000", "acc", 0.1, 0.9, 0.3, 0.4)
    file = scored.folders.of("run_000") / "epoch_1" / "adapter_model.pt"
    file.unlink()
    file.symlink_to("../epoch_0/adapter_model.pt")
    done = prune(scored.study, "--keep", "best:acc", "--yes", "--only", "run_000")
    assert "a link" in done.err
    assert scored.left()[0] == ALL


def test_without_evaluations_nothing_goes(scored: Scored) -> None:
    told = prune(scored.study, "--keep", "best:acc", "--yes")
    assert told.code == 2
    assert "no finished evaluation of an epoch is current" in told.err
    assert scored.left() == [ALL] * 3
