"""`tcwc slurm --suggest` after real trainings: what was not trained yet keeps to its limit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import tcwc
from tcwc.api.status import status_of
from tcwc.api.suggesting import suggest
from tcwc.api.work import tasks
from tcwc.jobs import limits
from tests.jobs.lab import Tiny
from tests.jobs.test_run_real import CONTROLS, Here, built

pytestmark = [pytest.mark.slow, pytest.mark.torchtune]

GRID = {"max_steps_per_epoch": "[3, 60]", "seed": "[1, 2]"}
LONGER = ("run_002", "run_003")


def seconds(here: Here, runs: Sequence[str]) -> list[int]:
    rows = tcwc.status(str(here.source))
    return [(rows[run].end or 0) - (rows[run].start or 0) for run in runs]


def test_a_longer_run_keeps_to_what_shorter_ones_tell(
    tmp_path: Path, tiny: Tiny, torchtune_python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ROUND", 1)  # five minutes would hold for anything here
    more = "\nresources:\n  time: 01:00:00\n"
    controls = {**CONTROLS, "batch_size": "1", "epochs": "2"}
    here = built(tmp_path, tiny, torchtune_python, GRID, controls, more)
    code, out = here.run("run_000", "run_001")
    assert code == 0, out
    compilation = tcwc.compile(here.source)
    runs = list(tasks(compilation))
    made = suggest(compilation, runs, status_of(compilation, runs))
    (group,) = made.groups
    assert all(each.measured.pace is not None for each in group.group.seen)
    here.source.write_text(made.text, encoding="utf-8")
    times = {each.run: each.needs.time for each in tasks(tcwc.compile(here.source))}
    assert times == group.times
    assert times["run_002"] > times["run_000"]
    code, out = here.run()  # the configs are as they were built
    assert code == 0, out
    took = seconds(here, LONGER)
    limit = times["run_002"]
    print(f"limit {limit} s, took {took} s, by runs of {seconds(here, ['run_000', 'run_001'])} s")
    assert max(took) <= limit
    assert limit < 60 / 3 * max(seconds(here, ["run_000", "run_001"]))  # no mere proportion
