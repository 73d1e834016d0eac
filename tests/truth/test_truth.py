"""What lint passes trains, and what fails or changes nothing lint finds: tried on real runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evidence import check, recorded
from tests.truth.explained import CANNOT_BE_KNOWN, NO_CHANGE, RIGHTLY_SILENT, UNKNOWABLE
from tests.truth.proof import proof
from tests.truth.setups import RECIPES


@pytest.mark.slow
@pytest.mark.torchtune
def test_an_eighth_of_the_mutants(torchtune_python: Path, labs: Path) -> None:
    check("truth", proof)


def test_there_are_enough_of_them() -> None:
    whole = recorded("truth")["whole"]
    assert whole["mutants"] >= 300
    assert whole["crash"] > 200
    assert whole["different in silence"] > 100
    assert {recipe for each in recorded("truth")["eighths"] for recipe in each["recipes"]} == set(
        RECIPES
    )


def test_lint_misses_nothing_that_a_reader_of_files_can_know() -> None:
    """And how much it cannot know, to the number: what changes these changes what lint finds."""
    eighths = recorded("truth")["eighths"]
    assert [each["missed"] for each in eighths] == [[]] * len(eighths)
    assert sum(len(each["no change"]) for each in eighths) == RIGHTLY_SILENT
    assert sum(len(each["unknowable"]) for each in eighths) == CANNOT_BE_KNOWN


def test_every_reason_is_still_needed() -> None:
    silent = {
        tuple(each)
        for eighth in recorded("truth")["eighths"]
        for kind in ("no change", "unknowable")
        for each in eighth[kind]
    }
    assert {*NO_CHANGE, *UNKNOWABLE} - silent == set()
    assert not set(NO_CHANGE) & set(UNKNOWABLE)


def test_errors_are_about_runs_that_fail_or_are_not_what_they_say() -> None:
    assert not any(each["other errors"] for each in recorded("truth")["eighths"])
