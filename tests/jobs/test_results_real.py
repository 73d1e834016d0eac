"""`tcwc results` of real trainings: what it says is what the log files say, read by other means."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import scipy  # its `stats`, which takes a second, where it is used

import tcwc
from tests.jobs.lab import Tiny
from tests.jobs.test_sweep_here import TWO_AT_A_TIME, trained
from tests.jobs.twelve import RESOURCES, Swept, write_profile
from tests.study import Study

pytestmark = [pytest.mark.slow, pytest.mark.torchtune]

METRICS = {"loss", "lr", "tokens_per_second_per_gpu"}


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory, tiny: Tiny, torchtune_python: Path) -> Swept:
    return trained(tmp_path_factory.mktemp("results"), tiny, torchtune_python)


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


KILLED = """\
#!/usr/bin/env bash
# Kills its first training as a node would, when that has logged a step of its second epoch.
out=$(sed -n 's/^output_dir: *//p' "${@: -1}" 2>/dev/null)
for word; do case $word in *.yaml) out=$(sed -n 's/^output_dir: *//p' "$word") ;; esac; done
if [ -e "$out/killed" ]; then exec TUNE "$@"; fi
touch "$out/killed"
TUNE "$@" &
pid=$!
for ((i = 0; i < 6000; i++)); do
    if grep -qs '^Step 1[0-9] ' "$out"/logs/log_*.txt; then break; fi
    sleep 0.01
done
kill -KILL "$pid"
wait "$pid"
"""


def test_steps_before_and_after_a_kill_appear_once(
    tmp_path: Path, tiny: Tiny, torchtune_python: Path
) -> None:
    """Eight steps an epoch: what is killed in the second goes on with step 9."""
    tune = tmp_path / "bin" / "tune"
    tune.parent.mkdir()
    tune.write_text(KILLED.replace("TUNE", str(torchtune_python.parent / "tune")))
    tune.chmod(0o755)
    (tune.parent / "python").symlink_to(torchtune_python)
    folder = tmp_path / "sweep"
    controls = {"save_adapter_weights_only": "true", "epochs": "3", "max_steps_per_epoch": "8"}
    variables = {"lora_rank": "[8]", "seed": "[1]"}
    source = tiny.experiment(folder, variables, controls, RESOURCES)
    write_profile(folder, tiny, tune)
    study = Study(folder)
    assert study.cli("build").code == 0
    first = study.cli("run", *TWO_AT_A_TIME)
    assert first.code == 1, first
    half = tcwc.results(source, steps=True, cluster="lab")
    assert half.rows
    assert not half.included
    assert all(row.why_not == "it is not finished (failed: killed)" for row in half)

    second = study.cli("run", *TWO_AT_A_TIME)
    assert second.code == 0, second
    files = sorted((folder / "out/tiny/run_000/logs").glob("log_*.txt"))
    assert len(files) == 2
    before, after = (
        {int(n) for n in re.findall(r"^Step (\d+) .*\n", f.read_text(), re.MULTILINE)}
        for f in files
    )
    assert before & after  # steps were trained twice
    assert after == set(range(9, 25))
    found = [r for r in tcwc.results(source, steps=True, cluster="lab") if r.metric == "loss"]
    assert [row.step for row in found] == list(range(1, 25))
    assert [row.attempt for row in found] == [1] * 8 + [2] * 16
    assert {(row.attempts, row.included, row.bit_equal) for row in found} == {(2, True, True)}
    assert {row.mode for row in found} == {"fresh", "resume"}
    newest = {
        int(n): float(v) for n, v in re.findall(r"Step (\d+) \| loss:(\S+)", files[1].read_text())
    }
    assert {row.step: row.value for row in found if row.attempt == 2} == newest
