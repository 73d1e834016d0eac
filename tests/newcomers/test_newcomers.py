"""Ten experiments that somebody typed from memory, who had seen neither code nor pages of tcwc.

Each folder holds the tries: what was typed at first (`1.yaml`), before tcwc was run for the first
time; what `tcwc lint` says of it (`1.txt`); what following that to the letter makes of it
(`2.yaml`), and so on; and `runs.csv`, what the last try is, run by run. What was typed is never
changed; `pytest tests/newcomers --update-golden` writes what is said of it today: read the
difference as somebody who has no more than that.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tcwc.cli import main

HERE = Path(__file__).parent
FOLDERS = sorted(path for path in HERE.iterdir() if path.is_dir() and path.name != "__pycache__")
SOURCE = "experiment.yaml"
LED_LATER = {"05_dpo"}
"""Those that took more than the first message: there it leaves one run of the second loss, without
error, and three were meant."""


def tries(folder: Path) -> list[Path]:
    """What was typed, in order."""
    return sorted(folder.glob("[0-9].yaml"))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def typed(folder: Path, text: Path, here: Path) -> None:
    """The folder as it was when a try stood in it."""
    for each in folder.iterdir():
        if each.is_dir():
            shutil.copytree(each, here / each.name, dirs_exist_ok=True)
    (here / SOURCE).write_bytes(text.read_bytes())


def said(command: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = main([*command, "--color", "never"])
    out, err = capsys.readouterr()
    return status, out, err


def matches(expected: Path, text: str, update: bool) -> None:
    if update:
        expected.write_bytes(text.encode())
    assert text == expected.read_bytes().decode()


@pytest.mark.parametrize(
    "text",
    [text for folder in FOLDERS for text in tries(folder)],
    ids=lambda text: f"{text.parent.name}-{text.stem}",
)
def test_what_is_said_of_a_try(
    text: Path, here: Path, update_golden: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(text.parent, text, here)
    status, out, err = said(["lint", SOURCE], capsys)
    matches(text.with_suffix(".txt"), f"{out}{err}exit {status}\n", update_golden)
    first, *_, last = tries(text.parent)
    assert status == 0 if text == last else text != first or status == 1


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_the_runs_are_those_that_were_meant(
    folder: Path, here: Path, update_golden: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Looked at by who typed it: `runs.csv` is what they meant."""
    typed(folder, tries(folder)[-1], here)
    status, out, _ = said(["plan", SOURCE, "--format", "csv"], capsys)
    assert status == 0
    matches(folder / "runs.csv", out, update_golden)


def test_nearly_all_are_led_by_the_first_message() -> None:
    assert len(FOLDERS) == 10
    assert {folder.name for folder in FOLDERS if len(tries(folder)) > 2} == LED_LATER
    assert len(LED_LATER) <= 2
