"""Mean, spread and the interval of a mean, of the few values that replicates have.

Sums are exact (`math.fsum`), so that nothing depends on the order of values. The quantile of
Student's t is found from the incomplete beta function, to 1e-9 of what scipy has
(tests/outcomes/test_statistics.py), for want of a library in the core.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache

from tcwc.model.frozen import dataclass

CONFIDENCE = 0.95
"""The part of all such intervals that hold the true mean, where the values are normal."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What there is to be said of values: of the finite ones, and how many there are beside them.

    `mean` is None where there is none, `sd` (of a sample, over n - 1), `low` and `high` (the
    interval of the mean by Student's t) where there are less than two: one value has no spread that
    anybody knows.
    """

    n: int
    mean: float | None
    sd: float | None
    low: float | None
    high: float | None
    not_finite: int


def summary(values: Iterable[float], confidence: float = CONFIDENCE) -> Summary:
    """The statistics of values, in whatever order they are. nan and inf are counted alone."""
    every = list(values)
    finite = [float(each) for each in every if math.isfinite(each)]
    n, others = len(finite), len(every) - len(finite)
    if not n:
        return Summary(0, None, None, None, None, others)
    mean, sd = _mean_and_sd(finite)
    if sd is None:
        return Summary(n, mean, None, None, None, others)
    half = t_quantile(confidence, n - 1) * (sd / math.sqrt(n))
    return Summary(n, mean, sd, mean - half, mean + half, others)


def _mean_and_sd(values: list[float]) -> tuple[float, float | None]:
    """Of values divided by a power of two, which loses nothing: no square leaves the range."""
    n, lowest, highest = len(values), min(values), max(values)
    scale = math.frexp(max(-lowest, highest))[1] - 1
    small = [math.ldexp(each, -scale) for each in values]
    mean = math.fsum(small) / n
    # What is rounded there would put the mean of equal values beside them.
    true = min(max(math.ldexp(mean, scale), lowest), highest)
    if n == 1:
        return true, None
    apart = [each - mean for each in small]
    squares = math.fsum(each * each for each in apart) - math.fsum(apart) ** 2 / n
    return true, math.sqrt(max(squares, 0.0) / (n - 1)) * 2.0**scale


_STEPS = 200
_CLOSE = 1e-15
_FAR = 700.0
"""The logarithm of more than any such t is."""


@lru_cache(1_000)  # of many steps the same ones are asked for
def t_quantile(confidence: float, df: float) -> float:
    """How far from 0 Student's t of `df` degrees of freedom is at most, with a probability.

    `confidence` is between 0 and 1, both excluded, `df` above 0. Newton's way in the logarithms of
    t and of the probability, where the curve is nearly straight; of the two probabilities the
    smaller one, which is known to its last digits.
    """
    outside = 1 - confidence
    is_tail = outside < 0.5
    wanted = math.log(outside if is_tail else confidence)
    low, high, at = -_FAR, _FAR, 0.0
    for _ in range(_STEPS):
        t = math.exp(at)
        inside_t, outside_t = _probabilities(t, df)
        found = outside_t if is_tail else inside_t
        if found <= 0:  # beyond what a float can say
            low, high = (low, at) if is_tail else (at, high)
            at = (low + high) / 2
            continue
        error = math.log(found) - wanted
        low, high = (low, at) if (error < 0) == is_tail else (at, high)
        slope = 2 * t * _density(t, df) / found * (-1 if is_tail else 1)
        step = at - error / slope if slope else low
        last, at = at, step if low < step < high else (low + high) / 2
        if abs(at - last) <= _CLOSE * max(1.0, abs(at)):
            break
    return math.exp(at)


def _probabilities(t: float, df: float) -> tuple[float, float]:
    """That |T| is at most t, and that it is more, each to its last digits."""
    square = t * t
    x, y = 1 / (1 + square / df), 1 / (1 + df / square) if square else 0.0
    a = df / 2
    # The fraction converges fast on one side of the middle of the distribution alone.
    if x < (a + 1) / (a + 2.5):
        outside = _front(a, x, y) / a * _fraction(a, 0.5, x)
        return 1 - outside, outside
    inside = _front(a, x, y) / 0.5 * _fraction(0.5, a, y)
    return inside, 1 - inside


def _front(a: float, x: float, y: float) -> float:
    """x^a y^(1/2) / B(a, 1/2)."""
    # x is near 1 where a is large: its logarithm is known better by way of y.
    power = a * (math.log1p(-y) if y < 0.5 else math.log(x)) if x > 0 else -math.inf
    return math.exp(power) * math.sqrt(y) / math.sqrt(math.pi) * _half_step(a)


def _density(t: float, df: float) -> float:
    """That of Student's t, at t."""
    power = math.exp(-(df + 1) / 2 * math.log1p(t * t / df))
    return _half_step(df / 2) / math.sqrt(df * math.pi) * power


def _half_step(a: float) -> float:
    """Gamma(a + 1/2) / Gamma(a). The difference of the logarithms loses digits where a is large;
    there it is the series of Tricomi and Erdelyi in 1/a."""
    if a < 40:
        return math.gamma(a + 0.5) / math.gamma(a)
    z = 1 / (8 * a)
    terms = (1, -1, 1 / 2, 5 / 2, -21 / 8, -399 / 8, 869 / 16)
    return math.sqrt(a) * math.fsum(each * z**power for power, each in enumerate(terms))


_TINY = 1e-300
_MOST = 100_000
"""Terms of the fraction; a million degrees of freedom take a thousand."""


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's way (DLMF 8.17.22)."""
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > _TINY else _TINY)
    value = d
    for m in range(1, _MOST):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + term * d
            c = 1 + term / c
            d = 1 / (d if abs(d) > _TINY else _TINY)
            c = c if abs(c) > _TINY else _TINY
            value *= c * d
        if abs(c * d - 1) < _CLOSE:
            break
    return value
