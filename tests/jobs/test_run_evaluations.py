"""Evaluations that `tcwc run` does after trainings, with stand-ins for both."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

import tcwc
from tcwc.cli import main
from tests.jobs.evaluations import at_work
from tests.jobs.scores import BASELINE, evaluated
from tests.jobs.test_run import Sweep, plan, sweep

__all__ = ["sweep"]

TWO = {"seed": "[1, 2]"}
Make = Callable[..., Sweep]


@pytest.fixture
def study(sweep: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sweep:
    """Two runs, and one evaluation of each."""
    monkeypatch.setenv("SCORE_LOG", str(tmp_path / "scores"))
    monkeypatch.setenv("SCORE_PLAN", str(tmp_path / "score_plan"))
    scored(tmp_path, "")
    return sweep(variables=TWO, more=f"\n{evaluated('sums')}")


def scored(folder: Path, text: str) -> None:
    """What the tool is told to do."""
    (folder / "score_plan").write_text(text, encoding="utf-8")


def results(study: Sweep) -> list[str]:
    return sorted(each.parts[-5] for each in study.out.glob("*/eval/sums/epoch_0/tcwc.json"))


def test_after_the_trainings(study: Sweep) -> None:
    code, out, err = study.run()
    assert (code, err) == (0, "")
    assert [line.partition(" in ")[0] for line in out.splitlines()[-7:]] == [
        "✓ 2 of 2 finished",
        "2 evaluations to go, 1 at a time",
        "  evaluating run_000",
        "✓ run_000 evaluated",
        "  evaluating run_001",
        "✓ run_001 evaluated",
        "✓ 2 of 2 evaluated",
    ]
    assert results(study) == ["run_000", "run_001"]
    assert study.run() == (0, "✓ 2 of 2 finished\n✓ 2 of 2 evaluated\n", "")
    (counts,) = tcwc.status(str(study.source)).evaluations
    assert (counts.evaluated, counts.total) == (2, 2)


def test_runs_without_an_epoch_that_is_listed(study: Sweep, sweep: Make) -> None:
    """They are trained, and nothing of them is missing."""
    more = evaluated("sums", more="    epochs: [1]\n")
    made = sweep("other", variables={"epochs": "[1, 2]"}, more=f"\n{more}")
    code, out, err = made.run()
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "✓ 1 of 1 evaluated"
    (result,) = made.out.glob("*/eval/sums/*/tcwc.json")
    assert result.parts[-5:-1] == ("run_001", "eval", "sums", "epoch_1")
    assert made.run() == (0, "✓ 2 of 2 finished\n✓ 1 of 1 evaluated\n", "")
    (counts,) = tcwc.status(str(made.source)).evaluations
    assert (counts.evaluated, counts.total) == (1, 1)


def test_those_that_are_missing(study: Sweep) -> None:
    assert study.run("--no-evaluate")[0] == 0
    assert results(study) == []
    code, out, _ = study.run("--dry-run")
    assert code == 0
    assert out.splitlines() == [
        "✓ 2 of 2 finished",
        *(f"  bash configs/slurm/local/evaluate.sbatch run_00{n}" for n in range(2)),
    ]
    assert results(study) == []
    code, out, err = study.run("run_001")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "1 of 2 evaluated"
    assert results(study) == ["run_001"]
    assert study.run()[0] == 0
    assert results(study) == ["run_000", "run_001"]
    assert len(study.starts()) == 2  # no training was begun again


def test_one_that_fails(study: Sweep, tmp_path: Path) -> None:
    scored(tmp_path, 'case $2 in *run_000/*) echo "KeyError: no such task" >&2; exit 4 ;; esac')
    code, out, err = study.run()
    assert code == 1
    assert "run_000 not evaluated: " in out
    assert "failed, error, exit 4: KeyError: no such task" in out
    assert "1 of 2 evaluated" in out
    assert "not evaluated: run 0\n" in err
    assert results(study) == ["run_001"]
    code, _, err = study.run("--only", "failed")  # which is of trainings
    assert code == 3
    again = f"`tcwc run {study.source}` does what is left"
    assert f"there are 2 finished; of 1 evaluation there is no result: {again}" in err
    assert main(["status", str(study.source), "--only", "failed"]) == 3
    scored(tmp_path, "")
    assert study.run()[0] == 0
    assert results(study) == ["run_000", "run_001"]


def test_one_that_fails_before_one_that_does_not(sweep: Make, study: Sweep, tmp_path: Path) -> None:
    """What is told of a run is of the one that has no result, and not of its last one."""
    made = sweep("other", variables=TWO, more=f"\n{evaluated('a', 'b')}")
    scored(tmp_path, 'case $1 in */a/*) echo "KeyError: no such task" >&2; exit 4 ;; esac')
    code, out, _ = made.run("run_000")
    assert code == 1
    assert "run_000 not evaluated: run_000, a, epoch_0: failed, error, exit 4: KeyError" in out


def test_the_status_of_what_is_not_evaluated(
    study: Sweep, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where all is trained, too, it says what to type, and what tells why one failed."""
    study.run("--no-evaluate")
    told = f"Next: `tcwc run {study.source}` evaluates what is left\n"
    assert main(["status", str(study.source)]) == 0
    assert capsys.readouterr().err == told
    scored(tmp_path, "case $2 in *run_000/*) exit 4 ;; esac")
    study.run()
    assert main(["status", str(study.source)]) == 0
    assert capsys.readouterr().err == (
        f"{told}evaluations failed: `tcwc status {study.source} -v` says which, and where their "
        "logs are\n"
    )
    assert main(["status", str(study.source), "-v"]) == 0
    *_, which, log = capsys.readouterr().out.splitlines()
    assert which == "run_000, sums, epoch_0: failed"
    assert Path(log.strip()).parent == study.out / "run_000" / "eval" / "sums" / "epoch_0.failed-1"
    assert "cannot" not in Path(log.strip()).read_text(encoding="utf-8")
    assert main(["status", str(study.source), "-v", "--only", "run_001"]) == 0
    assert "failed" not in capsys.readouterr().out.partition("\n\n")[2]
    scored(tmp_path, "")
    study.run()
    assert main(["status", str(study.source)]) == 0
    assert capsys.readouterr().err == ""


