"""Lines of sources as terminals show them: cut to their width, with the pointer under its text."""

from __future__ import annotations

from pathlib import Path
from unicodedata import combining, east_asian_width

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.cli import main
from tcwc.report.excerpt import excerpt

CHARS = "abc: [],\t\x07é日本語\u0301ａ"


def columns(text: str) -> int:
    return sum(
        0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text
    )


def under(line: str, start: int, end: int, width: int = 160) -> str:
    """What stands above the pointer."""
    shown, at, count = excerpt(line, start, end, width)
    found, column = "", 0
    for char in shown:
        if at <= column < at + count or (column == at + count and combining(char)):
            found += char
        column += columns(char)
    return found


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("  lr: [1e-4, x]", "x"),
        ("\tlr:\t[1e-4]", "[1e-4]"),
        ("  名前: 日本語 # x", "日本語"),
        ("  nai\u0308ve: x", "x"),
        ("  ｌｒ: 3", "3"),
    ],
)
def test_the_pointer_is_under_its_text(line: str, part: str) -> None:
    start = line.index(part)
    assert under(line, start, start + len(part)) == part


def test_a_long_line_is_cut_around_what_it_is_about() -> None:
    line = f"  path: {'x' * 200}HERE{'y' * 200}"
    start = line.index("HERE")
    shown, _, count = excerpt(line, start, start + 4, 60)
    assert len(shown) <= 60
    assert shown.startswith("...")
    assert shown.endswith("...")
    assert count == 4
    assert under(line, start, start + 4, 60) == "HERE"
    last = excerpt(line, len(line) - 1, len(line), 60)[0]
    assert last.startswith("...")
    assert last.endswith("yyy")
    assert excerpt(line, 2, 6, 60)[0].startswith("  path: ")


@given(st.text(CHARS, max_size=120), st.data(), st.integers(20, 80))
def test_what_is_shown_fits(line: str, data: st.DataObject, width: int) -> None:
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, len(line) + 3))
    shown, at, count = excerpt(line, start, end, width)
    assert columns(shown) <= width
    assert "\t" not in shown
    assert at >= 0
    assert count >= 1
    assert at + count <= width + 2, "one behind the end is where something is missing"


@pytest.mark.parametrize("width", [40, 80, 100])
def test_a_finding_fits_the_terminal(
    width: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    path = tmp_path / "experiment.yaml"
    levels = ", ".join(str(number) for number in range(60))
    path.write_text(
        "experiment_name: study\nbase_config: llama3_2/1B_lora_single_device\n"
        f"variables:\n  lora_rank: [{levels}, x, 8]\n"
    )
    main(["lint", str(path)])
    lines = capsys.readouterr().out.splitlines()
    excerpts = [line for line in lines if line.lstrip("0123456789 ").startswith("| ")]
    assert excerpts
    assert all(len(line) <= width for line in excerpts)
