"""Plain grids have the runs, and the order, of `itertools.product` and of Hydra's sweeper."""

from __future__ import annotations

from itertools import product

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import share
from tests.sections import experiment, runs

SPACE = {
    "optimizer.lr": [1e-05, 0.0001, 0.0003],
    "batch_size": [1, 2, 4, 8],
    "optimizer.fused": [True, False],
    "dataset.split": ["train", "test", "train[:5%]"],
    "epochs": [1, 2, 3],
}


@st.composite
def grids(draw: st.DrawFn) -> dict[str, list[object]]:
    """Some of the space, its keys and its levels in any order."""
    keys = draw(st.lists(st.sampled_from(list(SPACE)), min_size=1, unique=True))
    return {
        key: draw(st.lists(st.sampled_from(list(SPACE[key])), min_size=1, unique=True))
        for key in keys
    }


def source(grid: dict[str, list[object]]) -> str:
    lines = [f"  {key}: [{', '.join(map(spelled, levels))}]\n" for key, levels in grid.items()]
    return "variables:\n" + "".join(lines)


def spelled(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return str(value).lower() if isinstance(value, bool) else repr(value)


@given(grids())
@settings(max_examples=share(40))
def test_the_order_is_that_of_product(grid: dict[str, list[object]]) -> None:
    made = runs(experiment(source(grid)))
    assert made == [dict(zip(grid, row, strict=True)) for row in product(*grid.values())]


@given(grids())
@settings(max_examples=share(40))
def test_the_runs_are_those_of_hydra(grid: dict[str, list[object]]) -> None:
    """`python train.py --multirun key=a,b ...` of the same sweep, as its sweeper splits it."""
    arguments = [f"{key}={','.join(map(spelled, levels))}" for key, levels in grid.items()]
    overrides = OverridesParser.create().parse_overrides(arguments)
    ((*batch,),) = BasicSweeper.split_arguments(overrides, max_batch_size=None)
    theirs = [
        {each.key_or_group: each.value() for each in OverridesParser.create().parse_overrides(job)}
        for job in batch
    ]
    theirs = [{key: getattr(v, "text", v) for key, v in job.items()} for job in theirs]
    assert runs(experiment(source(grid))) == theirs


def test_hydra_splits_as_a_person_expects() -> None:
    """The comparison itself: with hydra's own words for one sweep."""
    overrides = OverridesParser.create().parse_overrides(["a=1,2", "b=x,y"])
    assert BasicSweeper.split_arguments(overrides, None) == [
        [["a=1", "b=x"], ["a=1", "b=y"], ["a=2", "b=x"], ["a=2", "b=y"]]
    ]
