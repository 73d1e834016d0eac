"""Levels of `range`, `linspace` and `logspace`: what one would write by hand, never slow."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcwc.numerals.generators import NoLevels, generate
from tests.conftest import share
from tests.steps import steps

KINDS = ("range", "linspace", "logspace")


@pytest.mark.parametrize(
    ("kind", "arguments", "expected"),
    [
        ("range", "0 0.4 0.1", "0 0.1 0.2 0.3 0.4"),
        ("range", "8 64 8", "8 16 24 32 40 48 56 64"),
        ("range", "0 0.3 0.2", "0 0.2"),
        ("range", "1e-4 5e-4 2e-4", "1e-4 0.0003 5e-4"),
        ("range", "0.3 -0.30 -0.3", "0.3 0 -0.30"),
        ("range", "3 1 -1", "3 2 1"),
        ("range", "5 5 1", "5"),
        ("range", "5.0 6 +0.50", "5.0 5.5 6"),
        ("range", "0 1 0.333", "0 0.333 0.666 0.999"),
        ("range", "9007199254740993 9007199254740996 2", "9007199254740993 9007199254740995"),
        ("range", "1e20 3e20 1e20", "1e20 2e+20 3e20"),
        ("linspace", "8 64 8", "8 16 24 32 40 48 56 64"),
        ("linspace", "0 0.1 5", "0 0.025 0.05 0.075 0.1"),
        ("linspace", "0.0 1.00 4", "0.0 0.3333333333333333 0.6666666666666666 1.00"),
        ("linspace", "1 -1 3", "1 0 -1"),
        ("linspace", "0 1 2", "0 1"),
        ("logspace", "1 1000 4", "1 10 100 1000"),
        ("logspace", "8 64 4", "8 16 32 64"),
        ("logspace", "1e-5 1e-4 3", "1e-5 3.1622776601683795e-05 1e-4"),
        ("logspace", "1e-5 1e-3 3", "1e-5 0.0001 1e-3"),
        ("logspace", "1e-3 1e-5 3", "1e-3 0.0001 1e-5"),
        ("logspace", "1e-300 1e300 5", "1e-300 1e-150 1 1e+150 1e300"),
    ],
)
def test_levels(kind: str, arguments: str, expected: str) -> None:
    assert generate(kind, arguments.split(), 100) == tuple(expected.split())


@pytest.mark.parametrize(
    ("kind", "arguments", "argument", "message"),
    [
        ("range", "1 2", None, "takes three numbers, [start, end, step], and has 2"),
        ("logspace", "1 2 3 4", None, "and has 4"),
        ("range", "a 2 1", 0, "`a` is none"),
        ("range", "0 inf 1", 1, "`inf` is none"),
        ("range", "0 1 nan", 2, "`nan` is none"),
        ("linspace", "0 1e999 3", 1, "`1e999` is none"),
        ("linspace", "1e-999 1 3", 0, "`1e-999` is none"),
        ("linspace", "1_000 1 3", 0, "`1_000` is none"),
        ("linspace", "٣ 4 3", 0, "is none"),
        ("range", "0 1 0.0", 2, "a step of 0"),
        ("range", "0 1 -0.5", 2, "a step of -0.5 does not lead from 0 to 1"),
        ("range", "1 0 1", 2, "a step of 1 does not lead from 1 to 0"),
        ("range", "0 100 1", 2, "more than 100 levels, and at most 100"),
        ("range", "0 1e300 1e-300", 2, "more than 100 levels"),
        ("linspace", "0 1 101", 2, "makes 101 levels, and at most 100"),
        ("linspace", "0 1 1000000000", 2, "makes 1000000000 levels"),
        ("linspace", "0 1 1", 2, "2 or more, not `1`"),
        ("linspace", "0 1 -3", 2, "not `-3`"),
        ("logspace", "1 2 2.5", 2, "not `2.5`"),
        ("logspace", "1 2 5.0", 2, "not `5.0`"),
        ("linspace", "1 1.0 3", 1, "one number"),
        ("logspace", "0 1 3", 0, "above 0"),
        ("logspace", "1 -1 3", 1, "above 0"),
        ("linspace", "1 1.0000000000000002 5", 2, "too close"),
        ("range", "1 1.0000000000000003 1e-16", 2, "too close"),
    ],
)
def test_no_levels(kind: str, arguments: str, argument: int | None, message: str) -> None:
    got = generate(kind, arguments.split(), 100)
    assert isinstance(got, NoLevels)
    assert message in got.message
    assert got.argument == argument
    assert got.help


def test_as_many_as_allowed() -> None:
    assert len(generate("range", ("1", "100", "1"), 100)) == 100  # type: ignore[arg-type]
    assert isinstance(generate("range", ("0", "100", "1"), 100), NoLevels)
    assert len(generate("linspace", ("0", "1", "100"), 100)) == 100  # type: ignore[arg-type]


def test_a_step_of_the_wrong_sign_is_told_the_right_one() -> None:
    for step, instead in (("-0.5", "0.5"), ("+2", "-2")):
        ends = ("0", "1") if step[0] == "-" else ("1", "0")
        got = generate("range", (*ends, step), 10)
        assert isinstance(got, NoLevels)
        assert f"write {instead} for the step" in got.help


WHOLE = st.integers(-(10**6), 10**6)
PLAIN = st.decimals(-1000, 1000, places=4, allow_nan=False, allow_infinity=False).map(
    lambda number: f"{number:f}"
)


@settings(max_examples=share(300))
@given(PLAIN, PLAIN, st.integers(2, 40))
def test_linspace_is_the_exact_value_rounded_once(low: str, high: str, count: int) -> None:
    levels = generate("linspace", (low, high, str(count)), 40)
    if isinstance(levels, NoLevels):
        assert Fraction(low) == Fraction(high)
        return
    assert (levels[0], levels[-1]) == (low, high)
    for place, level in enumerate(levels):
        exact = Fraction(low) + (Fraction(high) - Fraction(low)) * place / (count - 1)
        assert float(level) == float(exact)


@settings(max_examples=share(300))
@given(PLAIN, PLAIN, st.integers(1, 40))
def test_range_is_the_exact_value_and_stops_at_the_end(low: str, step: str, count: int) -> None:
    way = Fraction(step)
    end = f"{float(Fraction(low) + way * count):.4f}"
    levels = generate("range", (low, end, step), 100)
    if isinstance(levels, NoLevels):
        assert way == 0
        return
    assert len(levels) == count + 1
    assert levels[-1] == end
    assert [float(x) for x in levels] == [float(Fraction(low) + way * k) for k in range(count + 1)]


@settings(max_examples=share(200))
@given(st.integers(1, 9), st.integers(2, 9), st.integers(2, 12))
def test_logspace_of_a_whole_ratio_is_whole(first: int, ratio: int, count: int) -> None:
    exact = [first * ratio**place for place in range(count)]
    levels = generate("logspace", (str(first), str(exact[-1]), str(count)), 20)
    assert levels == tuple(map(str, exact))


ODD = st.one_of(
    st.text(max_size=8),
    st.from_regex(r"[-+]?[0-9]{1,4}(\.[0-9]{0,400})?(e[-+]?[0-9]{1,6})?", fullmatch=True),
    st.sampled_from(("inf", "-inf", "nan", "1e308", "5e-324", "0e99999999999999999999", "-0")),
    st.sampled_from(("9" * 10_000, "0." + "0" * 380 + "1e350", "1e" + "9" * 18, "1" + "0" * 399)),
)


@settings(max_examples=share(1_000))
@given(st.sampled_from(KINDS), st.lists(ODD, max_size=4), st.integers(1, 1_000))
def test_whatever_is_written(kind: str, arguments: list[str], most: int) -> None:
    got = generate(kind, arguments, most)
    if isinstance(got, NoLevels):
        assert len(got.message) + len(got.help) < 400
        return
    assert 1 <= len(got) <= most
    assert len({float(text) for text in got}) == len(got) or max(map(abs, map(float, got))) > 2**53
    assert sum(map(len, got[1:-1])) < 30 * most


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("range", ("0." + "1" * 390, "9" * 300, "9" * 296)),
        ("linspace", ("1e-300", "9" * 300, "10000")),
        ("logspace", ("1." + "1" * 390, "9" * 300, "10000")),
    ],
)
def test_ten_thousand_levels_take_few_steps_each(kind: str, arguments: tuple[str, ...]) -> None:
    levels = generate(kind, arguments, 100_000)
    assert isinstance(levels, tuple)
    assert len(levels) > 5_000
    assert steps(lambda: generate(kind, arguments, 100_000)) < 10 * len(levels)
