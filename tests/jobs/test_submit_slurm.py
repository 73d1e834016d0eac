"""submit.sh and a real Slurm, with a stand-in for `tune`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.jobs.desk import Desk
from tests.jobs.lab import Slurm, Tiny, offline
from tests.study import Said

pytestmark = [pytest.mark.slow, pytest.mark.slurm]


class Site:
    """A desk whose Slurm is real."""

    def __init__(
        self,
        slurm: Slurm,
        tune: Path,
        folder: Path,
        tiny: Tiny,
        profile: str = "",
        **options: object,
    ) -> None:
        self.slurm = slurm
        self.log = folder / "tune.log"
        self.plan = folder / "plan"
        self.desk = Desk.made(folder / "study", tiny, profile, **options)
        self.plan.write_text("", encoding="utf-8")
        self.env = {
            "SLURM_CONF": str(slurm.conf),
            "TCWC_TUNE": str(tune),
            "TUNE_LOG": str(self.log),
            "TUNE_PLAN": str(self.plan),
        }
        self.write()

    def write(self) -> None:
        said = self.desk.slurm()
        assert said.code == 0, said

    def submit(self, *words: str, env: Mapping[str, str] | None = None) -> Said:
        return self.desk.submit(*words, env=self.env | dict(env or {}), stand_ins=False)

    def sleep(self, seconds: float) -> None:
        """What an epoch takes."""
        self.plan.write_text(f"sleep={seconds}\n", encoding="utf-8")

    def states(self) -> dict[str, str]:
        """What `tcwc status` says of each run."""
        command = ["status", str(self.desk.source), "--format", "json"]
        before = os.environ.copy()
        os.environ.update(self.env)
        try:
            said = self.desk.study.cli(command[0], *command[1:])
        finally:
            os.environ.clear()
            os.environ.update(before)
        found = json.loads(said.out)["runs"]
        return {each["run"]: each["reason"] or each["state"] for each in found}

    @property
    def started(self) -> list[str]:
        """The runs that were trained, as often as they were."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return sorted(line.rpartition("/")[2].split()[0] for line in lines if line[:6] == "start ")

    @property
    def most_at_once(self) -> int:
        now = most = 0
        for line in self.log.read_text(encoding="utf-8").splitlines():
            now += {"start": 1, "end": -1}.get(line.split()[0], 0)
            most = max(most, now)
        return most

    @property
    def arrays(self) -> list[str]:
        """The arrays of the record."""
        return list(dict.fromkeys(each["job"].partition("_")[0] for each in self.desk.record))


Make = Callable[..., Site]


@pytest.fixture
def make(slurm: Slurm, tune: Path, tmp_path: Path, pretend: Tiny) -> Make:
    def made(profile: str = "", lab: Slurm = slurm, **options: object) -> Site:
        return Site(lab, tune, tmp_path, pretend, profile, **options)

    return made


def runs(*numbers: int) -> list[str]:
    return [f"run_{n:03}" for n in numbers]


def six(**more: object) -> dict[str, object]:
    return {"variables": {"seed": "[1, 2, 3, 4, 5, 6]"}, **more}


def test_a_sweep_and_again(make: Make) -> None:
    site = make()
    said = site.submit()
    assert said.code == 0, said
    assert site.slurm.wait(*site.arrays) == 0
    assert site.started == runs(*range(12))
    again = site.submit()
    assert (again.code, again.out) == (0, "submit.sh: 12 of 12 finished\n")


def test_110_runs_in_arrays_of_21(slurm_labs: Callable[..., Slurm], make: Make) -> None:
    lab = slurm_labs(SLURM_MAX_ARRAY=21)
    seeds = str(list(range(110)))
    site = make("concurrency: 4\n", lab, variables={"seed": seeds})
    said = site.submit()
    assert said.code == 0, said
    assert len(site.arrays) == 6  # 0 to 20, 21 to 41, ...: an index may be 20
    assert len(set(site.arrays)) == said.out.count("job ")
    lab.wait(*site.arrays, seconds=400)
    assert site.started == runs(*range(110))
    assert site.most_at_once <= 4
    assert site.submit().out == "submit.sh: 110 of 110 finished\n"


