"""`tcwc slurm --suggest`: time limits from stamps, and an edit that does nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tcwc.api.compilation import compile
from tcwc.api.work import tasks
from tests.jobs.desk import Desk
from tests.jobs.lab import pretend_assets
from tests.jobs.stamps import AT, Folders
from tests.study import Said, Study

pytestmark = pytest.mark.usefixtures("no_checks")

HEAD = """\
experiment_name: tiny
base_config: llama3_2/1B_lora_single_device
variables:
"""
GRID = "  max_steps_per_epoch: [100, 20000]\n  seed: [1, 2]\n"
CONTROLS = "controls: {output_dir: out, epochs: 2}\n"
RESOURCES = "resources:\n  time: 12:00:00  # a guess\n  cpus: 4\nsamples: 51760\n"


class Timed:
    """An experiment that is built, and stamps of runs that took so many seconds."""

    def __init__(self, folder: Path, grid: str = GRID, more: str = RESOURCES) -> None:
        self.study = Study.built(folder, f"{HEAD}{grid}{CONTROLS}{more}")
        self.folders = Folders(self.study.source)

    @property
    def text(self) -> str:
        return self.study.source.read_text(encoding="utf-8")

    def took(
        self, run: str, seconds: int, *, bars: tuple[int, int] | None = None, **claim: Any
    ) -> None:
        """A whole run; `bars` are the steps of its two epochs, and the seconds of each."""
        self.folders.start(run, **claim)
        self.folders.end(run, "finished", end=AT + seconds)
        if bars is not None:
            steps, each = bars
            clock = f"{each // 60:02}:{each % 60:02}"
            lines = (
                f"\r{n}|9|Loss: 1: 100%|#| {steps}/{steps} [{clock}<00:00, 1it/s]" for n in "12"
            )
            self.folders.stamp(run, "0001.log").write_text("".join(lines), encoding="utf-8")

    def suggest(self, *words: str) -> Said:
        before = self.hashes()
        said = self.study.cli("slurm", "experiment.yaml", "--suggest", *words)
        assert self.hashes() == before
        return said

    def hashes(self) -> list[tuple[str, str]]:
        return [(run.id, run.sha256) for run in compile(self.study.source).runs]

    def times(self) -> dict[str, int | None]:
        return {each.run: each.needs.time for each in tasks(compile(self.study.source))}


@pytest.fixture
def one(tmp_path: Path) -> Timed:
    return Timed(tmp_path)


def test_where_nothing_is_measured_it_says_what_to_do(one: Timed) -> None:
    said = one.suggest()
    assert said.code == 3
    assert "tcwc run experiment.yaml run_000" in said.err
    one.folders.start("run_000")
    one.folders.end("run_000", "failed", reason="oom")
    assert one.suggest().code == 3


def test_a_longer_run_gets_the_time_of_its_steps(one: Timed) -> None:
    one.took("run_000", 700, bars=(100, 50), gpu_name="NVIDIA A100")
    before = one.text
    said = one.suggest()
    assert said.code == 0
    assert "run 0 took 00:11:40 on node1 (NVIDIA A100), 0.51 s a step: one run alone" in said.out
    assert "00:30:00 for runs 0-1, of up to 200 steps" in said.out  # 1.3 x 702 + 600
    assert one.text == before
    assert '+    "max_steps_per_epoch == 100": {time: 00:30:00}' in said.out
    assert "--write writes it" in said.out
    written = one.suggest("--write")
    assert written.code == 0
    # 51,760 samples make 1,617 steps of an epoch: 3,234 x 0.51 s, and 600 s beside them.
    assert one.times() == {"run_000": 1800, "run_001": 1800, "run_002": 3600, "run_003": 3600}
    assert "# a guess" in one.text
    assert "cpus: 4" in one.text
    again = one.suggest("--write")
    assert "these are the limits that stand there" in again.out


def test_the_longest_of_several_counts(one: Timed) -> None:
    one.took("run_000", 700)
    one.took("run_001", 1300)
    one.took("run_002", 4000)
    said = one.suggest("--write")
    assert "runs 0-2 took 01:06:40 at most on node1" in said.out
    assert "alone" not in said.out
    assert one.times()["run_000"] == 1800  # 1.3 x 1300
    assert one.times()["run_003"] == 5400  # 1.3 x 4000: of the same steps


@pytest.mark.parametrize("ending", [{"mode": "resume", "from_epoch": 0}, {"mode": "resume"}])
def test_what_went_on_tells_nothing(one: Timed, ending: dict[str, Any]) -> None:
    one.took("run_000", 700)
    one.folders.start("run_001")
    one.folders.end("run_001", "cancelled", end=AT + 40)
    one.folders.start("run_001", 2)
    one.folders.end("run_001", "finished", 2, end=AT + 9000, **ending)
    said = one.suggest()
    assert "run 1 told nothing" in said.out
    assert "run 0 took 00:11:40" in said.out


def test_what_began_anew_tells_what_it_took_then(one: Timed) -> None:
    one.folders.start("run_001")
    one.folders.end("run_001", "failed", reason="error", end=AT + 40)
    one.folders.start("run_001", 2)
    one.folders.end("run_001", "finished", 2, end=AT + 900, mode="restart")
    assert "run 1 took 00:15:00" in one.suggest().out


def test_a_time_out_is_too_little(one: Timed) -> None:
    one.took("run_000", 100, bars=(100, 45))
    one.folders.start("run_002")
    one.folders.end("run_002", "failed", reason="timeout", end=AT + 43200)
    one.folders.identity("run_002", world=2)
    assert "came to a limit" not in one.suggest().out
    one.folders.identity("run_002")
    said = one.suggest("--write")
    assert "run 2 came to a limit after 12:00:00: it takes more" in said.out
    times = one.times()
    assert times["run_000"] == 300
    assert times["run_003"] is not None
    assert times["run_003"] >= 1.3 * 43200


def test_runs_that_cost_otherwise_keep_what_they_have(tmp_path: Path) -> None:
    one = Timed(tmp_path, "  batch_size: [2, 8]\n  lora_rank: [8, 64]\n")
    one.took("run_000", 3600)
    said = one.suggest("--write")
    assert "`batch_size 8`: nothing is measured for runs 2-3: finish run_002 first" in said.out
    assert one.times() == {"run_000": 4800, "run_001": 4800, "run_002": 43200, "run_003": 43200}
    assert '"batch_size == 2": {time: 01:20:00}' in one.text


@pytest.mark.parametrize(
    ("grid", "groups"),
    [
        ("  tokenizer.max_seq_len: [512, 4096]\n", 2),
        ("  dtype: [bf16, fp32]\n", 2),
        ("  gradient_accumulation_steps: [1, 8]\n", 2),
        ("  model.apply_lora_to_mlp: [true, false]\n", 2),
        ("  optimizer.lr: [1e-3, 3e-4]\n", 1),
        ("  lora_rank: [8, 16]\n", 1),
        ("  checkpointer.checkpoint_dir: [/a, /b]\n", 1),
        ("  dataset.split: ['train[:50%]', train]\n", 1),
    ],
)
def test_which_runs_cost_alike(tmp_path: Path, grid: str, groups: int) -> None:
    one = Timed(tmp_path, grid)
    one.took("run_000", 3600)
    assert one.suggest().out.count("nothing is measured") == groups - 1


def test_two_gpus_do_not_transfer(tmp_path: Path) -> None:
    one = Timed(tmp_path)
    clusters = one.study.folder / "clusters"
    clusters.mkdir()
    for name, kind in (("a", "a100"), ("h", "h100"), ("v", "v100")):
        (clusters / f"{name}.yaml").write_text(f"gpu_type: {kind}\n", encoding="utf-8")
    one.took("run_000", 3600, cluster="a", gpu_name="NVIDIA A100-SXM4-80GB")
    one.took("run_001", 900, cluster="local", gpu_name="NVIDIA H100 80GB HBM3", host="desk")
    said = one.suggest("--cluster", "h")
    assert "run 1 took 00:15:00 on desk (NVIDIA H100 80GB HBM3)" in said.out
    assert "run 0 not counted: trained on node1 (NVIDIA A100-SXM4-80GB) of a" in said.out
    said = one.suggest("--cluster", "a")
    assert "run 0 took 01:00:00" in said.out
    assert "run 1 not counted" in said.out
    said = one.suggest("--cluster", "v")
    assert "runs 0-1 took 01:00:00 at most" in said.out
    assert "none of this was measured on v" in said.out
    said = one.suggest()
    assert "runs 0-1 took 01:00:00 at most" in said.out


def test_folders_that_only_the_profile_knows(tmp_path: Path) -> None:
    text = f"{HEAD}{GRID}{CONTROLS}{RESOURCES}".replace(
        "output_dir: out", "output_dir: '${oc.env:OUT}'"
    )
    study = Study.built(tmp_path, text)
    (tmp_path / "clusters").mkdir()
    profile = f"environment:\n  OUT: {tmp_path}/scratch\n"
    (tmp_path / "clusters" / "a.yaml").write_text(profile, encoding="utf-8")
    folders = Folders(study.source)
    folders.start("run_000", cluster="a")
    folders.end("run_000", "finished", end=AT + 700)
    (tmp_path / folders.tasks["run_000"].folder).parent.parent.rename(tmp_path / "scratch")
    assert (
        "run 0 took 00:11:40"
        in study.cli("slurm", "experiment.yaml", "--suggest", "--cluster", "a").out
    )


def test_what_is_told_is_escaped_and_no_secret(tmp_path: Path) -> None:
    one = Timed(tmp_path, "  +x.api_key: [Sup3rS3cret1, Sup3rS3cret2]\n")
    one.took("run_000", 700, gpu_name="A\x1b[1m\n::error::x", host="h\x1b")
    said = one.suggest()
    assert "run 0 took" in said.out
    assert "nothing is measured for run 1" in said.out
    assert "Sup3r" not in said.out
    assert "\x1b" not in said.out
    assert "\n::error" not in said.out


def test_conditions_that_stand_there(tmp_path: Path) -> None:
    more = RESOURCES.replace(
        "samples", '  when:\n    "max_steps_per_epoch > 100": {time: 24:00:00, cpus: 8}\nsamples'
    )
    one = Timed(tmp_path, more=more)
    one.took("run_000", 700, bars=(100, 50))
    one.suggest("--write")
    assert '"max_steps_per_epoch > 100": {time: 01:00:00, cpus: 8}' in one.text
    assert one.times() == {"run_000": 1800, "run_001": 1800, "run_002": 3600, "run_003": 3600}


@pytest.mark.parametrize(
    "section",
    [
        "resources: {time: 12:00:00, when: {max_steps_per_epoch == 100: {cpus: 8}}}\n",
        "resources:\n  time: 12:00:00\n  when:\n    max_steps_per_epoch == 100: {cpus: 8}\n",
        "resources:\n  time: 12:00:00\n  when:\n    max_steps_per_epoch == 100:\n      cpus: 8\n",
    ],
)
def test_a_condition_that_says_other_needs_gets_the_time(tmp_path: Path, section: str) -> None:
    one = Timed(tmp_path, more=f"{section}samples: 51760\n")
    one.took("run_000", 700, bars=(100, 50))
    assert one.suggest("--write").code == 0
    assert one.text.count("max_steps_per_epoch == 100") == 1
    assert one.times() == {"run_000": 1800, "run_001": 1800, "run_002": 3600, "run_003": 3600}


def test_a_condition_over_runs_that_differ_is_for_hands(tmp_path: Path) -> None:
    more = RESOURCES.replace("samples", '  when:\n    "seed > 0": {time: 24:00:00}\nsamples')
    one = Timed(tmp_path, more=more)
    one.took("run_000", 700, bars=(100, 50))
    before = one.text
    said = one.suggest("--write")
    assert said.code == 1
    assert "need different times: 00:30:00, 01:00:00" in said.err
    assert one.text == before


@pytest.mark.parametrize("more", ["", "resources: {cpus: 2}\n", "samples: 51760\n"])
def test_without_a_limit_so_far(tmp_path: Path, more: str) -> None:
    one = Timed(tmp_path, "  lora_rank: [8, 16]\n", more)
    one.took("run_000", 700)
    assert one.suggest("--write").code == 0
    assert one.times() == {"run_000": 1200, "run_001": 1200}


def test_another_config_or_another_meaning_is_no_measure(one: Timed) -> None:
    one.took("run_000", 700, sha256="0" * 64)
    assert one.suggest().code == 3
    one.took("run_000", 700)
    one.folders.identity("run_000", science_hash="0" * 16)
    assert one.suggest().code == 3
    one.folders.identity("run_000", world=2)
    assert one.suggest().code == 3


@pytest.mark.parametrize("end", [AT - 5, None])
def test_clocks_that_went_wrong_are_no_measure(one: Timed, end: int | None) -> None:
    one.folders.start("run_000")
    one.folders.end("run_000", "finished", end=end)
    assert one.suggest().code == 3


@pytest.mark.parametrize("words", [["--only", "failed"], ["--halve-batch"]])
def test_what_goes_together_with_nothing(one: Timed, words: list[str]) -> None:
    assert one.suggest(*words).code == 2


def test_nothing_to_write(tmp_path: Path) -> None:
    desk = Desk.made(tmp_path / "s", pretend_assets(tmp_path), variables={"seed": "[1, 2]"})
    said = desk.slurm("--write")
    assert said.code == 2
    assert "--suggest" in said.err


def test_where_a_site_gives_less(tmp_path: Path) -> None:
    tiny = pretend_assets(tmp_path)
    desk = Desk.made(tmp_path / "s", tiny, variables={"seed": "[1, 2]"})
    folders = Folders(desk.source)
    folders.start("run_000", cluster="lab")
    folders.end("run_000", "finished", end=AT + 6000)
    desk.site("PartitionName=main MaxTime=1-00:00:00 State=UP\n")
    assert "at most, less" not in desk.slurm("--suggest").out
    desk.site("PartitionName=main MaxTime=02:00:00 State=UP\n")
    said = desk.slurm("--suggest")
    assert "main gives a job 02:00:00 at most, less than runs 0-1 need" in said.out


def test_memory_where_a_site_keeps_accounts(tmp_path: Path) -> None:
    desk = Desk.made(tmp_path / "s", pretend_assets(tmp_path), variables={"seed": "[1, 2]"})
    folders = Folders(desk.source)
    folders.start("run_000", cluster="lab", job="161_0", slurm_job="161")
    folders.end("run_000", "finished", end=AT + 60)
    assert "GiB" not in desk.slurm("--suggest").out
    sacct = desk.desk / "bin" / "sacct"
    sacct.write_text("#!/bin/sh\necho '161_0.batch|41943040K'\necho \"$@\" >&2\n", encoding="utf-8")
    sacct.chmod(0o755)
    said = desk.slurm("--suggest").out
    assert "1 job had 40.0 GiB of a node at most" in said
    assert "`memory: 52G`" in said