def test_what_was_pruned(sweep: Make, study: Sweep, capsys: pytest.CaptureFixture[str]) -> None:
    """An epoch that is no more needs no result; one that is evaluated anew has none for ever."""
    every = evaluated("sums", more="    epochs: all\n")
    made = sweep("other", variables=TWO, more=f"\n{every}", epochs="2")
    assert made.run()[1].splitlines()[-1] == "✓ 4 of 4 evaluated"
    assert main(["prune", str(made.source), "--yes"]) == 0
    capsys.readouterr()
    assert made.run() == (0, "✓ 2 of 2 finished\n✓ 4 of 4 evaluated\n", "")
    text = made.source.read_text(encoding="utf-8")
    made.source.write_text(text.replace("{folder}", "{folder} more"), encoding="utf-8")
    gone = "2 evaluations cannot be made: `tcwc prune` removed their weights"
    for _ in range(2):
        code, out, err = made.run()
        assert (code, err) == (0, "")
        assert out.splitlines()[-1] == f"✓ 2 of 4 evaluated; {gone}"
    capsys.readouterr()
    assert main(["status", str(made.source), "--check"]) == 0
    shown = capsys.readouterr()
    assert "2 of 4 evaluations there, 2 pruned" in shown.out
    assert shown.err == f"{gone}\n"
    found = tcwc.results(str(made.source))
    assert gone in found.advice
    stale = "stale: the evaluation is another one now; `tcwc prune` removed its weights"
    assert {row.epoch for row in found if row.why_not == stale} == {0}
    assert {row.epoch for row in found.included if row.evaluation} == {1}


def test_weights_that_got_lost_are_trained_and_evaluated_again(sweep: Make, study: Sweep) -> None:
    """It goes on, so that the results of earlier epochs stay, and that of the last does not."""
    every = evaluated("sums", more="    epochs: all\n")
    made = sweep("other", variables=TWO, more=f"\n{every}", epochs="3", max_steps_per_epoch="2")
    assert made.run()[0] == 0
    shutil.rmtree(made.out / "run_000" / "epoch_2")
    assert made.run("--no-evaluate")[0] == 0
    (counts,) = tcwc.status(str(made.source)).evaluations
    assert (counts.evaluated, counts.stale) == (5, 1)
    code, out, _ = made.run()
    assert code == 0
    assert "1 evaluation to go" in out
    found = [r for r in tcwc.results(str(made.source)) if r.run == "run_000" and r.evaluation]
    again = "stale: attempt 2 trained epoch 2 again after it"
    assert {(row.epoch, row.why_not) for row in found} == {
        (0, ""), (1, ""), (2, ""), (2, again),
    }  # fmt: skip
    assert made.run()[1].splitlines()[-1] == "✓ 6 of 6 evaluated"


