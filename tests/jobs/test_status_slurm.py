"""What became of jobs of a real Slurm, in each way that a run can end: the state that the table has
for it, and that `--only` selects exactly those."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

import tcwc
from tcwc.api.selecting import select, to_start
from tcwc.api.status import Status
from tests.jobs.lab import Slurm, Tiny
from tests.jobs.test_submit_slurm import Site

pytestmark = [pytest.mark.slow, pytest.mark.slurm]

QUICK = {"TCWC_BEAT": "1", "TCWC_GRACE": "2"}
"""Jobs that beat each second, so that five seconds without are many."""


class Watched(Site):
    """A site whose runs are looked at."""

    def look(self) -> Status:
        with patch.dict(os.environ, self.env | QUICK):
            return tcwc.status(self.desk.source)

    def words(self) -> dict[str, str]:
        """State and reason of each run."""
        return {row.run: row.word for row in self.look()}

    def wait_for(self, run: str, word: str, seconds: float = 120) -> None:
        """Until a run is in a state; a run that never is fails the test."""
        ends = time.monotonic() + seconds
        while (found := self.words()[run]) != word:
            assert time.monotonic() < ends, (run, found, word)
            time.sleep(0.5)

    def begin(self, *words: str) -> None:
        said = self.submit(*words, env=QUICK)
        assert said.code == 0, said

    def job(self, run: str) -> str:
        return str([each for each in self.desk.record if each["run"] == run][-1]["job"])

    def pid(self, run: str) -> int:
        """The process of the job script that has a run."""
        start = sorted((self.desk.out(run) / "tcwc").glob("*.start"))[-1]
        return int(json.loads(start.read_text(encoding="utf-8"))["pid"])

    def only(self, *words: str) -> list[str]:
        with patch.dict(os.environ, self.env | QUICK):
            return [r.run for r in select(tcwc.compile(self.desk.source), words, self.look())]

    def startable(self) -> list[str]:
        with patch.dict(os.environ, self.env | QUICK):
            return [r.run for r in to_start(tcwc.compile(self.desk.source), [], self.look()).rows]


Watch = Callable[..., Watched]


@pytest.fixture
def watch(slurm: Slurm, tune: Path, tmp_path: Path, pretend: Tiny) -> Iterator[Watch]:
    made: list[Watched] = []

    def site(lab: Slurm = slurm, profile: str = "", seeds: int = 6) -> Watched:
        variables = {"seed": str(list(range(seeds)))}
        made.append(Watched(lab, tune, tmp_path, pretend, profile, variables=variables))
        return made[-1]

    yield site
    for each in made:
        each.slurm.clear()


def runs(*numbers: int) -> list[str]:
    return [f"run_{n:03}" for n in numbers]


def test_each_way_to_end(watch: Watch) -> None:
    site = watch(profile="concurrency: 7\n", seeds=9)
    site.plan.write_text(
        "case $out in\n"
        "*/run_000) ;;\n"
        "*/run_001) fail=3 ;;\n"
        "*/run_002) oom=1 ;;\n"
        "*/run_003 | */run_004) sleep=600 ;;\n"
        '*/run_005) [ -e "$out/tcwc/0002.start" ] || sleep=600 ;;\n'
        "*/run_006) sleep=300 deaf=1 ;;\n"
        "*/run_007 | */run_008) sleep=600 ;;\n"
        "esac\n",
        encoding="utf-8",
    )
    assert set(site.words().values()) == {"never started"}
    site.begin()
    for run in runs(3, 4, 5, 6):
        site.wait_for(run, "running")
    site.wait_for("run_002", "failed: oom")
    site.slurm.run("scontrol", "update", f"JobId={site.job('run_006')}", "TimeLimit=1")
    site.slurm.run("scontrol", "requeue", site.job("run_005"))
    site.slurm.run("scancel", site.job("run_003"))
    pid = site.pid("run_004")
    training = _below(pid)
    os.kill(pid, signal.SIGKILL)
    site.wait_for("run_004", "running ending")  # what it started lives on, and beats
    for each in training:
        os.kill(each, signal.SIGKILL)
    site.wait_for("run_000", "finished")
    site.wait_for("run_003", "cancelled")
    site.wait_for("run_004", "failed: lost", 60)
    site.wait_for("run_005", "finished", 60)
    site.wait_for("run_006", "failed: timeout", 150)
    for run in runs(7, 8):
        site.wait_for(run, "running", 60)
    found = site.look()
    assert {row.run: row.word for row in found} == {
        "run_000": "finished", "run_001": "failed: error", "run_002": "failed: oom",
        "run_003": "cancelled", "run_004": "failed: lost", "run_005": "finished",
        "run_006": "failed: timeout", "run_007": "running", "run_008": "running",
    }  # fmt: skip
    assert found["run_005"].attempts == 2
    assert "OutOfMemoryError" in found["run_002"].detail
    assert (found.cluster, found.silence, found.accounting) == ("lab", "", False)
    selected = {
        word: site.only(word) for word in ("oom", "timeout", "lost", "cancelled", "missing")
    }
    assert selected == {
        "oom": runs(2), "timeout": runs(6), "lost": runs(4), "cancelled": runs(3),
        "missing": runs(1, 2, 3, 4, 6),
    }  # fmt: skip
    assert site.startable() == runs(1, 2, 3, 4, 6)
    site.slurm.clear()
    for run in runs(7, 8):
        site.wait_for(run, "cancelled")
    site.plan.write_text("", encoding="utf-8")
    trained = site.started
    site.begin("--only", "oom")
    assert [each["run"] for each in site.desk.record[9:]] == runs(2)
    site.begin("--only", "failed,cancelled")
    site.slurm.wait(*site.arrays)
    assert set(site.words().values()) == {"finished"}
    again = site.started
    assert {run: again.count(run) - trained.count(run) for run in again} == {
        **dict.fromkeys(runs(0, 5), 0), **dict.fromkeys(runs(1, 2, 3, 4, 6, 7, 8), 1),
    }  # fmt: skip


def test_what_waits_and_what_is_cancelled_while_it_waits(
    watch: Watch, slurm_labs: Callable[..., Slurm]
) -> None:
    """Also after the scheduler has forgotten all of it."""
    site = watch(slurm_labs(SLURM_KILL_WAIT_S=5, SLURM_MIN_AGE_S=5), "concurrency: 1\n", 4)
    site.sleep(300)
    site.begin()
    site.wait_for("run_000", "running")
    found = site.look()
    assert [row.state for row in found] == ["running", *["queued"] * 3]
    assert found["run_001"].reason == "JobArrayTaskLimit"
    assert found["run_001"].job == site.job("run_001")
    assert site.startable() == []
    site.slurm.run("scancel", site.job("run_001"), site.job("run_002"))
    dropped = {"run_000": "running", "run_001": "dropped", "run_002": "dropped"}
    assert site.words().items() >= dropped.items()
    site.slurm.clear()
    ended = dropped | {"run_000": "cancelled", "run_003": "dropped"}
    site.wait_for("run_000", "cancelled")
    assert site.words() == ended
    forgotten = time.monotonic() + 90
    while site.slurm.run("scontrol", "-o", "show", "job", check=False).stdout.count("JobId="):
        assert time.monotonic() < forgotten
        time.sleep(1)
    assert site.words() == ended
    assert site.only("dropped") == runs(1, 2, 3)
    site.plan.write_text("", encoding="utf-8")
    site.begin("--only", "dropped")
    site.slurm.wait(*site.arrays[1:])
    assert site.words() == {"run_000": "cancelled", **dict.fromkeys(runs(1, 2, 3), "finished")}


def test_a_job_that_never_came_to_its_stamp(watch: Watch) -> None:
    site = watch(profile="setup:\n  - . ./leave.sh\n", seeds=2)
    (site.desk.folder / "leave.sh").write_text("exit 3\n", encoding="utf-8")
    site.begin()
    site.slurm.wait(*site.arrays)
    found = site.look()
    assert [row.word for row in found] == ["failed: launch"] * 2
    assert "exit 74" in found["run_000"].detail
    assert site.startable() == runs(0, 1)


def test_a_node_that_died_and_slurm_has_not_noticed(watch: Watch) -> None:
    site = watch(seeds=2)
    site.plan.write_text("case $out in */run_000) sleep=300 ;; esac\n", encoding="utf-8")
    site.begin()
    site.wait_for("run_000", "running")
    site.wait_for("run_001", "finished")
    pid = site.pid("run_000")
    stepd = int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    below = _below(pid)
    os.kill(stepd, signal.SIGKILL)  # first: it would tell
    for each in (pid, *below):
        os.kill(each, signal.SIGKILL)
    assert site.slurm.queue()[site.job("run_000")] == "RUNNING"
    site.wait_for("run_000", "silent", 20)
    assert site.slurm.queue()[site.job("run_000")] == "RUNNING"
    assert site.startable() == []
    site.slurm.clear()  # by hand, as a person would
    site.wait_for("run_000", "cancelled")


def _below(pid: int) -> list[int]:
    """The processes that one has started, and those have."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if parent == pid:
            child = int(path.parent.name)
            found += [child, *_below(child)]
    return found


def test_a_scheduler_that_cannot_be_asked(watch: Watch, tmp_path: Path) -> None:
    """Whatever might be in the queue is not known, and not started again."""
    site = watch(profile="concurrency: 1\n", seeds=3)
    site.plan.write_text("case $out in */run_000) ;; *) sleep=300 ;; esac\n", encoding="utf-8")
    site.begin()
    site.wait_for("run_001", "running")
    site.env["SLURM_CONF"] = str(tmp_path / "nowhere" / "slurm.conf")
    found = site.look()
    assert [row.state for row in found] == ["finished", "running", "unknown"]
    assert found.silence
    assert site.startable() == []


def test_the_folder_of_a_finished_run_is_removed(watch: Watch) -> None:
    import shutil

    site = watch(seeds=2)
    site.begin()
    site.slurm.wait(*site.arrays)
    shutil.rmtree(site.desk.out("run_000"))
    assert site.words() == {"run_000": "failed: files missing", "run_001": "finished"}
    (site.desk.out("run_001") / "epoch_0" / "adapter_model.pt").unlink()
    assert site.words()["run_001"] == "failed: files missing"
    assert site.startable() == runs(0, 1)
