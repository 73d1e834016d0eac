"""What other people's suites say of tcwc: an eighth of them, each difference with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import missing
from tests.evidence import check
from tests.suites.proof import counted, proof


@pytest.mark.slow
def test_an_eighth_of_the_suites(labs: Path) -> None:
    if not (labs / "suites" / "suites.py").exists():
        missing("the suites of others (TCWC_LABS)")
    check("suites", proof)


def test_a_difference_without_a_reason_fails() -> None:
    same = {"id": "a", "verdict": "SAME", "said": ""}
    assert counted([same])["SAME"] == 1
    with pytest.raises(AssertionError, match="WRONG b: x became y"):
        counted([same, {"id": "b", "verdict": "WRONG", "said": "x became y"}])


def test_which_cases_differ_is_told_apart() -> None:
    said = "base.yaml:1:1: error[TCW106]: the key `1` is a number; keys are text"
    one, other = (
        counted([{"id": name, "verdict": "STRICTER", "said": said}]) for name in ("a", "b")
    )
    assert one.keys() == other.keys()
    assert one["differ"] != other["differ"]
