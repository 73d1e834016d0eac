"""`tcwc results --by`, `--over` and `--plot`, and `Results.by`: over a sweep rank x lr x seed."""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import scipy  # its `stats`, which takes a second, where it is used

import tcwc
from tcwc.api.grouping import BadGrouping
from tcwc.report.picture import Picture
from tests.jobs.stamps import Folders
from tests.jobs.test_results import evaluated, finished, log, said
from tests.jobs.test_status import no_scheduler  # noqa: F401
from tests.study import Study

pytestmark = pytest.mark.usefixtures("no_checks")

SOURCE = """\
experiment_name: tiny
base_config: llama3_2/1B_lora_single_device
variables:
  lora_rank: [8, 16]
  learning_rate: [1e-4, 3e-4]
  seed: [1, 2, 3]
controls:
  epochs: 1
  output_dir: out
  metric_logger._component_: torchtune.training.metric_logging.DiskLogger
evaluate:
  sums: {with: command, command: "score {folder} {results}", baseline: true}
"""
LOSSES = {f"run_{at:03}": 5 + math.sin(7 * at) for at in range(12)}
"""Those of the first steps: step n has an n-th."""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """An experiment that is built."""
    return Study.built(tmp_path / "study", SOURCE)


@pytest.fixture
def folders(study: Study) -> Folders:
    """The folders of its runs, all finished."""
    made = Folders(study.source)
    for run, loss in LOSSES.items():
        finished(made, run)
        log(made, run, range(1, 5), first=loss)
    return made


def rows(study: Study, *arguments: str) -> list[dict[str, str]]:
    done = said(study, "--metric", "loss", "--format", "csv", *arguments)
    assert done.code == 0, done
    return list(csv.DictReader(io.StringIO(done.out)))


def of_cell(rank: int, rate: float) -> list[float]:
    """The last losses of a cell's three runs."""
    cells = list(product((8, 16), (1e-4, 3e-4), (1, 2, 3)))
    return [LOSSES[f"run_{at:03}"] / 4 for at, cell in enumerate(cells) if cell[:2] == (rank, rate)]


def test_mean_and_interval_are_those_of_numpy_and_scipy(study: Study, folders: Folders) -> None:
    found = [each for each in rows(study, "--by", "lora_rank") if each["statistic"] == "last"]
    assert [(each["lora_rank"], each["learning_rate"], each["n"]) for each in found] == [
        (rank, rate, "3") for rank in ("8", "16") for rate in ("0.0001", "0.0003")
    ]
    for each in found:
        values = of_cell(int(each["lora_rank"]), float(each["learning_rate"]))
        interval = scipy.stats.t.interval(0.95, 2, np.mean(values), scipy.stats.sem(values))
        assert float(each["mean"]) == pytest.approx(np.mean(values), rel=1e-12)
        assert float(each["sd"]) == pytest.approx(np.std(values, ddof=1), rel=1e-12)
        assert (float(each["low"]), float(each["high"])) == pytest.approx(interval, rel=1e-9)


def test_over_pools_and_says_so(study: Study, folders: Folders) -> None:
    done = said(study, "--by", "model.lora_rank", "--over", "lr", "--metric", "loss")
    assert [line.split()[:3] for line in done.out.splitlines()[1:3]] == [
        ["8", "loss", "6"], ["16", "loss", "6"],
    ]  # fmt: skip
    assert "pooled over `learning_rate` and `seed`" in done.out


def test_what_is_no_longer_the_experiment_is_left_out(study: Study, folders: Folders) -> None:
    """A run of another world, one that failed, and one that another experiment wrote."""
    folders.identity("run_000", world=4)
    folders.end("run_001", "failed", reason="killed")
    folders.identity("run_004", experiment="other")
    done = said(study, "--by", "lora_rank", "--metric", "loss")
    assert done.code == 0
    assert [line.split()[3] for line in done.out.splitlines()[1:5]] == ["1", "2", "3", "3"]
    assert "lora_rank=8, learning_rate=0.0001: no loss of run_000, run_001" in done.out
    assert "1 of 4 rows has one value, and so no interval" in done.out
    for run in ("run_000", "run_001", "run_004"):
        assert f"of {run} left out: " in done.err


