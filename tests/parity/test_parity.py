"""Whatever `tune validate` refuses, lint refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import share
from tests.evidence import check, recorded
from tests.parity.mutants import KINDS, mutants
from tests.parity.proof import MUTANTS, proof
from tests.parity.record import COUNT, RECORD, fingerprint
from tests.parity.verdicts import Verdict, judge


@pytest.mark.slow
@pytest.mark.torchtune
def test_an_eighth_of_the_mutants(torchtune_python: Path) -> None:
    check("parity", proof)


def test_nothing_is_missed() -> None:
    """In the last whole run, of which the eighths are."""
    known = recorded("parity")
    whole, eighths = known["whole"], known["eighths"]
    assert [each["missed"] for each in eighths] == [[]] * len(eighths)
    assert whole["mutants"] == MUTANTS
    assert whole["judged"] >= MUTANTS
    assert {kind for each in eighths for kind in each["kinds"]} == set(KINDS)
    assert whole["refused"] >= 0.4 * whole["judged"]


def test_the_record_is_true() -> None:
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    refused = (number for each in recorded("parity")["eighths"] for number in each["of the record"])
    assert record["refused"] == sorted(refused)


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
