"""What the API gives: values that the standard library's tools take, or that do not claim to be."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest

import tcwc
from tcwc.api.session import Session
from tests.conftest import ROOT

EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/experiment.yaml"))
WRONG = "variables: {lora_rnk: [1, 1], optimizer.lr: 1e-4}\nbase_config: llama3_2/1B_lora"


@pytest.fixture(params=EXAMPLES)
def compilation(request: pytest.FixtureRequest, tmp_path: Path) -> tcwc.Compilation:
    folder = shutil.copytree(ROOT / "examples" / request.param, tmp_path / request.param)
    return tcwc.compile(next(folder.rglob("*experiment.yaml")))


def values(compilation: tcwc.Compilation) -> list[Any]:
    """A value of each kind that claims to be a dataclass, and what is in it."""
    wrong = tcwc.compile(compilation.place.path, text=WRONG).diagnostics
    report = compilation.write()
    experiment = compilation.experiment
    assert experiment is not None
    assert wrong
    assert compilation.runs
    return [
        *wrong,
        *(fix for each in wrong for fix in each.fixes),
        *(each.rule for each in wrong),
        *(each.span for each in wrong),
        compilation.output_at,
        compilation.place,
        report,
        experiment,
        experiment.base,
        experiment.design,
        *experiment.columns,
        compilation.explain(compilation.runs[0]),
        compilation.explain(compilation.runs[0], everything=True),
        compilation.lock,
    ]


def hashed(value: Any) -> int | type[TypeError]:
    """A hash; TypeError where the value has a dict in it, as in a standard frozen dataclass."""
    try:
        return hash(value)
    except TypeError:
        return TypeError


def test_values_are_dataclasses(compilation: tcwc.Compilation) -> None:
    for value in values(compilation):
        assert dataclasses.is_dataclass(value), value
        assert not isinstance(value, type)
        names = [field.name for field in dataclasses.fields(value)]
        assert list(dataclasses.asdict(value)) == names
        others = {
            "replace": dataclasses.replace(value),
            "pickle": pickle.loads(pickle.dumps(value)),
            "copy": copy.copy(value),
            "deepcopy": copy.deepcopy(value),
        }
        for how, other in others.items():
            assert type(other) is type(value)
            assert other == value, (how, value)
            assert hashed(other) == hashed(value)
        assert repr(value).startswith(f"{type(value).__name__}({names[0]}=")
        assert repr(others["replace"]) == repr(value)


def test_a_copy_of_an_experiment_has_its_runs(compilation: tcwc.Compilation) -> None:
    experiment = compilation.experiment
    assert experiment is not None
    runs = list(experiment.cells)
    for other in (copy.deepcopy(experiment), pickle.loads(pickle.dumps(experiment))):
        assert list(other.cells) == runs
        assert [other.cells[at] for at in range(len(runs))] == runs


def test_other_objects_do_not_claim_to_be_dataclasses(compilation: tcwc.Compilation) -> None:
    runs = compilation.runs
    source = next(iter(compilation.sources.values()))
    for value in (compilation, runs, runs[0], compilation.build, source, Session()):
        assert not dataclasses.is_dataclass(value)
        assert value == value
        assert hash(value) == hash(value)
        assert type(value).__name__ in repr(value)
