"""`tcwc lint`: stdin, statistics, exit codes, many files in one call."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

import tcwc
from tcwc.api.compilation import compile
from tcwc.api.session import Session
from tcwc.cli import main
from tcwc.torchtune.catalogue.load import Catalogue

WARNED = """\
experiment_name: study
base_config: llama3_2/1B_lora_single_device
variables:
  lora_rank: [8, 16]
controls:
  lora_rank: 4
"""
WRONG = WARNED.replace("  lora_rank: 4", "  lora_rnak: 4")
CLEAN = WARNED.replace("  lora_rank: 4", "  epochs: 2")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def feed(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text), "utf-8"))


@pytest.mark.parametrize(
    ("text", "arguments", "status"),
    [
        (CLEAN, [], 0),
        (CLEAN, ["--strict"], 0),
        (WARNED, [], 0),
        (WARNED, ["--strict"], 1),
        (WARNED, ["--strict", "--exit-zero"], 0),
        (WRONG, [], 1),
        (WRONG, ["--format", "json"], 1),
        (WRONG, ["--format", "sarif"], 1),
        (WRONG, ["--exit-zero"], 0),
        (WRONG, ["no/such/experiment.yaml", "--exit-zero"], 2),
        (CLEAN, ["--stdin-filename", "x.yaml"], 2),
        (CLEAN, ["-", "experiment.yaml"], 2),
    ],
)
def test_exit_codes(text: str, arguments: list[str], status: int) -> None:
    Path("experiment.yaml").write_text(text)
    assert main(["lint", *arguments]) == status


def test_wrong_usage_is_two() -> None:
    assert main(["lint", "--format", "xml"]) == 2


def test_stdin_is_linted_as_the_file_it_belongs_to(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "study").mkdir()
    base = "experiment_name: study\nbase_config_file: base.yaml\nrecipe: eleuther_eval\n"
    (here / "study" / "base.yaml").write_text("device: [\n")
    (here / "study" / "experiment.yaml").write_text(CLEAN)
    feed(monkeypatch, f"{base}variables:\n  limit: [1, 2]\n".encode())
    name = os.path.join("study", "experiment.yaml")
    assert main(["lint", "-", "--stdin-filename", name, "--format", "json"]) == 1
    files = {each["file"] for each in json.loads(capsys.readouterr().out)["findings"]}
    assert files == {os.path.join("study", "base.yaml")}


def test_stdin_without_a_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, WRONG.encode())
    assert main(["lint", "-", "--format", "concise"]) == 1
    assert capsys.readouterr().out.startswith("<stdin>:6:3: error[TCW201]")


def test_stdin_that_is_no_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    feed(monkeypatch, b"a: 1\nb: \xff\n")
    assert main(["lint", "-", "--stdin-filename", "experiment.yaml"]) == 2
    assert "experiment.yaml:2:4: not UTF-8 text" in capsys.readouterr().err


def test_statistics_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    Path("experiment.yaml").write_text(WARNED)
    assert main(["lint", "--statistics", "--format", "json"]) == 0
    said = capsys.readouterr()
    json.loads(said.out)
    times, findings = (part.splitlines() for part in said.err.split("  findings  by rule\n"))
    shown = [line.split(maxsplit=1) for line in times[1:]]
    assert {"TCW411 seed-unset", "TCW401 control-overridden"} <= {name for _, name in shown}
    *parts, everything = (float(number) for number, _ in shown)
    assert parts == sorted(parts, reverse=True)
    assert sum(parts) == pytest.approx(everything, abs=0.01 * len(parts))
    assert findings[0].split() == ["1", "TCW401", "control-overridden"]


def test_quiet_shows_errors_only(capsys: pytest.CaptureFixture[str]) -> None:
    Path("experiment.yaml").write_text(WARNED)
    assert main(["lint", "-q", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []


def test_a_shared_base_is_complained_of_once(capsys: pytest.CaptureFixture[str]) -> None:
    Path("base.yaml").write_text("device: [\n")
    for name in ("a", "b"):
        text = WARNED.replace("base_config: llama3_2/1B_lora_single_device", "base_config_file: ")
        text = text.replace("base_config_file: ", "base_config_file: base.yaml\nrecipe: x")
        Path(f"{name}.experiment.yaml").write_text(text)
    assert main(["lint", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [each["file"] for each in found].count("base.yaml") == 1


def test_what_files_share_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred files in one call are not two hundred starts."""
    made = []
    original = Catalogue.__init__

    def counted(self: Catalogue, *arguments: object) -> None:
        made.append(arguments[0])
        original(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Catalogue, "__init__", counted)
    for number in range(5):
        Path(f"{number}.experiment.yaml").write_text(CLEAN.replace("16", str(20 + number)))
    assert main(["lint"]) == 0
    assert len(made) == 1


def test_a_shared_session_changes_nothing(project_root: Path) -> None:
    """What one compile leaves behind must not reach the next."""
    session = Session()
    paths = [*project_root.glob("tests/golden/bad/*/experiment.yaml")]
    paths = [*sorted(paths)[:60], *sorted(project_root.glob("examples/*/experiment.yaml"))]
    for path in paths:
        try:
            alone = tcwc.compile(path)
        except Exception:
            continue
        shared = compile(path, session=session)
        assert shared.diagnostics == alone.diagnostics, path
        if alone.ok:
            assert [run.text for run in shared.runs] == [run.text for run in alone.runs]
