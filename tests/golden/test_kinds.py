"""Every kind of what people reported has its instances, each whole and letter by letter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.conftest import ROOT
from tests.truth.reports import reports

HERE = Path(__file__).parent
KINDS: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "kinds.yaml").read_text("utf-8"))


def _is_there(instance: str) -> bool:
    if instance.startswith("tests/"):
        return (ROOT / instance).is_file()
    folder = HERE / "reports" / instance
    return all((folder / name).is_file() for name in ("experiment.yaml", "expected.txt"))


def test_each_instance_is_there() -> None:
    lost = [i for kind in KINDS.values() for i in kind["instances"] if not _is_there(i)]
    assert lost == []


def test_each_report_is_of_a_kind() -> None:
    told = [i for kind in KINDS.values() for i in kind["instances"]]
    assert len(told) == len(set(told))
    there = {path.name for path in (HERE / "reports").iterdir() if path.is_dir()}
    assert there == {each for each in told if not each.startswith("tests/")}


def test_no_kind_is_missing() -> None:
    assert list(KINDS) == [f"K{number}" for number in range(22)]
    # Those above were found later, by trying.
    really_run = {f"K{int(each.kind[1:])}" for each in reports()} - {"K22", "K23"}
    assert really_run <= set(KINDS)
