"""torchtune's own recipe evaluates by the configs that a build writes, which are valid."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import tcwc
from tcwc.cli import main
from tests.after.test_chain import ELEUTHER, evaluators, llama, study
from tests.conftest import ROOT
from tests.experiments import tune_validate
from tests.jobs.lab import Tiny

pytestmark = [pytest.mark.slow, pytest.mark.torchtune]

SHIPPED = (
    "llama3_2/1B_lora_single_device",
    "llama3/8B_qlora_single_device",
    "qwen2_5/0.5B_full_single_device",
    "gemma/2B_lora",
    "phi4/14B_lora",
    "llama3_1/8B_lora_dpo_single_device",
    "llama3_2/8B_to_1B_KD_lora_single_device",
)
"""Configs of each kind: adapters, quantized ones, none, preferences, a teacher."""


def test_what_is_written_is_valid(tmp_path: Path, torchtune_python: Path) -> None:
    written: list[Path] = []
    for base in SHIPPED:
        source = tmp_path / base / "experiment.yaml"
        source.parent.mkdir(parents=True)
        source.write_text(
            f"experiment_name: study\nbase_config: {base}\ncontrols: {{seed: 1}}\n"
            "evaluate:\n  harness: {with: eleuther_eval, tasks: [a], baseline: true}\n"
        )
        made = tcwc.compile(source)
        assert made.ok, made.diagnostics
        made.write()
        found = sorted((source.parent / "configs" / "eval" / "harness").iterdir())
        assert len(found) == 2
        written += found
    assert tune_validate(torchtune_python, written) == {}


@pytest.fixture
def tune(tmp_path: Path, eleuther_python: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`tune` of an environment that has lm_eval too."""
    path = tmp_path / "tune"
    path.write_text(f'#!/bin/sh\nexec "{eleuther_python}" -m torchtune._cli.tune "$@"\n')
    path.chmod(0o755)
    monkeypatch.setenv("TCWC_TUNE", str(path))


@pytest.mark.usefixtures("evaluators", "tune")
def test_the_recipe_runs_and_its_table_is_read(
    tmp_path: Path, llama: Tiny, eleuther_python: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    baseline = f"{ELEUTHER}    baseline: true\n    epochs: all\n"
    source = study(tmp_path / "study", llama, baseline, seeds="[1]")
    maker = [eleuther_python, ROOT / "tests" / "after" / "gpt2.py", source.parent / "gpt2"]
    subprocess.run([*maker, llama.assets / "hf" / "tokenizer.json"], check=True)
    code = main(["run", str(source)])
    assert code == 0, capsys.readouterr()
    rows = [row for row in tcwc.results(source) if row.evaluation]
    assert all(row.included for row in rows), [row.why_not for row in rows]
    assert {row.source for row in rows} == {"eleuther"}
    found = {(row.run, row.epoch): row.value for row in rows if "perplexity" in row.metric}
    assert ("", None) in found
    assert len(set(found.values())) == len(found) > 1  # each is other weights


__all__ = ["evaluators", "llama"]
