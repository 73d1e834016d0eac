"""What lint passes trains, and what fails or changes nothing lint finds: tried on real runs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.truth.explained import CANNOT_BE_KNOWN, NO_CHANGE, RIGHTLY_SILENT, UNKNOWABLE
from tests.truth.harness import Verdict, table, verdicts
from tests.truth.setups import RECIPES

MISS = "missed"

pytestmark = [pytest.mark.slow, pytest.mark.torchtune]


@pytest.fixture(scope="module")
def tried(
    tmp_path_factory: pytest.TempPathFactory, torchtune_python: Path, labs: Path
) -> list[Verdict]:
    found = verdicts(tmp_path_factory.mktemp("truth"), torchtune_python, labs)
    print(*table(found), sep="\n")
    return found


def test_there_are_enough_of_them(tried: list[Verdict]) -> None:
    assert len(tried) >= 300
    assert {each.mutant.recipe for each in tried} == set(RECIPES)
    assert sum(each.outcome == "crash" for each in tried) > 200
    assert sum(each.outcome == "different" and not each.found for each in tried) > 100


def test_lint_misses_nothing_that_a_reader_of_files_can_know(tried: list[Verdict]) -> None:
    """And how much it cannot know, to the number: what changes these changes what lint finds."""
    missed = [f"{each.mutant}: {each.outcome} {each.error}" for each in tried if each.kind == MISS]
    assert missed == []
    kinds = Counter(each.kind for each in tried if each.silent)
    assert kinds == {"no change": RIGHTLY_SILENT, "unknowable": CANNOT_BE_KNOWN}


def test_every_reason_is_still_needed(tried: list[Verdict]) -> None:
    silent = {(each.mutant.key, each.mutant.text, each.outcome) for each in tried if each.silent}
    assert {*NO_CHANGE, *UNKNOWABLE} - silent == set()
    assert not set(NO_CHANGE) & set(UNKNOWABLE)


def test_errors_are_about_runs_that_fail_or_are_not_what_they_say(tried: list[Verdict]) -> None:
    """Errors about runs that train something else are of these kinds only."""
    trains = {each for each in tried if each.errors and each.outcome == "different"}
    codes = {code for each in trains for code in each.errors}
    # TCW204: an unknown module is passed over. TCW311: trains nothing, or the whole epoch.
    # TCW203: `fused: 3` is true by accident. TCW307: DoRA that is nan. TCW312: an accumulation of
    # -1 is an odd run.
    assert codes <= {"TCW203", "TCW204", "TCW307", "TCW311", "TCW312"}
