"""Whatever `tune validate` refuses, lint refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import share
from tests.parity.mutants import KINDS, mutants
from tests.parity.record import COUNT, RECORD, fingerprint
from tests.parity.report import report
from tests.parity.verdicts import Verdict, judge

MUTANTS = 2_000


@pytest.fixture(scope="module")
def verdicts(torchtune_python: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    return judge(mutants(MUTANTS), tmp_path_factory.mktemp("mutants"), torchtune_python)


@pytest.mark.slow
@pytest.mark.torchtune
def test_nothing_is_missed(verdicts: list[Verdict]) -> None:
    missed = [str(verdict) for verdict in verdicts if verdict.cell == "validate only"]
    assert missed == [], report(verdicts)
    judged = [verdict for verdict in verdicts if not verdict.unjudged]
    assert len(judged) >= MUTANTS
    assert {verdict.mutant.kind for verdict in judged} == set(KINDS)
    assert sum(bool(verdict.refused) for verdict in judged) >= 0.4 * len(judged)


@pytest.mark.slow
@pytest.mark.torchtune
def test_the_record_is_true(verdicts: list[Verdict]) -> None:
    refused = {v.mutant.number for v in verdicts if v.refused and not v.unjudged}
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    assert record["refused"] == sorted(number for number in refused if number < COUNT)


@pytest.fixture(scope="module")
def linted(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    """The first mutants, or a share of them, as lint alone judges them."""
    first = list(mutants(COUNT))
    some = first[:: COUNT // share(COUNT)]
    return judge(some, tmp_path_factory.mktemp("first"), None)


@pytest.mark.deep
def test_nothing_recorded_is_missed(linted: list[Verdict]) -> None:
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    assert fingerprint(list(mutants(COUNT))) == record["mutants"], (
        "python -m tests.parity.record makes it anew"
    )
    assert len(record["refused"]) >= 0.3 * COUNT
    refused = set(record["refused"])
    assert [str(v) for v in linted if v.mutant.number in refused and not v.errors] == []


@pytest.mark.deep
def test_lint_does_not_refuse_whatever_it_is_shown(linted: list[Verdict]) -> None:
    accepted = sum(not verdict.errors for verdict in linted)
    assert accepted >= 0.05 * len(linted)  # deleting an optional key is fine


@pytest.mark.deep
def test_a_crash_is_no_verdict(linted: list[Verdict]) -> None:
    crashes = [str(v) for v in linted if any(error.startswith("TCW005") for error in v.errors)]
    assert crashes == []