def test_sparse_runs_of_which_some_are_cancelled(make: Make) -> None:
    site = make("concurrency: 3\n", variables={"seed": str(list(range(240)))})
    odd = ",".join(runs(*range(1, 240, 2)))
    assert site.submit("--only", odd, "--yes").code == 0
    (array,) = site.arrays
    gone = [site.desk.record[n] for n in (-1, -5, -9, -30, -50)]
    site.slurm.run("scancel", *(each["job"] for each in gone))
    site.slurm.wait(array, seconds=300)
    left = {each["run"] for each in gone}
    assert site.started == sorted(set(odd.split(",")) - left)
    said = site.submit("--only", "dropped")
    assert said.code == 0, said
    assert {each["run"] for each in site.desk.record[120:]} == left
    site.slurm.wait(*site.arrays)
    assert site.started == sorted(odd.split(","))


def test_two_submitters_at_once(make: Make) -> None:
    site = make(**six())
    site.sleep(2)
    said: list[Said] = []
    both = [threading.Thread(target=lambda: said.append(site.submit())) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(each.code for each in said) == [0, 3], said
    assert len(site.desk.record) == 6
    site.slurm.wait(*site.arrays)
    assert site.started == runs(*range(6))


def test_a_second_chunk_that_is_refused(make: Make) -> None:
    site = make("max_array_size: 3\n", **six())
    # the site's sbatch, but that it says no the second time
    sbatch = site.desk.desk / "limited" / "sbatch"
    sbatch.parent.mkdir()
    real = subprocess.run(["which", "sbatch"], capture_output=True, text=True).stdout.strip()
    sbatch.write_text(
        '#!/usr/bin/env bash\nif [ -e "$0.once" ]; then cat >/dev/null; echo "no more" >&2; exit 1;'
        f' fi\ntouch "$0.once"\nexec {real} "$@"\n',
        encoding="utf-8",
    )
    sbatch.chmod(0o755)
    said = site.submit(env={"PATH": f"{sbatch.parent}:{os.environ['PATH']}"})
    assert said.code == 2
    assert "3 of 6 runs were submitted" in said.err
    assert [each["run"] for each in site.desk.record] == runs(0, 1, 2)
    assert site.submit().code == 0
    site.slurm.wait(*site.arrays)
    assert site.started == runs(*range(6))


def test_a_configuration_that_is_nowhere(make: Make, tmp_path: Path) -> None:
    site = make(**six())
    said = site.submit(env={"SLURM_CONF": str(tmp_path / "nowhere" / "slurm.conf")})
    assert said.code == 2
    assert "nothing was submitted" in said.err
    assert not (site.desk.jobs / "jobs.jsonl").exists()


def test_a_rebuild_while_two_of_six_run(make: Make) -> None:
    site = make("concurrency: 2\n", **six())
    site.sleep(2)
    site.submit()
    while len(site.started) < 2:
        threading.Event().wait(0.2)
    site.desk.study.edit("\ncontrols:\n", "\ncontrols:\n  optimizer.weight_decay: 0.02\n")
    site.desk.build()
    old = site.submit()
    assert old.code == 1  # the scripts are of the configs before
    assert "6 of 6 configs" in old.err
    assert site.slurm.wait(*site.arrays) == 0
    assert site.started == runs(*range(6))
    site.write()
    assert set(site.states().values()) == {"changed"}
    said = site.submit()
    assert said.code == 3
    assert "--only changed" in said.out
    assert site.submit("--only", "changed").code == 0
    site.slurm.wait(*site.arrays)
    assert set(site.states().values()) == {"finished"}
    was = [each.name for each in (site.desk.folder / "out" / "tiny").iterdir()]
    assert len([name for name in was if re.fullmatch(r"run_00\d\.was-[0-9a-f]{8}", name)]) == 6


def test_a_frozen_config_that_is_edited_while_it_waits(make: Make) -> None:
    site = make("concurrency: 1\n", **six())
    site.sleep(1)
    site.submit()
    last = site.desk.record[-1]
    frozen = site.desk.folder / "configs" / "slurm" / "frozen" / f"{last['sha256']}.yaml"
    frozen.chmod(0o644)
    frozen.write_text(frozen.read_text(encoding="utf-8") + "seed: 9\n", encoding="utf-8")
    site.slurm.wait(*site.arrays)
    assert site.started == runs(0, 1, 2, 3, 4)
    assert site.states()["run_005"] == "refused"
    said = site.submit("--only", "refused")
    assert said.code == 0, said
    site.slurm.wait(*site.arrays)
    assert site.started == runs(*range(6))
    assert set(site.states().values()) == {"finished"}


def test_a_folder_with_an_odd_name(slurm: Slurm, tune: Path, tmp_path: Path, pretend: Tiny) -> None:
    place = tmp_path / 'it\'s a "dir" $HOME; $(touch pwned) `x` %A'
    site = Site(slurm, tune, place, pretend, **six())
    (place / "study" / "out" / "tiny" / "run_001" / "epoch_5").mkdir(parents=True)
    said = site.submit()
    assert said.code == 0, said
    assert "run_001: what is in out/tiny/run_001 is not of its own past" in said.err
    assert slurm.wait(*site.arrays) == 0
    assert site.states() == dict.fromkeys(runs(*range(6)), "finished") | {"run_001": "foreign"}
    assert list(tmp_path.rglob("pwned")) == []


def test_a_level_is_added(make: Make) -> None:
    site = make(**six())
    site.submit()
    site.slurm.wait(*site.arrays)
    site.desk.study.edit("5, 6]", "5, 6, 7]")
    site.desk.build()
    assert "1 configs in configs are newer" in site.submit().err
    site.write()
    assert site.submit().code == 0
    site.slurm.wait(*site.arrays)
    assert site.started == runs(*range(7))
    assert [each["run"] for each in site.desk.record[6:]] == runs(6)


def test_a_smoke_that_fails_holds_the_others_back(make: Make) -> None:
    site = make(**six())
    site.plan.write_text("fail=3\n", encoding="utf-8")
    said = site.submit("--smoke")
    assert said.code == 0, said
    site.slurm.wait(*site.arrays)
    assert len(site.started) == 1
    assert not (site.desk.folder / "out" / "tiny" / "run_000" / "tcwc").exists()
    site.plan.write_text("", encoding="utf-8")
    assert site.submit("--smoke").code == 0
    site.slurm.wait(site.arrays[-1])
    assert set(site.states().values()) == {"finished"}


def test_2500_runs(tmp_path: Path, pretend: Tiny) -> None:
    """Looked at in seconds; bash reads their script in the blink of an eye."""
    desk = Desk.made(tmp_path / "study", pretend, variables={"seed": str(list(range(2500)))})
    assert desk.slurm().code == 0
    desk.site("MaxArraySize = 4001\n")
    began = time.monotonic()
    said = desk.submit()
    assert said.code == 0, said
    assert time.monotonic() - began < 60
    assert len(desk.calls) == 1
    script = tmp_path / "script"
    script.write_text(desk.script(1), encoding="utf-8")
    took = []
    for _ in range(5):
        began = time.monotonic()
        subprocess.run(["bash", "-n", script], check=True)
        took.append(time.monotonic() - began)
    assert min(took) < 0.1
    desk.queue(*(f"101|{n}|PENDING|tcwc:tiny:0" for n in range(2500)))
    began = time.monotonic()
    assert desk.submit().code == 3
    assert time.monotonic() - began < 20


@pytest.mark.torchtune
def test_a_warm_up_with_torchtune(
    slurm: Slurm, tmp_path: Path, tiny: Tiny, torchtune_python: Path
) -> None:
    """Its own data set, which nobody knows to be local; then two steps, then the runs."""
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "my_data.py").write_text(
        "from torchtune.datasets import instruct_dataset\n"
        "def mine(tokenizer):\n"
        f"    files = {str(tiny.assets / 'train.json')!r}\n"
        "    return instruct_dataset(tokenizer, source='json', data_files=files, split='train')\n",
        encoding="utf-8",
    )
    desk = Desk.made(
        folder,
        tiny,
        variables={"lora_rank": "[4, 8]"},
        controls={"=dataset": "{_component_: my_data.mine}"},
    )
    assert desk.slurm().code == 0
    wanted = offline(tiny.assets) | {"TCWC_TUNE": str(torchtune_python.parent / "tune")}
    wanted |= {"SLURM_CONF": str(slurm.conf)}
    said = desk.submit("--smoke", env=wanted, stand_ins=False)
    assert said.code == 0, said
    (array,) = {each["job"].partition("_")[0] for each in desk.record}
    assert slurm.wait(array, seconds=300) == 0
    (log,) = (desk.jobs / "logs").glob("warm_up_*.log")
    assert "dataset: 64 samples" in log.read_text(encoding="utf-8")
    assert desk.submit(env=wanted, stand_ins=False).out == "submit.sh: 2 of 2 finished\n"
