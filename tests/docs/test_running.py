"""docs/running.md: its examples compile, and what it quotes is what is said."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tcwc.jobs.states.rows import spoken
from tcwc.jobs.states.table import REASONS, STATES
from tests.jobs.desk import Desk
from tests.jobs.lab import pretend_assets
from tests.jobs.scores import BASELINE, evaluated
from tests.jobs.test_suggesting import Timed
from tests.study import Study, contents
from tools.regenerate_docs import DOCS

PAGE = (DOCS / "running.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"```yaml\n# (\S+)\n(.*?)```", PAGE, re.DOTALL))


def quoted(start: str) -> str:
    """The block that begins with a text."""
    blocks: list[str] = re.findall(r"```(?:text|sh)\n(.*?)```", PAGE, re.DOTALL)
    (found,) = (each for each in blocks if each.startswith(start))
    return found


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """The opening example; its first line is the comment with the file's name."""
    made = Study(tmp_path)
    made.source.write_text("# experiment.yaml\n" + FILES["experiment.yaml"], encoding="utf-8")
    (tmp_path / "clusters").mkdir()
    profile = FILES["clusters/train.yaml"]
    (tmp_path / "clusters" / "train.yaml").write_text(profile, encoding="utf-8")
    return made


def test_what_lint_says(study: Study) -> None:
    said = study.cli("lint")
    head = "experiment.yaml:10:9: info[TCW435]"
    assert head in said.out
    assert quoted(head) in f"{said.all}\n"


def test_what_build_says_and_writes(study: Study) -> None:
    said = study.cli("build")
    assert quoted("  that does not bring") in said.all
    config = study.compile().runs[0].config
    assert config["checkpointer"]["checkpoint_dir"] == "/mnt/slurm/Llama-3.3-70B-Instruct"
    assert "checkpoint_dir" not in config


def test_what_slurm_writes(study: Study) -> None:
    study.cli("build")
    said = study.cli("slurm", "experiment.yaml", "--cluster", "train")
    assert said.code == 0, said
    made = contents(study.configs / "slurm" / "train")
    assert {"job.sbatch", "submit.sh"} <= set(made)
    assert quoted("#SBATCH --partition=train") in made["job.sbatch"].decode()


def test_half_the_batch_for_some_runs(tmp_path: Path) -> None:
    """The diff is one of the tiny example, and what it makes of that."""
    shutil.copytree(DOCS.parent / "examples" / "tiny", tmp_path / "tiny")
    study = Study(tmp_path / "tiny")
    before = study.compile().runs
    lines = quoted("$ tcwc run experiment.yaml --only oom").splitlines()
    added = [line[1:] for line in lines if line.startswith("+") and not line.startswith("+++")]
    study.edit("  max_steps_per_epoch: 8\n", "  max_steps_per_epoch: 8\n" + "\n".join(added) + "\n")
    after = study.compile().runs
    changed = [new.id for old, new in zip(before, after, strict=True) if old.config != new.config]
    assert changed == ["run_002"]
    config = after[2].config
    assert (config["batch_size"], config["gradient_accumulation_steps"]) == (2, 2)


def test_limits_from_finished_runs(tmp_path: Path) -> None:
    grid = "  batch_size: [2, 8]\n  max_steps_per_epoch: [100, 20000]\n  seed: [1, 2]\n"
    more = "resources:\n  time: 12:00:00\n  cpus: 4\nsamples: 51760\n"
    made = Timed(tmp_path, grid, more)
    (tmp_path / "clusters").mkdir()
    (tmp_path / "clusters" / "della.yaml").write_text("gpu_type: a100\n", encoding="utf-8")
    card = {"cluster": "della", "host": "della-l04g2", "gpu_name": "NVIDIA A100-SXM4-80GB"}
    made.took("run_000", 700, bars=(100, 50), **card)
    made.took("run_001", 690, bars=(100, 50), **card)
    call, _, lines = quoted("$ tcwc slurm experiment.yaml --suggest").partition("\n")
    assert made.suggest(*call.split()[-2:]).out == lines


def test_the_table_has_every_state_and_reason() -> None:
    table = PAGE[PAGE.index("| state |") :].partition("\n\n")[0]
    named = [row.split(" | ")[0].removeprefix("| ") for row in table.splitlines()[2:]]
    words = {word for name in named for word in name.removeprefix("failed: ").split(", ")}
    assert words == {spoken(each) for each in (*STATES, *REASONS)} - {"failed"}


def test_what_submit_says_of_evaluations(tmp_path: Path) -> None:
    """But for the numbers of jobs, and the name of the profile."""
    more = evaluated("sums", gpus=1, more=BASELINE)
    four = {"seed": "[1, 2, 3, 4]"}
    desk = Desk.made(
        tmp_path / "study", pretend_assets(tmp_path / "assets"), variables=four, more=more
    )
    assert desk.slurm().code == 0
    said = desk.submit().out.replace("clusters/lab.yaml", "della")
    for number in (1, 2, 3):
        said = said.replace(f"job {100 + number}", f"job {number}")
    (block,) = (
        each for each in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL) if "evaluated" in each
    )
    assert block.partition("\n")[2] == said
