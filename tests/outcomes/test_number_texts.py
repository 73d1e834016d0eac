"""Numbers of results as people read them."""

from __future__ import annotations

import math

import pytest

from tcwc.outcomes.number_texts import number_text, summary_texts
from tcwc.outcomes.statistics import summary


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.339517116546631, "5.3395"), (1e-5, "1e-05"), (0.0, "0"), (-0.0, "0"), (104.0, "104"),
        (519510.0, "519510"), (519510.25, "519510"), (99999.7, "100000"), (-1234567.0, "-1234567"),
        (4e9, "4000000000"), (1e15, "1e+15"), (1.5e300, "1.5e+300"), (2.5e9 + 0.5, "2.5e+09"),
        (math.nan, "nan"), (math.inf, "inf"),
    ],
)  # fmt: skip
def test_a_number(value: float, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize("far", [0.0, 5.0, 1e3, 519510.0, -4e8, 1e12])
@pytest.mark.parametrize("apart", [1e-3, 0.25, 12.0])
def test_an_interval_that_has_a_length_shows_it(far: float, apart: float) -> None:
    found = summary([far, far + apart, far + 2 * apart])
    texts = summary_texts(found)
    low, mean, high = map(float, (texts.low, texts.mean, texts.high))
    assert low < mean < high
    assert found.low is not None
    assert found.high is not None
    assert high - low == pytest.approx(found.high - found.low, rel=0.2)


def test_what_is_not_known_is_nothing() -> None:
    texts = summary_texts(summary([2.0]))
    assert (texts.mean, texts.sd, texts.low, texts.high) == ("2", "", "", "")
    assert summary_texts(summary([])).mean == ""


@pytest.mark.parametrize("other", [1e308, -1e308, 0.0])
def test_an_interval_beyond_all_floats(other: float) -> None:
    """As of perplexities of a training that diverged."""
    texts = summary_texts(summary([1.5e308, other]))
    assert math.isfinite(float(texts.mean))
    assert (texts.low, texts.high) == ("-inf", "inf")
