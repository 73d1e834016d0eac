"""`tcwc results` of a real training that was killed: each step stands there once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tcwc
from tests.jobs.lab import Tiny
from tests.jobs.test_sweep_here import TWO_AT_A_TIME
from tests.jobs.twelve import RESOURCES, write_profile
from tests.study import Study

pytestmark = [pytest.mark.slow, pytest.mark.torchtune]

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
