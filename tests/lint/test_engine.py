"""A check that crashes (TCW005) is a finding, and hides nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tcwc.cli import main
from tcwc.lint import engine
from tcwc.lint.context import Context
from tcwc.model.diagnostics import Diagnostic

EXPERIMENT = """\
experiment_name: study
base_config: llama3_2/1B_lora_single_device
variables:
  lora_rank: [8, 16]
controls:
  lora_rank: 4  # the finding of another check
"""


def crash(context: Context) -> Iterator[Diagnostic]:
    raise ZeroDivisionError("by design")
    yield


@pytest.fixture
def experiment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(engine, "PASS", (engine.Check("crashing", crash), *engine.PASS))
    path = tmp_path / "experiment.yaml"
    path.write_text(EXPERIMENT)
    return path


def test_one_finding_and_those_of_the_others(
    experiment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", "--format", "concise"]) == 2
    said = capsys.readouterr().out
    failure = "experiment.yaml:2:1: error[TCW005]: the check `crashing` failed: ZeroDivisionError"
    assert said.count("TCW005") == 1
    assert f"{failure}: by design" in said
    assert "experiment.yaml:6:3: warning[TCW401]" in said
    assert "Traceback" not in said


def test_nothing_makes_it_pass(experiment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"# tcwc: ignore-file[TCW005] I do not care\n{EXPERIMENT}"
    experiment.write_text(text)
    (experiment.parent / "tcwc.toml").write_text('ignore = ["TCW"]\n')
    assert main(["lint", "--exit-zero", "--format", "concise"]) == 2
    said = capsys.readouterr().out
    assert "TCW005" in said
    assert "TCW401" not in said
    assert main(["build", "experiment.yaml"]) == 1
    assert not (experiment.parent / "configs").exists()
