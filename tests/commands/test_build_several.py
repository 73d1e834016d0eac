"""`tcwc build` of several files, and of one that other commands would not find."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcwc.cli import main
from tests.study import NAMED


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        Path(f"{name}.experiment.yaml").write_text(NAMED.format(name=name))
    return tmp_path


def test_each_is_built(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "a.experiment.yaml", "b.experiment.yaml"]) == 0
    assert "Built 2 of 2 experiments" in capsys.readouterr().out
    assert (here / "a.configs/run_001.yaml").is_file()
    assert (here / "b.configs/run_001.yaml").is_file()


def test_one_with_an_error_keeps_none_of_the_others(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.experiment.yaml").write_text("experiment_name: a\n")
    assert main(["build", "a.experiment.yaml", "b.experiment.yaml"]) == 1
    assert "Built 1 of 2 experiments" in capsys.readouterr().out
    assert not (here / "a.configs").exists()
    assert (here / "b.configs/run_001.yaml").is_file()


def test_a_name_that_is_not_looked_for_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.experiment.yaml").rename("sweep.yaml")
    assert main(["build", "sweep.yaml"]) == 0
    said = capsys.readouterr().out
    assert "find no sweep.yaml unless it is named: `mv sweep.yaml sweep.experiment.yaml`" in said
    Path("sweep.yaml").rename("sweep.experiment.yaml")
    assert main(["build", "sweep.experiment.yaml", "--adopt-mapping"]) == 0
    said = capsys.readouterr().out
    assert "unless it is named" not in said
    assert main(["check", "sweep.experiment.yaml"]) == 0


@pytest.mark.parametrize("command", ["build", "plan"])
def test_what_is_only_worth_knowing_is_counted(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.experiment.yaml").write_text(f"{NAMED.format(name='a')}  epochs: [1, 2]\n")
    assert main([command, "a.experiment.yaml"]) == 0
    said = capsys.readouterr().err
    assert "info[" not in said
    assert "worth knowing: `tcwc lint a.experiment.yaml` shows them" in said
    assert main([command, "-v", "a.experiment.yaml"]) == 0
    assert "info[" in capsys.readouterr().err
    assert main(["lint", "a.experiment.yaml"]) == 0
    said = capsys.readouterr().out
    assert "info[" in said
    assert "a.experiment.yaml: short names: lora_rank is model.lora_rank\n" in said