def test_a_training_that_fails_is_not_evaluated(study: Sweep, tmp_path: Path) -> None:
    plan(tmp_path, "case $out in */run_000) fail=3 ;; esac")
    code, out, _ = study.run()
    assert code == 1
    assert "1 evaluation to go" in out
    assert results(study) == ["run_001"]


def test_what_is_no_run_s(sweep: Make, study: Sweep) -> None:
    made = sweep("other", variables=TWO, more=f"\n{evaluated('sums', more=BASELINE)}")
    made.run("run_000")
    base = made.out / "eval" / "sums" / "base" / "tcwc.json"
    assert not base.exists()  # it was not asked for
    code, out, err = made.run()
    assert (code, err) == (0, "")
    assert "evaluating baselines (base)" in out
    assert out.splitlines()[-1] == "✓ 3 of 3 evaluated"
    assert base.exists()


def test_one_with_no_place_here(sweep: Make, study: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    made = sweep("other", variables=TWO, more=f"\n{evaluated('sums', gpus=2)}")
    monkeypatch.setattr("tcwc.api.devices.which", lambda _: None, raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    made.run("--no-evaluate")
    code, out, err = made.run()
    assert code == 1
    assert "2 processes need a device each, and there is 1" in out
    assert "not evaluated" in err


@pytest.mark.slow
@pytest.mark.parametrize("others_fail", [False, True], ids=["alone", "beside one that fails"])
def test_one_that_was_killed_begins_again(
    study: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others_fail: bool
) -> None:
    """Its heart has to stand still first, for which the next call waits; but it does not try one
    that fails again and again meanwhile."""
    monkeypatch.setenv("TCWC_BEAT", "1")
    monkeypatch.setattr("tcwc.api.local._AGAIN", 0.5)
    made = study
    made.run("run_000", "--no-evaluate")
    scored(tmp_path, 'echo $$ >"$1/half"; exec sleep 60')
    call = made.process()
    stamp = made.out / "run_000" / "eval" / "sums" / ".epoch_0.part"
    half = at_work(stamp)
    call.kill()
    call.communicate(timeout=120)
    claim = json.loads((stamp / "0001.start").read_text(encoding="utf-8"))
    for pid in (claim["pid"], int(half.read_text())):
        os.kill(pid, signal.SIGKILL)
    scored(tmp_path, "exit 3" if others_fail else "")
    if others_fail:
        add = evaluated("sums", "more").partition("evaluate:\n")[2]
        text = made.source.read_text(encoding="utf-8").partition("evaluate:\n")[0]
        made.source.write_text(f"{text}evaluate:\n{add}", encoding="utf-8")
        made.build()
    code, out, err = made.run("run_000")
    if others_fail:
        assert code == 1
        assert "was killed" not in out
        assert (stamp.parent.parent / "more" / "epoch_0.failed-1").exists()
        assert not (stamp.parent.parent / "more" / "epoch_0.failed-2").exists()
        return
    assert (code, err) == (0, ""), out
    assert "  the evaluation of run_000 was killed a moment ago" in out
    assert results(made) == ["run_000"]
    assert (stamp / "0001.lost").exists()


def test_ctrl_c(study: Sweep, tmp_path: Path) -> None:
    study.run("--no-evaluate")
    scored(tmp_path, 'touch "$1/half"; sleep 60')
    call = study.process()
    part = study.out / "run_000" / "eval" / "sums" / ".epoch_0.part"
    at_work(part)
    os.kill(call.pid, signal.SIGINT)
    _, err = call.communicate(timeout=120)
    assert call.returncode == 130
    assert "ending the evaluations at work; once more kills them" in err
    assert results(study) == []
    assert (part.parent / "epoch_0.failed-1" / "half").exists()
    scored(tmp_path, "")
    assert study.run()[0] == 0
    assert results(study) == ["run_000", "run_001"]
