"""No command prints a secret, in any form, wherever it stands; and each form stays well-formed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.evidence import check, recorded
from tests.study import inside
from tests.untrusted.secret_places import COMMANDS, KINDS, TOP, cases, said, tried, wrong
from tests.untrusted.secrets_proof import proof

CASES = list(cases())


@pytest.mark.parametrize(("kind", "place"), CASES[::41])
def test_some_secrets_in_some_places(tmp_path: Path, kind: str, place: str) -> None:
    assert tried(tmp_path / "study", kind, place, COMMANDS) == []


@pytest.mark.slow
def test_an_eighth_of_all_secrets_in_all_places() -> None:
    check("secrets", proof)


def test_the_eighths_are_all_of_them() -> None:
    known = recorded("secrets")
    assert known["whole"]["kinds and places"] == len(CASES)
    assert not any(each["wrong"] for each in known["eighths"])
    for kind in KINDS:
        assert sum(each == kind for each, _ in CASES) > 20


@pytest.mark.parametrize("value", ['["Sup3rS3cretPw99", "b"]', "[1, 2]"])
@pytest.mark.parametrize("key", ["passwords", "token", "password", "api-key"])
def test_a_list_below_such_a_key_is_json(tmp_path: Path, key: str, value: str) -> None:
    (tmp_path / "experiment.yaml").write_text(TOP + f"controls:\n  +{key}: {value}\n")
    with inside(tmp_path):
        for command in COMMANDS:
            assert list(wrong("passwords", command, *said(command))) == [], command
        out, _ = said("plan experiment.yaml --format json")
    assert len(json.loads(out)["controls"][key]) == 2
