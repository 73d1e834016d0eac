from __future__ import annotations

import json
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcwc.builds.matching import IdSource, Known, Matching, Wanted, match, run_id, run_number
from tests.conftest import share

KEYS = st.sampled_from("abcde")


def test_ids_have_three_digits_or_more() -> None:
    assert [run_id(n) for n in (0, 7, 999, 1000)] == ["run_000", "run_007", "run_999", "run_1000"]
    assert [run_number(run_id(n)) for n in (0, 7, 999, 1000)] == [0, 7, 999, 1000]


@pytest.mark.parametrize(
    "text", ["run_7", "run_0007", "run_", "run_00a", "xrun_000", "run_000.yaml"]
)
def test_an_id_has_one_spelling(text: str) -> None:
    assert run_number(text) is None


def known(*rows: tuple[int, str, str, bool]) -> list[Known]:
    return [Known(*row) for row in rows]


def wanted(*rows: tuple[str, str]) -> list[Wanted]:
    return [Wanted(*row) for row in rows]


def test_the_first_build_counts_from_nought() -> None:
    assert match([], wanted(("a", "1"), ("b", "2"))) == Matching(
        (0, 1), (IdSource.NEW, IdSource.NEW), ()
    )


def test_an_unchanged_design_keeps_every_id() -> None:
    lock = known((0, "a", "1", True), (1, "b", "2", True))
    assert match(lock, wanted(("a", "x"), ("b", "y"))) == Matching((0, 1), (IdSource.KEPT,) * 2, ())


def test_a_new_level_gets_the_next_free_id_wherever_it_stands() -> None:
    lock = known((0, "a", "1", True), (1, "b", "2", True), (5, "c", "3", False))
    found = match(lock, wanted(("a", "1"), ("n", "9"), ("b", "2")))
    assert found == Matching((0, 6, 1), (IdSource.KEPT, IdSource.NEW, IdSource.KEPT), (5,))


def test_a_run_that_returns_gets_its_id_back() -> None:
    lock = known((0, "a", "1", True), (1, "b", "2", False))
    found = match(lock, wanted(("b", "x"), ("a", "1")))
    assert found == Matching((1, 0), (IdSource.REVIVED, IdSource.KEPT), ())


def test_science_finds_a_run_whose_coordinates_grew_but_never_before_coordinates_do() -> None:
    lock = known((0, "a", "1", True), (1, "b", "2", True), (2, "c", "3", False))
    found = match(lock, wanted(("b+", "2"), ("c+", "3"), ("n", "1"), ("a", "9")))
    assert found.numbers == (1, 2, 3, 0)
    assert found.how == (
        IdSource.SAME_SCIENCE,
        IdSource.REVIVED_SCIENCE,
        IdSource.NEW,
        IdSource.KEPT,
    )


def test_retired_coordinates_come_before_live_science() -> None:
    lock = known((0, "a", "1", True), (1, "b", "2", False))
    assert match(lock, wanted(("b", "1"))) == Matching((1,), (IdSource.REVIVED,), (0,))


def test_ties_go_to_the_lowest_id_and_no_record_is_used_twice() -> None:
    lock = known((4, "a", "1", True), (2, "a", "1", True))
    assert match(lock, wanted(("a", "1"), ("a", "1"), ("a", "1"))).numbers == (2, 4, 5)


@given(
    st.dictionaries(st.integers(0, 9), st.tuples(KEYS, KEYS, st.booleans()), max_size=8),
    st.lists(st.tuples(KEYS, KEYS), max_size=8),
)
def test_it_is_the_five_steps(
    lock: dict[int, tuple[str, str, bool]], design: list[tuple[str, str]]
) -> None:
    """Against the rules written down the slow way."""
    records = [Known(number, *row) for number, row in lock.items()]
    steps = [(key, live) for key in ("coordinates", "science_hash") for live in (True, False)]
    ids: dict[int, int] = {}
    for key, live in steps:
        for place, run in enumerate(wanted(*design)):
            free = sorted(
                r.number
                for r in records
                if r.live is live
                and r.number not in ids.values()
                and getattr(r, key) == getattr(run, key)
            )
            if place not in ids and free:
                ids[place] = free[0]
    free_id = max(lock, default=-1) + 1
    for place in range(len(design)):
        if place not in ids:
            ids[place] = free_id
            free_id += 1
    found = match(records, wanted(*design))
    assert list(found.numbers) == [ids[place] for place in range(len(design))]
    assert list(found.retired) == sorted(set(lock) - set(ids.values()))


