"""Steps of several attempts, each once, and what curves come to."""

from __future__ import annotations

import math

import pytest

from tcwc.model.measured import MetricValue
from tcwc.outcomes.curves import Logged, Point, comes_to, curves_of


def logged(attempt: int | None, values: dict[int, float], file: str = "a") -> Logged:
    found = tuple(MetricValue("loss", value, step) for step, value in values.items())
    return Logged(attempt, file, found)


def loss(*files: Logged) -> list[tuple[int, float, int | None]]:
    return [(each.step, each.value, each.attempt) for each in curves_of(files).get("loss", [])]


def test_a_step_that_was_trained_twice_is_the_newest_attempts() -> None:
    older = logged(1, {1: 5.0, 2: 4.0, 3: 3.0})
    newer = logged(2, {3: 3.5, 4: 2.0})
    expected = [(1, 5.0, 1), (2, 4.0, 1), (3, 3.5, 2), (4, 2.0, 2)]
    assert loss(older, newer) == loss(newer, older) == expected


def test_what_an_older_attempt_logged_beyond_is_of_weights_that_are_gone() -> None:
    """It came to step 5, and was gone on with from 2: the newer one has not come so far yet."""
    older = logged(1, {1: 5.0, 2: 4.0, 3: 3.0, 4: 2.5, 5: 2.2})
    assert loss(older, logged(2, {3: 3.5})) == [(1, 5.0, 1), (2, 4.0, 1), (3, 3.5, 2)]


def test_a_metric_that_a_newer_attempt_does_not_log_ends_there_too() -> None:
    older = Logged(1, "a", tuple(MetricValue("peak", 9.0, step) for step in (1, 2, 3)))
    curves = curves_of([older, logged(2, {2: 1.0})])
    assert [each.step for each in curves["peak"]] == [1]


def test_two_files_of_one_attempt() -> None:
    assert loss(logged(1, {1: 5.0}), logged(1, {1: 5.5, 2: 4.0}, "b")) == [(1, 5.5, 1), (2, 4.0, 1)]


def test_the_order_is_that_of_numbers() -> None:
    assert loss(logged(9, {1: 5.0}), logged(10, {1: 4.0})) == [(1, 4.0, 10)]


def values(*numbers: float) -> dict[str, tuple[int, float]]:
    curve = [Point(at, value, 1, "a") for at, value in enumerate(numbers, 1)]
    return {name: (point.step, value) for name, (point, value) in comes_to(curve).items()}


def test_a_curve_comes_to() -> None:
    numbers = [float(each) for each in (9, 8, 1, 7, 6, 5, 4, 3, 2, 2, 5, 5, 5, 5, 5, 5, 5, 5, 3, 4)]
    assert values(*numbers) == {"last": (20, 4.0), "min": (3, 1.0), "tail_mean": (20, 3.5)}


@pytest.mark.parametrize(("count", "mean"), [(1, 1), (9, 9), (19, 19), (20, 19.5), (30, 29)])
def test_the_tail_is_a_tenth_and_one_at_least(count: int, mean: float) -> None:
    assert values(*map(float, range(1, count + 1)))["tail_mean"][1] == mean


def test_what_is_no_number_is_no_minimum_and_is_in_the_mean() -> None:
    found = values(3.0, math.nan, 2.0, math.nan)
    assert found["min"] == (3, 2.0)
    assert math.isnan(found["last"][1])
    assert math.isnan(found["tail_mean"][1])
    assert math.isnan(values(math.nan)["min"][1])
    assert values(*([math.inf] * 20))["tail_mean"][1] == math.inf
    assert math.isnan(values(*([1.0] * 18), math.inf, -math.inf)["tail_mean"][1])
