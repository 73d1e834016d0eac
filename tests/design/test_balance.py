"""Counts of levels and of pairs of levels, beside counting each run by hand."""

from __future__ import annotations

from collections import Counter
from itertools import product
from math import isclose, sqrt
from random import Random
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.design.balance import Balance, balance, is_judged
from tcwc.design.cells import GridCells
from tcwc.design.listed import ListedCells
from tcwc.design.settle import settle
from tcwc.model.design import Distribution, Row, Zip
from tcwc.model.frozen import replace
from tcwc.model.ir import Base, Cell, Cells, Design, Experiment, Factor, Level
from tcwc.model.source import Span
from tcwc.torchtune.target import TORCHTUNE

HERE = Span("x", 1, 1, 1, 2)

Pairs: TypeAlias = "Counter[tuple[int | None, int | None]]"


def factor(name: str, size: int, **more: Any) -> Factor:
    levels = tuple(Level(f"{name}{at}", (), HERE) for at in range(size))
    return replace(Factor(name, (name,), levels, HERE), **more)


def experiment(design: Design, cells: Cells | None = None) -> Experiment:
    return Experiment(
        name="study",
        source="experiment.yaml",
        base=Base("base.yaml", True, {}, {}, {}),
        recipe="r",
        target=TORCHTUNE,
        version="0.6.1",
        catalogue_revision=1,
        packages_revision=1,
        provenance={},
        design=design,
        factors=design.factors,
        derived=(),
        cells=settle(design, {}, 10**9).cells if cells is None else cells,
        controls=(),
        engineering=(),
        names={},
        isolate_outputs=True,
        output=None,
        meta={},
    )


@st.composite
def grids(draw: st.DrawFn) -> Experiment:
    """Factors, of which the first two may be zipped, and rows of levels of their own."""
    steps = draw(st.lists(st.tuples(*[st.integers(0, 2)] * 2), min_size=1, max_size=4, unique=True))
    sizes = draw(st.lists(st.integers(1, 4), min_size=0, max_size=3))
    zipped = draw(st.booleans())
    rows = draw(st.integers(0, 2))
    first = [factor("a", 3 + rows, spare=rows), factor("b", 3)] if zipped else []
    factors = (
        *first,
        *(factor(f"f{at}", size + rows, spare=rows) for at, size in enumerate(sizes)),
    )
    included = tuple(
        Row(tuple(f.size + at if f.spare else 0 for f in factors), HERE) for at in range(rows)
    )
    zips = (Zip((0, 1), tuple(steps)),) if zipped else ()
    return experiment(Design(factors, zips=zips, rows=included))


@st.composite
def lists_of_runs(draw: st.DrawFn) -> Experiment:
    """Any runs at all, some factors not set in them."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    cell = st.tuples(*(st.sampled_from([None, *range(size)]) for size in sizes))
    cells = draw(st.lists(cell, max_size=12))
    factors = tuple(factor(f"f{at}", size) for at, size in enumerate(sizes))
    return experiment(Design(factors), ListedCells(tuple(cells)))


def is_product(counts: Pairs, rows: Counter[int | None], columns: Counter[int | None]) -> bool:
    runs = sum(rows.values())
    return all(counts[a, b] * runs == rows[a] * columns[b] for a, b in product(rows, columns))


def cramers_v(counts: Pairs, rows: Counter[int | None], columns: Counter[int | None]) -> float:
    """By the textbook: from chi squared over all cells of the table."""
    runs, chi = sum(rows.values()), 0.0
    for a, b in product(rows, columns):
        expected = rows[a] * columns[b] / runs
        chi += (counts[a, b] - expected) ** 2 / expected
    smaller = min(len(rows), len(columns))
    return sqrt(chi / runs / (smaller - 1)) if smaller > 1 else 0.0


def check(made: Experiment) -> None:
    counted = balance(made)
    runs = list(made.cells)[: len(made.cells) - len(made.design.rows)]
    assert counted.runs == len(runs)
    levels = [Counter(run[at] for run in runs) for at in range(len(made.factors))]
    assert list(counted.levels) == levels
    assert [dict(each) for each in counted.included] == [
        Counter(row.levels[at] for row in made.design.rows) for at in range(len(made.factors))
    ]
    for at, each in enumerate(made.factors):
        even = len({levels[at][level] for level in range(each.size)}) == 1
        assert counted.is_balanced(at, each) == even
    for pair in counted.pairs:
        rows, columns = levels[pair.first], levels[pair.second]
        counts = Counter((run[pair.first], run[pair.second]) for run in runs)
        for a, b in product(rows, columns):
            assert counted.count(pair, a, b) == counts[a, b]
        assert (pair.table is None) == is_product(counts, rows, columns)
        if runs:
            there = cramers_v(counts, rows, columns)
            assert isclose(counted.association(pair), there, abs_tol=1e-6)


@given(grids())
def test_a_grid_is_counted_without_going_through_it(made: Experiment) -> None:
    check(made)


@given(lists_of_runs())
def test_runs_are_counted(made: Experiment) -> None:
    check(made)


def test_many_runs_are_counted_in_parts() -> None:
    cells = tuple((at % 2, at % 3) for at in range(20_000))
    check(experiment(Design((factor("a", 2), factor("b", 3))), ListedCells(cells)))


def of(cells: list[Cell]) -> Balance:
    design = Design((factor("a", 3), factor("b", 2)))
    return balance(experiment(design, ListedCells(tuple(cells))))


def test_a_factor_that_follows_from_another() -> None:
    counted = of([(0, 0), (1, 1), (2, 1)])
    (pair,) = counted.pairs
    assert counted.follows(pair) == (1, 0), "b follows from a, and not a from b"
    assert counted.association(pair) == 1


def test_neither_factor_follows_from_the_other() -> None:
    counted = of([(0, 0), (0, 1), (1, 1)])
    assert counted.follows(counted.pairs[0]) is None


def test_zipped_factors_are_marked() -> None:
    factors = (factor("a", 2), factor("b", 2), factor("c", 2))
    counted = balance(experiment(Design(factors, zips=(Zip((0, 2), ((0, 1), (1, 0))),))))
    zipped = {(pair.first, pair.second): pair.zipped for pair in counted.pairs}
    assert zipped == {(0, 1): False, (0, 2): True, (1, 2): False}


def test_draws_and_what_included_runs_alone_set_are_not_judged() -> None:
    drawn = factor("a", 2, distribution=Distribution("uniform", ("0", "1")))
    chosen = factor("b", 2, distribution=Distribution("choice"))
    extra = factor("c", 1, spare=1)
    assert [is_judged(each) for each in (drawn, chosen, extra)] == [False, True, False]
    design = Design((drawn, chosen, extra))
    cells = ListedCells(((0, 0, None), (1, 1, None)))
    assert balance(experiment(design, cells)).pairs == ()


def test_a_billion_runs_are_not_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    made = experiment(Design((factor("a", 1000), factor("b", 1000), factor("c", 1000))))
    monkeypatch.setattr(GridCells, "__iter__", lambda _: pytest.fail("gone through"))
    counted = balance(made)
    assert counted.levels[0][999] == 10**6
    assert [counted.count(pair, 5, 6) for pair in counted.pairs] == [1000] * 3


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=1), st.randoms())
def test_the_order_of_the_runs_does_not_matter(cells: list[Cell], random: Random) -> None:
    before = of(cells)
    random.shuffle(cells)
    after = of(cells)
    assert before.association(before.pairs[0]) == after.association(after.pairs[0]), "to the bit"
