"""The sweep of twelve real trainings through `tcwc run`, without Slurm, two at a time; what `tcwc
results` says of it is what the log files say, read by other means."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
import scipy  # its `stats`, which takes a second, where it is used

import tcwc
from tests.conftest import ROOT
from tests.jobs.lab import Tiny
from tests.jobs.twelve import CONTROLS, RESOURCES, TWO, Swept, warm_tune, write_profile
from tests.study import Study

pytestmark = [pytest.mark.slow, pytest.mark.torchtune]

TWO_AT_A_TIME = ("experiment.yaml", "--jobs", "2", "--devices", "none", "--cluster", "lab")
METRICS = {"loss", "lr", "tokens_per_second_per_gpu"}
SECONDS = 400


def run(folder: Path, *words: str) -> str:
    """What `tcwc run` says, in a process of its own, when all is trained."""
    done = subprocess.run(
        [sys.executable, "-m", "tcwc", "run", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def tune(torchtune_python: Path) -> Iterator[Path]:
    with warm_tune(torchtune_python) as made:
        yield made


def trained(folder: Path, tiny: Tiny, tune: Path, variables: dict[str, str] | None = None) -> Swept:
    """A sweep, trained by `tcwc run`."""
    source = tiny.experiment(folder, variables, CONTROLS, RESOURCES)
    write_profile(folder, tiny, tune)
    assert Study(folder).cli("build").code == 0
    return Swept(folder, tcwc.compile(source), run(folder, *TWO_AT_A_TIME))


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory, tiny: Tiny, tune: Path) -> Swept:
    return trained(tmp_path_factory.mktemp("here"), tiny, tune)


def test_twelve_are_trained_two_at_a_time(swept: Swept) -> None:
    lines = swept.said.splitlines()
    assert lines[0] == "12 runs of 12 to go, 2 at a time"
    assert lines[-1] == "✓ 12 of 12 finished"
    assert (
        most_at_once(line.endswith(" starts") - (" finished in " in line) for line in lines) == 2
    )  # as it is told
    stamps = [swept.folder / "out" / "tiny" / run.id / "tcwc" for run in swept.compilation.runs]
    times = [
        (json.loads((stamp / f"0001.{part}").read_text(encoding="utf-8"))[part], part)
        for stamp in stamps
        for part in ("start", "end")
    ]
    changes = (1 if part == "start" else -1 for _, part in sorted(times))  # an end before a start
    assert most_at_once(changes) == 2


def most_at_once(changes: Iterable[int]) -> int:
    """How many are at work at most, if so many more are after each change."""
    return max(accumulate(changes))


def test_every_adapter_has_the_rank_of_the_mapping(swept: Swept, torchtune_python: Path) -> None:
    swept.check_ranks(torchtune_python)


def test_equal_settings_give_equal_bytes(
    swept: Swept, tiny: Tiny, torchtune_python: Path, tmp_path: Path
) -> None:
    """Of which two are trained by a `tune` of their own."""
    swept.check_bytes(trained(tmp_path, tiny, torchtune_python.parent / "tune", TWO))


def test_running_again_trains_nothing(swept: Swept) -> None:
    before = {path: path.stat().st_mtime_ns for path in (swept.folder / "out").rglob("*")}
    assert run(swept.folder, *TWO_AT_A_TIME) == "✓ 12 of 12 finished\n"
    assert {path: path.stat().st_mtime_ns for path in (swept.folder / "out").rglob("*")} == before


# What is said of them


def logged(folder: Path) -> dict[str, dict[int, float]]:
    """The values of each metric by step in the logs of a run: each number where it stands."""
    found: dict[str, dict[int, float]] = {}
    for file in sorted(folder.glob("logs/log_*.txt")):
        for step, rest in re.findall(r"Step (\d+) \| (.*)", file.read_text(encoding="utf-8")):
            for name, value in re.findall(r"(\w+):(\S+)", rest):
                found.setdefault(name, {})[int(step)] = float(value)
    return found


def test_every_step_of_twelve_runs_is_what_the_logs_say(swept: Swept) -> None:
    found = tcwc.results(swept.folder / "experiment.yaml", steps=True)
    assert found.notes == found.left_out == ()
    said: dict[str, dict[str, dict[int, float]]] = {}
    for row in found:
        assert row.included
        assert row.step is not None
        said.setdefault(row.run, {}).setdefault(row.metric, {})[row.step] = row.value
    runs = [run.id for run in swept.compilation.runs]
    expected = {run: logged(swept.folder / "out" / "tiny" / run) for run in runs}
    assert said == expected
    assert len(found) == sum(len(c) for each in expected.values() for c in each.values())
    assert all(set(each) >= METRICS and len(each["loss"]) == 4 for each in expected.values())


def test_what_the_curves_come_to(swept: Swept) -> None:
    found = tcwc.results(swept.folder / "experiment.yaml")
    rows = {(row.run, row.metric, row.statistic): row for row in found}
    assert len(rows) == len(found)
    for run in swept.compilation.runs:
        curves = logged(swept.folder / "out" / "tiny" / run.id)
        for metric, curve in curves.items():
            last, least, tail = (
                rows[run.id, metric, each] for each in ("last", "min", "tail_mean")
            )
            assert (last.step, last.value) == (4, curve[4])
            assert least.value == min(curve.values())
            assert tail.value == curve[4]  # of four steps the last tenth is one
            assert last.parameters == run.parameters
            assert last.seed == run.parameters["seed"]
            speed = curves["tokens_per_second_per_gpu"].values()
            assert last.tokens_per_second == pytest.approx(sum(speed) / 4)
            assert (last.attempts, last.attempt, last.mode, last.world) == (1, 1, "fresh", 1)
            assert last.science_hash == run.science_hash


@pytest.mark.parametrize("over", [(), ("learning_rate",)])
def test_mean_and_interval_over_seeds_are_numpys_and_scipys(
    swept: Swept, over: tuple[str, ...]
) -> None:
    """Of the log files, read by other means. Without `over`, no learning rates are pooled."""
    found = tcwc.results(swept.folder / "experiment.yaml").by("lora_rank", over=over)
    rows = [row for row in found if (row.metric, row.statistic) == ("loss", "last")]
    assert [len(row.values) for row in rows] == [6 if over else 3] * (2 if over else 4)
    for row in rows:
        values = [
            logged(swept.folder / "out" / "tiny" / run.id)["loss"][4]
            for run in swept.compilation.runs
            if row.levels.items() <= run.parameters.items()
        ]
        interval = scipy.stats.t.interval(
            0.95, len(values) - 1, np.mean(values), scipy.stats.sem(values)
        )
        assert row.summary.n == len(values) == len(row.values)
        assert row.summary.mean == pytest.approx(np.mean(values), rel=1e-12)
        assert row.summary.sd == pytest.approx(np.std(values, ddof=1), rel=1e-9)
        assert (row.summary.low, row.summary.high) == pytest.approx(interval, rel=1e-9)


def test_they_are_drawn(swept: Swept) -> None:
    study = Study(swept.folder)
    for metric in ("loss", "loss:last"):
        made = []
        for _ in range(2):
            said = study.cli("results", "experiment.yaml", "--plot", metric, "-o", "a.svg")
            assert said.code == 0, said
            made.append((swept.folder / "a.svg").read_bytes())
        assert made[0] == made[1]


def test_the_forms_agree(swept: Swept) -> None:
    rows = [asdict(row) for row in tcwc.results(swept.folder / "experiment.yaml")]
    study = Study(swept.folder)
    document = json.loads(study.cli("results", "experiment.yaml", "--format", "json").out)
    lines = study.cli("results", "experiment.yaml", "--format", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == [{"format": 1, **r} for r in document["rows"]]
    assert [row["value"] for row in document["rows"]] == [row["value"] for row in rows]
    assert len(study.cli("results", "experiment.yaml").out.splitlines()) == 13


def test_a_folder_of_another_run_is_marked(swept: Swept, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(swept.folder, copy)
    text = (copy / "experiment.yaml").read_text(encoding="utf-8")
    text = text.replace(str(swept.folder / "out"), str(copy / "out"))
    (copy / "experiment.yaml").write_text(text, encoding="utf-8")
    out = copy / "out" / "tiny"
    shutil.rmtree(out / "run_003")
    shutil.copytree(out / "run_004", out / "run_003")
    identity = out / "run_005" / "tcwc" / "run.json"
    other = json.loads(identity.read_text(encoding="utf-8")) | {"world": 4}
    identity.write_text(json.dumps(other), encoding="utf-8")
    found = tcwc.results(copy / "experiment.yaml", cluster="lab")
    marked = {row.run: row.why_not for row in found if not row.included}
    assert set(marked) == {"run_003", "run_005"}
    assert "run_004" in marked["run_003"]
    assert "world 4 -> 1" in marked["run_005"]
    assert {row.run for row in found.included} == {
        run.id for run in swept.compilation.runs if run.id not in marked
    }
    assert {row.world for row in found if row.run == "run_005"} == {4}


def test_a_look_at_a_run(swept: Swept) -> None:
    """Another training of it, of which nothing is kept that counts."""
    words = ("experiment.yaml", "run_003", *TWO_AT_A_TIME[1:], "--try", "max_steps_per_epoch=2")
    run(swept.folder, *words)
    out = swept.folder / "out" / "tiny"
    (log,) = (out / "run_003.try-1" / "logs").glob("log_*.txt")
    assert len(log.read_text(encoding="utf-8").splitlines()) == 2
    assert tcwc.status(str(swept.folder / "experiment.yaml"))["run_003"].word == "finished"
