"""docs/running.md: its examples compile, and what it quotes is what is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tcwc.jobs.states import REASONS, STATES
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
    block = re.search(r"```yaml\n(controls:\n  when:.*?)```", PAGE, re.DOTALL)
    assert block
    study = Study(tmp_path)
    base = "experiment_name: halved\nbase_config: llama3_2/1B_lora_single_device\n"
    text = f"{base}variables:\n  lora_rank: [8, 64]\n{block[1]}"
    study.source.write_text(text, encoding="utf-8")
    sizes = [
        (run.config["batch_size"], run.config["gradient_accumulation_steps"])
        for run in study.compile().runs
    ]
    assert sizes[1] == (2, 16)
    assert sizes[0][0] * sizes[0][1] == 2 * 16


def test_the_table_has_every_state_and_reason() -> None:
    table = PAGE[PAGE.index("| state |") :].partition("\n\n")[0]
    named = [row.split(" | ")[0].removeprefix("| ") for row in table.splitlines()[2:]]
    words = {word for name in named for word in name.removeprefix("failed: ").split(", ")}
    assert words == {*STATES, *REASONS} - {"failed"}
