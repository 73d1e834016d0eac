"""What `tcwc explain` and `tcwc diff` say of experiments that use every feature, letter by letter.

After a change, `pytest tests/golden --update-golden` rewrites the expectations: read the
difference as a user who has only that text, and must say why each value is what it is.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import tcwc
from tcwc.cli import main
from tcwc.config.walk import leaves
from tcwc.yaml.config import read_base

EXPLAIN = Path(__file__).parent / "explain"
CASES = {
    "every/grid_run.txt": ("explain", "experiment.yaml", "run_002"),
    "every/when_holds.txt": ("explain", "experiment.yaml", "5", "optimizer"),
    "every/included_run.txt": ("explain", "experiment.yaml", "6"),
    "every/all_values.txt": ("explain", "experiment.yaml", "0", "-v"),
    "every/arm.txt": ("explain", "experiment.yaml", "1", "schedule"),
    "every/short_name.txt": ("explain", "experiment.yaml", "1", "lora_alpha"),
    "every/document.json": ("explain", "experiment.yaml", "3", "output_dir", "--format", "json"),
    "every/two_runs.txt": ("diff", "experiment.yaml:run_000", "run_006"),
    "every/run_and_base.txt": ("diff", "experiment.yaml:base", "run_006"),
    "models/level.txt": ("explain", "experiment.yaml", "1", "size"),
    "models/left_out.txt": ("explain", "experiment.yaml", "1", "model"),
    "models/two_models.txt": ("diff", "experiment.yaml:run_000", "run_002"),
    "drawn/drawn_run.txt": ("explain", "experiment.yaml", "0"),
    "drawn/later_draw.txt": ("explain", "experiment.yaml", "4", "batch_size"),
}


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    main([*arguments, "--color", "never"])
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


@pytest.mark.parametrize("name", CASES)
def test_says_what_it_should(
    name: str,
    update_golden: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    expected = EXPLAIN / name
    monkeypatch.chdir(expected.parent)
    text = said(capsys, *CASES[name])
    if update_golden:
        expected.write_bytes(text.encode())
    assert text == expected.read_bytes().decode()


def test_lines_fit_a_terminal() -> None:
    for name in CASES:
        if name.endswith(".txt") and CASES[name][0] == "explain":
            for line in (EXPLAIN / name).read_text(encoding="utf-8").splitlines():
                assert len(line) <= 100, (name, line)


def runs() -> list[tuple[str, int]]:
    return [("every", index) for index in range(7)] + [("drawn", index) for index in range(5)]


def document(capsys: pytest.CaptureFixture[str], index: int) -> dict[str, Any]:
    text = said(capsys, "explain", "experiment.yaml", str(index), "-v", "--format", "json")
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(("folder", "index"), runs())
def test_every_value_has_an_origin_and_a_reader(
    folder: str, index: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(EXPLAIN / folder)
    values = document(capsys, index)["values"]
    config = tcwc.compile("experiment.yaml").runs[index].config
    there = [each for each in values if "value" in each]
    assert [each["value"] for each in there] == [value for _, value in leaves(config)]
    for each in values:
        about = [note["about"] for note in each["notes"]]
        gone = "removed by" in about or "not set by" in about
        assert about.count("set by") == 1 if "value" in each else gone, each
        assert "read by" in about or "named by" in about, each


LITERAL = re.compile(r"level \d+ of \d+$|^a control$|^an engineering constant$|^arm|^the base")


@pytest.mark.parametrize(("folder", "index"), runs())
def test_what_stands_at_the_place_is_the_value(
    folder: str, index: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """At "set by" of what is written out, the source has the value itself."""
    monkeypatch.chdir(EXPLAIN / folder)
    looked_at = 0
    for each in document(capsys, index)["values"]:
        about = {note["about"] for note in each["notes"]}
        (note,) = [n for n in each["notes"] if n["about"] == "set by"] or [{"text": "", "at": ""}]
        if "isolated" in about or "template" in about or not LITERAL.search(note["text"]):
            continue
        file, line, column = note["at"].rsplit(":", 2)
        text = Path(file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
        assert read_value(text[int(column) - 1 :]) == each["value"], each
        looked_at += 1
    assert looked_at > 30


FLOW = re.compile(r"""\[[^]]*\]|"[^"]*"|'[^']*'|(?:\$\{[^}]*\}|[^],}])*""")


def read_value(text: str) -> Any:
    """The value that a text begins with, read as OmegaConf reads it."""
    found = FLOW.match(text)
    assert found
    return read_base(f"value: {found[0]}", "here").values["value"]
