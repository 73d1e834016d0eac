"""Which experiments are found where none is named, and which folders of theirs have none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tcwc.api.session import Session
from tcwc.cli import main
from tcwc.commands.select import NothingToDo, experiments
from tcwc.disk import processes
from tests.study import NAMED


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("kept", "old/one", "scratch"):
        Path(name).mkdir(parents=True)
        text = NAMED.format(name=name.replace("/", "_"))
        Path(name, "experiment.yaml").write_text(text)
    return tmp_path


def found(*named: str) -> list[str]:
    return [path.removesuffix("/experiment.yaml") for path in experiments(named, Session())]


def git(*words: str) -> None:
    subprocess.run(["git", *words], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        ('"old"', ["kept", "scratch"]),
        ('"old/"', ["kept", "scratch"]),
        ('"o*/one"', ["kept", "scratch"]),
        ('"one", "scratch/experiment.yaml"', ["kept"]),
        ('"experiment.yml"', ["kept", "old/one", "scratch"]),
        ('"ol"', ["kept", "old/one", "scratch"]),
    ],
)
def test_what_settings_exclude_is_not_found(exclude: str, left: list[str]) -> None:
    Path("tcwc.toml").write_text(f"exclude = [{exclude}]\n")
    assert found() == left
    assert found(".") == left
    assert found("old/one/experiment.yaml") == ["old/one"], "unless it is named"


def test_what_git_ignores_is_not_found() -> None:
    git("init", "-q")
    Path(".gitignore").write_text("/scratch/\none\n")
    assert found() == ["kept"]
    git("add", "-f", "old/one/experiment.yaml")
    assert found() == ["kept", "old/one"], "what is tracked is not ignored"


def test_without_a_gitignore_no_git_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    git("init", "-q")
    monkeypatch.setattr(processes, "run", None)
    assert found() == ["kept", "old/one", "scratch"]


def test_without_git_nothing_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    git("init", "-q")
    Path(".gitignore").write_text("*\n")
    monkeypatch.setattr(processes, "run", lambda *_, **__: None)
    assert found() == ["kept", "old/one", "scratch"]


def test_all_that_there_are_being_left_out_is_no_reason_to_be_green() -> None:
    Path("tcwc.toml").write_text('exclude = ["*"]\n')
    with pytest.raises(NothingToDo) as raised:
        found()
    assert "excluded by settings" in raised.value.help


def test_a_folder_whose_source_is_gone_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "kept/experiment.yaml", "old/one/experiment.yaml", "-q"]) == 0
    assert main(["build", "kept/experiment.yaml", "-q", "-o", "look"]) == 0
    Path("old/one/experiment.yaml").unlink()
    Path("scratch/experiment.yaml").unlink()
    assert main(["check"]) == 0
    said = capsys.readouterr().out
    assert "old/one/configs: its source old/one/experiment.yaml is gone" in said
    assert said.count(" is gone") == 1
    assert main(["check", "kept/experiment.yaml"]) == 0
    assert "gone" not in capsys.readouterr().out


def test_a_report_is_on_one_stream(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "kept/experiment.yaml", "-q"]) == 0
    path = Path("kept/configs/run_000.yaml")
    path.write_text(path.read_text() + "# mine\n")
    capsys.readouterr()
    assert main(["check", "kept/experiment.yaml"]) == 1
    said = capsys.readouterr()
    assert said.err == ""
    for part in ("are not what this source compiles to", "edited by hand", "= help: "):
        assert part in said.out
