"""What `tcwc plan` prints of designs, letter by letter, in each form.

Each folder of `plan/` has an experiment.yaml, and an expected file for each form that is held.
After a change, `pytest tests/golden --update-golden` rewrites them: read the difference as a user.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tcwc.cli import main

PLANS = Path(__file__).parent / "plan"
FORMATS = {".txt": "table", ".csv": "csv", ".json": "json", ".md": "markdown"}
EXPECTED = [
    *(PLANS / "all_at_once" / f"expected{suffix}" for suffix in FORMATS),
    *(PLANS / "excluded" / f"expected{suffix}" for suffix in (".txt", ".md")),
    PLANS / "confounded" / "expected.txt",
    PLANS / "drawn" / "expected.txt",
    PLANS / "many_levels" / "expected.txt",
    *(PLANS / "models" / f"expected{suffix}" for suffix in FORMATS),
]


@pytest.mark.parametrize("path", EXPECTED, ids=lambda p: f"{p.parent.name}{p.suffix}")
def test_a_plan(
    path: Path,
    update_golden: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(path.parent)
    assert main(["plan", "experiment.yaml", "--format", FORMATS[path.suffix]]) == 0
    said = capsys.readouterr().out
    if update_golden:
        path.write_bytes(said.encode())
    assert said == path.read_bytes().decode()


@pytest.mark.parametrize(
    "path", [p for p in EXPECTED if p.suffix == ".txt"], ids=lambda p: p.parent.name
)
def test_a_table_is_ascii_and_fits(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 100
