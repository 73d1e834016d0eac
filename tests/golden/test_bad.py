"""What `tcwc lint` says of bad experiments, letter by letter.

Each folder of `bad/` has an experiment.yaml, the files that it names, cluster profiles in
`clusters/`, and expected.txt; those of `reports/` are what people reported, a few of them nothing
bad. After a change, `pytest tests/golden --update-golden` rewrites the latter: read the difference
as a user.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tcwc.cli import main
from tests.rules.cases import NO_CASE, TABLE

BAD = Path(__file__).parent / "bad"
FOLDERS = sorted(path for path in BAD.iterdir() if path.is_dir())
REPORTS = sorted(path for path in (BAD.parent / "reports").iterdir() if path.is_dir())
_FINDING = re.compile(r"^(?P<file>[^\s:]+):(?P<line>\d+):(?P<column>\d+): \w+\[TCW\d{3}\]: .+$")


def lint(capsys: pytest.CaptureFixture[str]) -> str:
    profiles = sorted(map(str, Path("clusters").glob("*.yaml")))
    status = main(["lint", "--color", "never", "experiment.yaml", *profiles])
    said = capsys.readouterr()
    return f"{said.out}{said.err}exit {status}\n"


@pytest.mark.parametrize("folder", FOLDERS + REPORTS, ids=lambda path: path.name)
def test_says_what_it_should(
    folder: Path,
    update_golden: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(folder)
    said = lint(capsys)
    expected = folder / "expected.txt"
    if update_golden:
        expected.write_bytes(said.encode())
    assert said == expected.read_bytes().decode()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_each_finding_has_a_place_and_a_way_out(folder: Path) -> None:
    said = (folder / "expected.txt").read_bytes().decode()
    assert "Traceback" not in said
    if said.endswith("exit 2\n"):
        assert re.search(r"^tcwc: error: experiment\.yaml:\d+:\d+: ", said)
        assert "= help: " in said
        return
    findings = said.split("\n\n")[:-1]
    assert findings
    for finding in findings:
        first = _FINDING.match(finding.splitlines()[0])
        assert first, finding
        assert (folder / first["file"]).is_file()
        assert re.search(r"^ +\^", finding.split("|")[2]), "the pointer below the source line"
        assert "= help: " in finding, finding


def test_every_rule_is_met_here() -> None:
    said = "".join((folder / "expected.txt").read_bytes().decode() for folder in FOLDERS + REPORTS)
    assert {code for code in TABLE if f"[{code}]" not in said} == NO_CASE
