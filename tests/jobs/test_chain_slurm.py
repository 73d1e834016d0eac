"""Evaluations after trainings on a real Slurm, with stand-ins for both."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.jobs.desk import Desk
from tests.jobs.evaluations import at_work
from tests.jobs.lab import Slurm, Tiny
from tests.jobs.scores import BASELINE, evaluated
from tests.jobs.test_submit_slurm import Site
from tests.study import Said

pytestmark = [pytest.mark.slow, pytest.mark.slurm]

FOUR = {"seed": "[1, 2, 3, 4]"}
DONE = "submit.sh: 4 of 4 finished\nsubmit.sh: 4 of 4 evaluated\n"
FAILS = "case $out in */run_001) fail=3 ;; esac\n"


class Chain(Site):
    """A site whose runs are evaluated."""

    def __init__(self, slurm: Slurm, tune: Path, folder: Path, tiny: Tiny, *more: str) -> None:
        self.scores, self.score_plan = folder / "scores", folder / "score_plan"
        profile, sections = [*more, "", ""][:2]
        options = {"variables": FOUR, "more": sections or evaluated("sums")}
        super().__init__(slurm, tune, folder, tiny, profile, **options)
        self.score_plan.write_text("", encoding="utf-8")
        self.env |= {"SCORE_LOG": str(self.scores), "SCORE_PLAN": str(self.score_plan)}

    def results(self, run: str) -> Path:
        return self.desk.out(run) / "eval" / "sums" / "epoch_0"

    @property
    def evaluated(self) -> list[str]:
        """The runs that have a result."""
        found = self.desk.folder.glob("out/tiny/*/eval/sums/epoch_0/tcwc.json")
        return sorted(each.parts[-5] for each in found)

    @property
    def scored(self) -> list[str]:
        """The runs that the tool was started for, as often as it was."""
        text = self.scores.read_text(encoding="utf-8") if self.scores.exists() else ""
        return sorted(re.findall(r"run_\d+", text))

    def finish(self) -> None:
        """Wait until the queue is empty."""
        jobs = {job.partition("_")[0] for job in self.slurm.queue()}
        if jobs:
            self.slurm.wait(*sorted(jobs), seconds=300)


Make = Callable[..., Chain]


@pytest.fixture
def make(slurm: Slurm, tune: Path, tmp_path: Path, pretend: Tiny) -> Make:
    def made(*more: str, lab: Slurm = slurm) -> Chain:
        return Chain(lab, tune, tmp_path, pretend, *more)

    return made


def runs(*numbers: int) -> list[str]:
    return [f"run_{n:03}" for n in numbers]


def test_a_sweep_and_what_comes_after_it(make: Make) -> None:
    chain = make("", evaluated("sums", more=BASELINE))
    said = chain.submit()
    assert said.code == 0, said
    chain.finish()
    assert chain.evaluated == runs(0, 1, 2, 3)
    stamp = json.loads((chain.results("run_002") / "tcwc.json").read_text(encoding="utf-8"))
    run = json.loads((chain.desk.out("run_002") / "tcwc" / "run.json").read_text(encoding="utf-8"))
    assert stamp["science_hash"] == run["science_hash"]
    base = chain.desk.folder / "out" / "tiny" / "eval" / "sums" / "base"
    assert json.loads((base / "tcwc.json").read_text(encoding="utf-8"))["run"] is None
    assert chain.submit().out == DONE.replace("4 of 4 evaluated", "5 of 5 evaluated")
    assert len(chain.scored) == 4


def test_a_training_that_fails_is_never_scored(make: Make) -> None:
    chain = make()
    chain.plan.write_text(FAILS, encoding="utf-8")
    chain.submit()
    chain.finish()
    assert chain.evaluated == chain.scored == runs(0, 2, 3)
    assert not chain.results("run_001").parent.exists()
    assert chain.slurm.queue() == {}  # its evaluation does not wait for ever
    chain.plan.write_text("", encoding="utf-8")
    assert chain.submit().code == 0
    chain.finish()
    assert chain.scored == runs(0, 1, 2, 3)
    assert chain.submit().out == DONE


def test_nor_when_slurm_has_forgotten_the_training(
    slurm_labs: Callable[..., Slurm], make: Make
) -> None:
    """A job that is gone from its memory is no dependency, and the evaluation begins: its own door
    holds it."""
    lab = slurm_labs(SLURM_MIN_AGE_S=2)
    chain = make(lab=lab)
    chain.plan.write_text(FAILS, encoding="utf-8")
    chain.submit("--no-evaluate")
    chain.finish()
    (array,) = chain.arrays
    end = time.monotonic() + 120
    while lab.run("scontrol", "show", "job", f"{array}_1", check=False).returncode == 0:
        assert time.monotonic() < end
        time.sleep(1)
    script = chain.desk.jobs / "evaluate.sbatch"
    options = ["--parsable", f"--chdir={chain.desk.folder}", "--array=0-3"]
    log = f"--output={chain.desk.folder}/eval_%a.log"
    after = ["--dependency=aftercorr:" + array]
    tried = lab.run("sbatch", *options, log, *after, script, "0", check=False, env=chain.env)
    if tried.returncode:  # it refuses what it does not know: then without
        tried = lab.run("sbatch", *options, log, script, "0", env=chain.env)
    lab.wait(tried.stdout.strip())
    assert chain.evaluated == chain.scored == runs(0, 2, 3)
    assert not chain.results("run_001").parent.exists()
    said = (chain.desk.folder / "eval_1.log").read_text(encoding="utf-8")
    assert "run_001, sums, epoch_0: its training is not finished" in said


def test_what_is_killed_is_no_result(make: Make) -> None:
    chain = make()
    chain.score_plan.write_text(
        'case $2 in *run_002/*) touch "$1/half"; sleep 60 ;; esac\n', encoding="utf-8"
    )
    chain.submit()
    stamp = chain.results("run_002").parent / ".epoch_0.part"
    at_work(stamp)
    start = json.loads((stamp / "0001.start").read_text(encoding="utf-8"))
    os.kill(start["pid"], signal.SIGKILL)
    chain.finish()
    assert chain.evaluated == runs(0, 1, 3)
    chain.score_plan.write_text("", encoding="utf-8")
    time.sleep(4)  # until its heart has stood still; it beats each second here
    assert chain.submit(env={"TCWC_BEAT": "1"}).code == 0
    chain.finish()
    assert chain.evaluated == runs(0, 1, 2, 3)
    kept = chain.results("run_002").with_name("epoch_0.failed-1")
    assert (kept / "half").exists()


def test_what_is_cancelled_says_so(make: Make) -> None:
    chain = make()
    chain.score_plan.write_text('touch "$1/half"; sleep 60\n', encoding="utf-8")
    chain.submit("--only", "run_000")
    stamp = chain.results("run_000").parent / ".epoch_0.part"
    at_work(stamp)
    start = json.loads((stamp / "0001.start").read_text(encoding="utf-8"))
    chain.slurm.run("scancel", "--batch", "--signal=TERM", start["job"])
    chain.finish()
    assert json.loads((stamp / "0001.end").read_text(encoding="utf-8"))["state"] == "cancelled"
    assert chain.evaluated == []
    assert chain.results("run_000").with_name("epoch_0.failed-1").is_dir()


def test_two_submissions_at_once(make: Make) -> None:
    chain = make()
    chain.sleep(2)
    said: list[Said] = []
    both = [threading.Thread(target=lambda: said.append(chain.submit())) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(each.code for each in said) == [0, 3], said
    chain.finish()
    assert chain.started == chain.scored == runs(0, 1, 2, 3)


def test_while_they_are_in_the_queue(make: Make) -> None:
    """Trainings that were submitted without: their evaluations come after what is queued."""
    chain = make()
    chain.sleep(3)
    chain.submit("--no-evaluate")
    said = chain.submit()
    assert said.code == 0, said
    assert "submitted 4 jobs of evaluations" in said.out
    assert chain.submit().code == 3
    chain.finish()
    assert chain.started == chain.scored == chain.evaluated == runs(0, 1, 2, 3)


def test_chunks(slurm_labs: Callable[..., Slurm], make: Make) -> None:
    lab = slurm_labs(SLURM_MAX_ARRAY=3)
    chain = make("", evaluated("sums", "more"), lab=lab)
    assert chain.submit().code == 0
    chain.finish()
    assert len(chain.arrays) == 2
    assert chain.started == runs(0, 1, 2, 3)
    assert chain.scored == sorted(runs(0, 1, 2, 3) * 2)
    assert chain.submit().out == DONE.replace("4 of 4 evaluated", "8 of 8 evaluated")


def test_another_evaluation_later(make: Make) -> None:
    """Runs stay as they are; what was measured before is kept beside."""
    chain = make()
    chain.submit()
    chain.finish()
    desk: Desk = chain.desk
    desk.study.edit("{results} {folder}", "{results} {folder} anew")
    desk.build()
    chain.write()
    said = chain.submit()
    assert "0 of 4 evaluated, 4 with results of an earlier meaning" in said.out
    chain.finish()
    assert chain.started == runs(0, 1, 2, 3)
    assert chain.submit().out == DONE
    beside = os.listdir(chain.results("run_000").parent)
    assert len([name for name in beside if re.fullmatch(r"epoch_0\.was-[0-9a-f]{8}", name)]) == 1


def test_weights_that_are_gone(make: Make) -> None:
    """What was pruned is evaluated no more, and keeps nobody waiting; what got lost is trained
    again from the epoch before, and evaluated after that."""
    chain = make("", evaluated("sums", more="    epochs: all\n"))
    out = "  output_dir: 'out'\n"
    chain.desk.study.edit(out, f"{out}  epochs: 3\n  max_steps_per_epoch: 2\n")
    chain.desk.build()
    chain.write()
    assert chain.submit().code == 0
    chain.finish()
    assert chain.submit().out == DONE.replace("4 of 4 evaluated", "12 of 12 evaluated")
    assert chain.desk.study.cli("prune", "experiment.yaml", "--yes", "--only", "run_003").code == 0
    shutil.rmtree(chain.desk.out("run_001") / "epoch_2")
    said = chain.submit()
    assert "4 runs: 3 finished, 1 files missing" in said.out
    chain.finish()
    last = chain.results("run_001").with_name("epoch_2")
    stamp = json.loads((last / "tcwc.json").read_text(encoding="utf-8"))
    assert stamp["attempt"] == 2
    assert chain.scored == sorted([*runs(0, 1, 2, 3) * 3, "run_001"])
    assert [each.name for each in last.parent.glob("epoch_*.was-*")] == [
        f"epoch_2.was-{stamp['science_hash'][:8]}"
    ]
    chain.desk.study.edit("{results} {folder}", "{results} {folder} anew")
    chain.desk.build()
    chain.write()
    gone = "2 cannot be made: `tcwc prune` removed their weights"
    said = chain.submit()
    assert "0 of 12 evaluated, 10 with results of an earlier meaning, or of earlier w" in said.out
    assert gone in said.out
    chain.finish()
    said = chain.submit()
    told = f"submit.sh: 4 of 4 finished\nsubmit.sh: 10 of 12 evaluated, {gone}\n"
    assert said == Said(0, told, "")
    assert chain.started == sorted([*runs(0, 1, 2, 3), "run_001"])
    log = next(iter(chain.desk.jobs.glob("logs/evaluate_*_3.log"))).parent
    texts = [each.read_text(encoding="utf-8") for each in log.glob("evaluate_*_3.log")]
    assert any("run_003, sums, epoch_0: cannot be made: `tcwc prune`" in text for text in texts)


def test_a_folder_with_an_odd_name(slurm: Slurm, tune: Path, tmp_path: Path, pretend: Tiny) -> None:
    place = tmp_path / 'it\'s a "dir" $HOME; $(touch pwned) `x` %A'
    chain = Chain(slurm, tune, place, pretend)
    said = chain.submit()
    assert said.code == 0, said
    chain.finish()
    assert chain.evaluated == runs(0, 1, 2, 3)
    assert list(tmp_path.rglob("pwned")) == []