def test_constants_that_differ_among_what_is_pooled_are_told(study: Study) -> None:
    when = '  when:\n    "seed == 1": {batch_size: 8}\n    lora_rank == 8: {batch_size: 1}\n'
    text = SOURCE.replace("evaluate:", f"{when}evaluate:").replace(
        "batch_size: 1", "clip_grad_norm: 1"
    )
    study.source.write_text(text, encoding="utf-8")
    study.cli("build")
    made = Folders(study.source)
    for run in LOSSES:
        finished(made, run)
    told = "pooled though constants differ, which are set where `seed == 1`\n"
    assert told in said(study, "--by", "lora_rank").out
    assert "constants" not in said(study, "--by", "lora_rank", "seed").out
    assert "`seed == 1` and `lora_rank == 8`" in said(study, "--over", "lora_rank").out


def test_only_some_runs(study: Study, folders: Folders) -> None:
    """Those that nobody asked for are not missing."""
    done = said(study, "--by", "lora_rank", "--only", "seed < 3", "--metric", "loss")
    assert [line.split()[3] for line in done.out.splitlines()[1:5]] == ["2"] * 4
    assert "no loss" not in done.out


def test_in_python(folders: Folders) -> None:
    found = tcwc.results(folders.compilation).by("lora_rank", over="learning_rate")
    loss = [each for each in found if (each.metric, each.statistic) == ("loss", "last")]
    assert [dict(each.levels) for each in loss] == [{"lora_rank": 8}, {"lora_rank": 16}]
    assert [each.summary.n for each in loss] == [6, 6]
    assert "<th>lora_rank</th>" in found._repr_html_()
    with pytest.raises(BadGrouping, match="no interval has a confidence of 95"):
        tcwc.results(folders.compilation).by(confidence=95)


def test_baselines_are_rows_of_their_own(study: Study, folders: Folders) -> None:
    evaluated(folders, "", 0, '{"score": 0.25}')
    for run, loss in LOSSES.items():
        evaluated(folders, run, 0, json.dumps({"score": loss / 9}))
    done = said(study, "--by", "lora_rank", "--over", "lr", "--metric", "score")
    lines = [line.split() for line in done.out.splitlines()[:4]]
    assert lines[0][:4] == ["lora_rank", "of", "metric", "epoch"]
    assert lines[1][:4] == ["base", "score", "1", "0.25"]
    assert [line[0] for line in lines[2:]] == ["8", "16"]
    done = said(study, "--plot", "score", "-o", "score.svg")
    assert done.code == 0, done
    assert (study.folder / "score.svg").exists()


PLOTS = {
    "curves": ["--plot", "loss"],
    "last values": ["--plot", "loss:last", "--over", "lr"],
    "the least": ["--plot", "loss:min", "--by", "learning_rate"],
}


@pytest.mark.parametrize("name", PLOTS)
def test_plots(study: Study, folders: Folders, name: str) -> None:
    done = said(study, *PLOTS[name])
    assert done.code == 0, done
    written = done.out.removeprefix("✓ wrote ").strip().split(", ")
    stem = f"results-{PLOTS[name][1].replace(':', '-')}"
    assert written == [f"{stem}.svg", f"{stem}.png"]
    made = [(study.folder / each).read_bytes() for each in written]
    assert made[0].startswith(b"<?xml")
    assert made[1].startswith(b"\x89PNG")
    again = said(study, *PLOTS[name])
    assert again.code == 0, again
    assert [(study.folder / each).read_bytes() for each in written] == made


