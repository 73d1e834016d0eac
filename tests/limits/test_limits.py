"""Hostile texts end in a message, soon, in little memory: see proof.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcwc.model.limits import TABLE
from tests.evidence import eighth
from tests.limits.places import BODY
from tests.limits.proof import outcome, proof, tried
from tests.study import Study

# What once took minutes or gigabytes, or ended in a traceback.
ONCE_BAD = (
    "60,000 keys", "22 quoted dots", "9,000 wrong levels", "3,000 conditions", "3,000 formulas",
    "a chain of 3,000", "60,000 comments", "a base 30 deep", "settings 50,000 deep",
    "5,000 empty lines", "hands in a circle",
)  # fmt: skip


@pytest.mark.parametrize("name", ONCE_BAD)
def test_what_once_had_no_bound(name: str) -> None:
    from tests.limits.sizes import SIZES  # a second to make

    assert outcome(SIZES[name]) == "ok"


@pytest.mark.slow
def test_an_eighth_of_all_hostile_texts() -> None:
    made = dict(proof(eighth()))
    assert made.pop("calls") > 2_500
    assert made == {}


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path)


def _lint(study: Study, sections: str) -> str:
    study.source.write_text(BODY + sections, encoding="utf-8")
    return study.cli("lint", "--format", "concise").out


def test_the_limits_are_told(study: Study) -> None:
    keys = "".join(f"  +k{number}: 1\n" for number in range(10_001))
    assert "more than 20,000 keys and values" in _lint(study, f"controls:\n{keys}")
    formulas = "".join(f"  +k{number}: 1\n" for number in range(201))
    assert "more than 200 formulas and conditions" in _lint(study, f"derived:\n{formulas}")
    chain = "".join(f"  +k{number}: ${{k{number - 1}}}\n" for number in range(1, 60))
    assert "more than 50 other references" in _lint(study, f"controls:\n  +k0: 1\n{chain}")


def test_the_gravest_findings_are_shown_and_all_are_counted(study: Study) -> None:
    unknown = "".join(f"  unknown_{number}: 1\n" for number in range(300))
    found = _lint(study, f"controls:\n  epochs: x\n{unknown}").splitlines()
    shown = [line for line in found if "experiment.yaml:" in line]
    assert len(shown) == 201
    assert [line for line in shown if "TCW011" in line and "of which the 200 gravest" in line]
    assert [line for line in shown if "`epochs`" in line]


def test_findings_in_settings_are_counted_too(study: Study) -> None:
    study.source.write_text(BODY, encoding="utf-8")
    secrets = ", ".join(f'"https://a:secret{number}@host"' for number in range(300))
    study.source.with_name("tcwc.toml").write_text(f"exclude = [{secrets}]\n", encoding="utf-8")
    found = study.cli("lint", "--format", "concise").out
    assert found.count("TCW008") == 200
    assert "300 findings, of which the 200 gravest are shown" in found


def test_formulas_that_read_too_much_make_no_runs(study: Study) -> None:
    formulas = "".join(f"  +k{number}: seed + {number}\n" for number in range(200))
    seeds = "variables: {seed: {range: [1, 9900, 1]}}\n"
    text = BODY.replace("variables: {lora_rank: [8, 16]}\n", seeds) + f"derived:\n{formulas}"
    study.source.write_text(text, encoding="utf-8")
    found = study.cli("lint", "--format", "concise").out
    assert found.count("read more than 300,000 names") == 1
    assert found.count(": error[") == 1


def test_the_page_lists_every_limit() -> None:
    page = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
    assert [each.what for each in TABLE if f"| {each.what} | {each} |\n" not in page] == []
    assert tried() in " ".join(page.split())
