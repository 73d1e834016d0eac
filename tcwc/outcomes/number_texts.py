"""Numbers of results as people read them."""

from __future__ import annotations

from math import ceil, isfinite, log10

from tcwc.model.frozen import dataclass
from tcwc.outcomes.statistics import Summary

_DIGITS, _MOST = 5, 17
"""Digits that count: of any number, and the most that a float has."""
_WRITTEN_OUT, _WHOLE = 1e9, 1e15
"""Below these no number, and no whole one, needs a power of ten."""


def number_text(value: float, digits: int = _DIGITS) -> str:
    """A number to so many digits that count: 5.2381, 519510, 1e-05. Whole ones have all."""
    if value.is_integer() and abs(value) < _WHOLE:
        return str(int(value))
    text = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e+" in text and abs(value) < _WRITTEN_OUT else text


@dataclass(frozen=True, slots=True)
class SummaryTexts:
    """What a summary says, in words; "" where it says nothing."""

    mean: str
    sd: str
    low: str
    high: str


def summary_texts(found: Summary) -> SummaryTexts:
    """A mean and its interval have as many digits as show that the interval has a length."""
    digits = _DIGITS
    low, high = found.low, found.high
    if low is not None and high is not None and isfinite(low) and isfinite(high) and high > low:
        parts = max(abs(low), abs(high)) / (high / 2 - low / 2)  # which no float is too small for
        digits = min(max(ceil(log10(parts)) + 1, _DIGITS), _MOST)
    wide = (digits, _DIGITS, digits, digits)
    values = (found.mean, found.sd, found.low, found.high)
    texts = ("" if v is None else number_text(v, w) for v, w in zip(values, wide, strict=True))
    return SummaryTexts(*texts)