def test_what_is_drawn(study: Study, folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of what a training logs; where a statistic is asked for, one value a run."""
    drawn: list[Picture] = []

    def keep(picture: Picture, forms: Sequence[str]) -> dict[str, bytes]:
        drawn.append(picture)
        return dict.fromkeys(forms, b"tcwc results")

    monkeypatch.setattr("tcwc.commands.plotting.draw", keep)
    for words in (["loss"], ["loss:last"], ["loss:min", "--by", "lr", "--over", "lora_rank"]):
        assert said(study, "--plot", *words).code == 0
    assert [each.is_curves for each in drawn] == [True, False, False]
    assert [each.metric for each in drawn] == ["loss", "loss (last)", "loss (min)"]
    axes = [[axis.name for axis in each.axes] for each in drawn]
    assert axes == [["lora_rank", "learning_rate"]] * 2 + [["learning_rate"]]
    first, last = (
        {row.step for rows in each.places.values() for row in rows} for each in drawn[:2]
    )
    assert (first, last) == ({1, 2, 3, 4}, {None})


def test_a_figure_says_what_is_to_be_known_of_it(study: Study, folders: Folders) -> None:
    folders.end("run_001", "failed", reason="killed")
    done = said(study, "--plot", "loss", "--over", "lr")
    assert "pooled over `learning_rate` and `seed`" in done.err
    assert "no loss of run_001" in done.err


def test_a_figure_has_no_rows(study: Study, folders: Folders) -> None:
    """What is told of its cells is told of its means."""
    done = said(study, "--plot", "loss:last", "--by", "lora_rank")
    assert done.err.startswith("a mean for each level of `learning_rate`, too: ")
    assert "each mean is of one run" in said(study, "--plot", "loss:last", "--by", "seed").err


@pytest.mark.parametrize("form", ["svg", "png", "PDF"])
def test_a_file_of_one_s_own(study: Study, folders: Folders, form: str) -> None:
    done = said(study, "--plot", "loss", "-o", f"mine.{form}")
    assert (done.code, done.out) == (0, f"✓ wrote mine.{form}\n")


def test_a_file_of_somebody_else_stays(study: Study, folders: Folders) -> None:
    for name in ("mine.svg", "results-loss.png"):
        (study.folder / name).write_text("mine", encoding="utf-8")
    for options in (["-o", "mine.svg"], []):
        done = said(study, "--plot", "loss", *options)
        assert done.code == 2
        assert "is there, and not a figure that tcwc drew" in done.err
    assert (study.folder / "mine.svg").read_text(encoding="utf-8") == "mine"
    assert not (study.folder / "results-loss.svg").exists()


BAD = {
    "no form": (["--plot", "loss", "-o", "loss"], 2, "the name of loss says no form"),
    "no folder": (["--plot", "loss", "-o", "no/loss.svg"], 2, "cannot write no/loss.svg"),
    "no plot": (["-o", "loss.svg"], 2, "-o names the file of a figure"),
    "steps": (["--plot", "loss", "--steps"], 2, "takes no --steps"),
    "a metric": (["--plot", "loss", "--metric", "lr"], 2, "takes no --metric"),
    "no metric": (["--plot", "los"], 3, "no result is of the metric `los`"),
    "no statistic": (["--plot", "loss:mean"], 3, "loss:last, loss:min or loss:tail_mean"),
    "no factor": (["--by", "lora_rnak"], 2, "did you mean lora_rank?"),
    "a comma": (["--by", "lora_rank,lr"], 2, "write a space between names: lora_rank lr"),
    "no factor to pool": (["--plot", "loss", "--over", "epochs"], 2, "`epochs` is no factor"),
    "both": (["--by", "lr", "--over", "lr"], 2, "cannot be both told apart and pooled"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be(study: Study, folders: Folders, name: str) -> None:
    arguments, code, words = BAD[name]
    done = said(study, *arguments)
    assert (done.code, done.out) == (code, ""), done
    assert words in done.err


def test_without_matplotlib(
    study: Study, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    done = said(study, "--plot", "loss")
    assert done.code == 2
    assert "--plot needs matplotlib" in done.err
    assert "pip install 'tcwc[plot]'" in done.err
    assert "Traceback" not in done.err
    assert said(study, "--by", "lora_rank").code == 0


def test_nothing_of_what_the_experiment_is_by_now(study: Study, folders: Folders) -> None:
    """An empty table would look like success, and what is left out is there in other forms."""
    text = study.source.read_text(encoding="utf-8")
    study.source.write_text(text.replace("epochs: 1", "epochs: 3"), encoding="utf-8")
    assert study.cli("build", "experiment.yaml").code == 0
    for options in ([], ["--by", "lora_rank"], ["--plot", "loss"]):
        done = said(study, *options)
        assert (done.code, done.out) == (3, ""), done
        assert "no result is of what the experiment is by now" in done.err
        assert "`tcwc results experiment.yaml --format csv` has what is there" in done.err
        assert "its folder holds another meaning" in done.err
    assert said(study, "--format", "csv").out.count(",false,") > 8


def test_nothing_that_counts(study: Study) -> None:
    folders = Folders(study.source)
    folders.start("run_000")
    folders.end("run_000", "failed", reason="killed")
    log(folders, "run_000", range(1, 3))
    for options in (["--by", "lora_rank"], ["--plot", "loss"]):
        done = said(study, *options)
        assert done.code == 3, done
        assert "error: " in done.err
        assert "of run_000 left out: it is not finished (failed: killed)" in done.err