# --- histories: what a researcher's edits may never do -------------------------------------------

BASE = {"lr": 1, "rank": 8, "seed": 0}
Design = dict[str, list[int]]
designs = st.dictionaries(
    st.sampled_from(sorted(BASE)),
    st.lists(st.sampled_from([0, 1, 2, 8]), min_size=1, max_size=3, unique=True),
    max_size=3,
)
"""Any design of up to three factors, in any order; levels may be what the base has."""


class Project:
    """A researcher's folder: builds designs one after another, and keeps the lock."""

    def __init__(self) -> None:
        self.lock: dict[int, Known] = {}

    def build(self, design: Design, base: dict[str, int]) -> dict[int, Wanted]:
        cells = [dict(zip(design, levels, strict=True)) for levels in product(*design.values())]
        runs = [
            Wanted(json.dumps(cell, sort_keys=True), json.dumps(base | cell, sort_keys=True))
            for cell in cells
        ]
        found = match(list(self.lock.values()), runs)
        built = dict(zip(found.numbers, runs, strict=True))
        for number in found.retired:
            old = self.lock[number]
            self.lock[number] = Known(number, old.coordinates, old.science_hash, live=False)
        for number, run in built.items():
            self.lock[number] = Known(number, run.coordinates, run.science_hash, live=True)
        return built


@given(st.lists(designs, max_size=8))
def test_through_any_history_of_designs_a_run_and_its_id_belong_together(
    history: list[Design],
) -> None:
    """With one base, what a run does follows from its coordinates: so one id, one science."""
    project = Project()
    id_of: dict[str, int] = {}
    for design in history:
        for number, run in project.build(design, BASE).items():
            assert id_of.setdefault(run.science_hash, number) == number
    assert len(set(id_of.values())) == len(id_of)


bases = st.fixed_dictionaries({key: st.sampled_from([0, 1, 8]) for key in BASE})


@given(st.lists(st.tuples(designs, bases), max_size=8))
def test_an_id_changes_its_coordinates_only_where_its_science_stays(
    history: list[tuple[Design, dict[str, int]]],
) -> None:
    project = Project()
    for design, base in history:
        before = dict(project.lock)
        for number, run in project.build(design, base).items():
            old = before.get(number)
            if old is not None and old.coordinates != run.coordinates:
                assert old.science_hash == run.science_hash


@given(st.lists(st.tuples(designs, bases), min_size=1, max_size=6))
def test_building_again_changes_nothing(history: list[tuple[Design, dict[str, int]]]) -> None:
    project = Project()
    for design, base in history:
        first = project.build(design, base)
        lock = dict(project.lock)
        assert project.build(design, base) == first
        assert project.lock == lock


@given(designs, designs, bases)
def test_live_coordinates_keep_their_id_whatever_levels_and_controls_come(
    design: Design, more: Design, base: dict[str, int]
) -> None:
    project = Project()
    first = {run.coordinates: number for number, run in project.build(design, BASE).items()}
    grown = {
        name: [level for level in more.get(name, []) if level not in levels] + levels
        for name, levels in design.items()
    }
    again = {run.coordinates: number for number, run in project.build(grown, base).items()}
    assert first.items() <= again.items()


@settings(max_examples=share(10))
@given(st.randoms(use_true_random=False))
def test_the_order_of_levels_and_factors_does_not_matter(random: Random) -> None:
    project = Project()
    design = {"lr": [1, 2, 3], "rank": [4, 5]}
    first = {run.coordinates: number for number, run in project.build(design, BASE).items()}
    names = list(design)
    random.shuffle(names)
    turned = {name: random.sample(design[name], len(design[name])) for name in names}
    again = {run.coordinates: number for number, run in project.build(turned, BASE).items()}
    assert again == first


def test_a_factor_at_the_level_that_the_runs_had_moves_nothing() -> None:
    project = Project()
    first = project.build({"lr": [1, 2]}, BASE)
    grown = project.build({"seed": [5, 0], "lr": [1, 2]}, BASE)
    for number, run in first.items():
        assert grown[number].science_hash == run.science_hash
    back = project.build({"lr": [1, 2]}, BASE)
    assert back == first
