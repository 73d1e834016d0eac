"""Statistics of values: those of numpy and scipy, whatever the values are, and however many."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
import scipy  # its `stats`, which takes a second, where it is used
from hypothesis import given
from hypothesis import strategies as st

from tcwc.outcomes.statistics import Summary, summary, t_quantile

# What metrics are; wider ranges below, where numpy loses more digits than the code here.
METRICS = st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda each: round(each, 6))
LISTS = st.lists(METRICS, min_size=2, max_size=30)

DF = [*range(1, 41), 79, 80, 81, 100, 365, 1000, 4_999, 65_536, 10**5, 999_999, 10**6]
LEVELS = [0.01, 0.1, 0.5, 0.6827, 0.8, 0.9, 0.95, 0.975, 0.99, 0.999, 1 - 1e-6, 1 - 1e-9]


@pytest.mark.parametrize("df", DF)
def test_the_quantile_is_scipys(df: int) -> None:
    for level in LEVELS:
        assert t_quantile(level, df) == pytest.approx(
            scipy.stats.t.isf((1 - level) / 2, df), rel=1e-9, abs=0
        ), level


@given(st.floats(0.05, 1 - 1e-9), st.integers(1, 10**6))
def test_the_quantile_is_scipys_anywhere(level: float, df: int) -> None:
    expected = scipy.stats.t.isf((1 - level) / 2, df)
    assert t_quantile(level, df) == pytest.approx(expected, rel=1e-9, abs=0)


def test_the_quantiles_of_tables() -> None:
    """Not of scipy: of one degree by the tangent, of two by its closed form, of many the normal."""
    assert t_quantile(0.95, 1) == pytest.approx(math.tan(0.475 * math.pi), rel=1e-12)
    assert t_quantile(0.95, 2) == pytest.approx(0.95 * math.sqrt(2 / (1 - 0.95**2)), rel=1e-12)
    assert t_quantile(0.95, 10**9) == pytest.approx(1.959963984540054, rel=1e-8)


@given(LISTS, st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_mean_spread_and_interval_are_numpys_and_scipys(values: list[float], level: float) -> None:
    found = summary(values, level)
    assert found.n == len(values)
    assert found.not_finite == 0
    size = max(map(abs, values))
    assert found.mean == pytest.approx(np.mean(values), rel=1e-12, abs=1e-12 * size)
    assert found.sd == pytest.approx(np.std(values, ddof=1), rel=1e-9, abs=1e-12 * size)
    sem = scipy.stats.sem(values)
    assert found.sd is not None
    assert found.sd / math.sqrt(found.n) == pytest.approx(sem, rel=1e-9, abs=1e-12 * size)
    if sem > 1e-9 * size:  # of none scipy's interval is nan
        low, high = scipy.stats.t.interval(level, len(values) - 1, loc=np.mean(values), scale=sem)
        close = {"rel": 1e-9, "abs": 1e-9 * (high - low) + 1e-12 * size}
        assert found.low == pytest.approx(low, **close)
        assert found.high == pytest.approx(high, **close)


@given(LISTS, st.randoms(use_true_random=False))
def test_no_order_of_values_changes_a_bit(values: list[float], chance: random.Random) -> None:
    other = list(values)
    chance.shuffle(other)
    assert summary(other) == summary(values)


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(2, 50))
def test_equal_values_have_no_spread(value: float, times: int) -> None:
    assert summary([value] * times) == Summary(times, value, 0.0, value, value, 0)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_a_mean_is_between_the_values_of_whatever_size(values: list[float]) -> None:
    found = summary(values)
    assert found.mean is not None
    assert min(values) <= found.mean <= max(values)
    assert found.sd is None or found.sd >= 0


def test_a_small_spread_of_large_values() -> None:
    """Where the sum of squares without the mean taken away has no digit left."""
    values = [1e9 + each for each in (4.0, 7.0, 13.0, 16.0)]
    assert summary(values).sd == math.sqrt(30)


def test_small_and_large_values() -> None:
    assert summary([1e-200, 3e-200]).sd == pytest.approx(math.sqrt(2) * 1e-200, rel=1e-12)
    assert summary([1e200, 3e200]).sd == pytest.approx(math.sqrt(2) * 1e200, rel=1e-12)
    assert summary([1.7e308, 1.7e308, 1.7e308]).mean == 1.7e308


def test_one_value_has_no_interval() -> None:
    assert summary([0.25]) == Summary(1, 0.25, None, None, None, 0)


def test_what_is_no_number_is_counted_and_never_averaged_in() -> None:
    found = summary([1.0, math.nan, 3.0, math.inf, -math.inf])
    assert (found.n, found.mean, found.not_finite) == (2, 2.0, 3)
    assert summary([math.nan]) == Summary(0, None, None, None, None, 1)
    assert summary([]) == Summary(0, None, None, None, None, 0)
