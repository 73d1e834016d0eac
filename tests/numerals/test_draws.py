"""Draws: pinned bytes, the distributions that they claim, exact values rounded once."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Context
from fractions import Fraction
from hashlib import blake2b

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcwc.numerals.draws import bad_bounds, choice, loguniform, rank, uniform, unit
from tests.conftest import share

DRAWS = 2_000


@pytest.mark.parametrize(
    ("seed", "name", "index", "number"),
    [
        (7, "optimizer.lr", 0, 0xEC397857450E687A),
        (7, "optimizer.lr", 1, 0xF082DA25D45F2F3E),
        (8, "optimizer.lr", 0, 0xBB2B16CE408B8203),
        (-1, 'tokenizer."é\u2028"', 10**6, 0xEAE089B5675536A8),
    ],
)
def test_a_draw_is_pinned(seed: int, name: str, index: int, number: int) -> None:
    assert unit(seed, name, index) == Fraction(number, 2**64)


def test_the_bytes_of_a_draw_are_what_is_documented() -> None:
    digest = blake2b(b'[7,"optimizer.lr",0]').hexdigest()
    assert unit(7, "optimizer.lr", 0) == Fraction(int(digest[:16], 16), 2**64)
    text = b'[7,"{\\"lora_rank\\":8}"]'
    assert rank(7, '{"lora_rank":8}') == blake2b(text, digest_size=16).digest()


def test_a_rank_is_pinned() -> None:
    assert rank(7, '{"lora_rank":8}').hex() == "45489a3ae65568e13f397f0a25a04611"
    assert rank(8, '{"lora_rank":8}').hex() == "36e63d60109bcc9a57738e818147b41e"


def test_what_the_draws_become_is_pinned() -> None:
    u = [unit(7, "optimizer.lr", index) for index in range(3)]
    assert [uniform(x, "0.0", "0.1", False) for x in u] == [
        "0.09227519238530078",
        "0.09394966451985709",
        "0.057348665223238",
    ]
    assert [uniform(x, "8", "64", True) for x in u] == ["60", "61", "40"]
    assert [loguniform(x, "1e-5", "1e-3", False) for x in u] == [
        "0.0007006543904049563",
        "0.0007568212024733115",
        "0.0001402727478019135",
    ]
    assert [loguniform(x, "8", "64", True) for x in u] == ["55", "56", "26"]
    assert [choice(x, 3) for x in u] == [2, 2, 1]


def test_draws_of_two_names_have_nothing_to_do_with_each_other() -> None:
    """A common state would correlate them; 0.1 is four standard deviations."""
    one = [float(unit(7, "optimizer.lr", index)) - 0.5 for index in range(DRAWS)]
    for name in ("optimizer.l", "optimizer.lr ", "seed"):
        other = [float(unit(7, name, index)) - 0.5 for index in range(DRAWS)]
        assert abs(sum(map(lambda a, b: a * b, one, other)) / DRAWS * 12) < 0.1
    later = [float(unit(7, "optimizer.lr", index + 1)) - 0.5 for index in range(DRAWS)]
    assert abs(sum(map(lambda a, b: a * b, one, later)) / DRAWS * 12) < 0.1


def distance(values: list[float], cdf: Callable[[float], float]) -> float:
    """Kolmogorov's and Smirnov's: the largest distance of two distribution functions."""
    values = sorted(values)
    steps = [(place / len(values), (place + 1) / len(values)) for place in range(len(values))]
    return max(
        max(cdf(x) - below, above - cdf(x)) for x, (below, above) in zip(values, steps, strict=True)
    )


LIMIT = 1.36 / math.sqrt(DRAWS)
"""What nineteen of twenty samples are within; the seed is fixed, so this one always is."""


def test_uniform_is_uniform() -> None:
    values = [float(uniform(unit(1, "a", i), "-1.5", "2.5", False)) for i in range(DRAWS)]
    assert distance(values, lambda x: (x + 1.5) / 4) < LIMIT
    assert distance(values, lambda x: ((x + 1.5) / 4) ** 1.2) > LIMIT


def test_loguniform_is_uniform_in_the_logarithm() -> None:
    values = [float(loguniform(unit(1, "a", i), "1e-5", "1e-2", False)) for i in range(DRAWS)]
    assert distance(values, lambda x: (math.log10(x) + 5) / 3) < LIMIT
    assert distance(values, lambda x: x / 1e-2) > LIMIT


def chi_square(counts: list[int]) -> float:
    mean = sum(counts) / len(counts)
    return sum((count - mean) ** 2 / mean for count in counts)


def test_whole_numbers_and_choices_have_equal_chance() -> None:
    """27.9 is what all but one of 1,000 samples of ten kinds are below."""
    drawn = [uniform(unit(2, "a", i), "-4", "5", True) for i in range(DRAWS)]
    assert chi_square([drawn.count(str(number)) for number in range(-4, 6)]) < 27.9
    chosen = [choice(unit(2, "a", i), 10) for i in range(DRAWS)]
    assert chi_square([chosen.count(place) for place in range(10)]) < 27.9


UNITS = st.integers(0, 2**64 - 1).map(lambda number: Fraction(number, 2**64))


@settings(max_examples=share(500))
@given(UNITS, st.integers(-(10**9), 10**9), st.integers(1, 10**9), st.integers(0, 9))
def test_uniform_is_exact_and_rounded_once(
    u: Fraction, start: int, width: int, places: int
) -> None:
    low, high = f"{start}e-{places}", f"{start + width}e-{places}"
    exact = Fraction(low) + u * (Fraction(high) - Fraction(low))
    assert float(uniform(u, low, high, False)) == float(exact)


@settings(max_examples=share(300))
@given(UNITS, st.integers(1, 10**6), st.integers(1, 10**6), st.integers(-9, 9))
def test_loguniform_is_exact_and_rounded_once(
    u: Fraction, start: int, width: int, exponent: int
) -> None:
    """Against 200 digits, by another formula: low * (high / low) ** u."""
    low, high = f"{start}e{exponent}", f"{start + width}e{exponent}"
    fine = Context(200, Emax=9_999, Emin=-9_999)
    one, other = fine.create_decimal(low), fine.create_decimal(high)
    share = fine.divide(fine.create_decimal(u.numerator), fine.create_decimal(u.denominator))
    exact = fine.multiply(one, fine.power(fine.divide(other, one), share))
    got = float(loguniform(u, low, high, False))
    assert got == float(exact)
    assert float(low) <= got <= float(high)


@settings(max_examples=share(300))
@given(UNITS, st.integers(1, 50), st.integers(1, 50))
def test_whole_draws_stay_between_their_bounds(u: Fraction, low: int, width: int) -> None:
    bounds = (str(low), str(low + width), True)
    assert low <= int(uniform(u, *bounds)) <= low + width
    drawn = int(loguniform(u, *bounds))
    assert low <= drawn <= low + width
    real = float(loguniform(u, str(low), str(low + width), False))
    assert abs(drawn - real) <= 0.5


def test_the_ends_of_the_unit_interval() -> None:
    last = Fraction(2**64 - 1, 2**64)
    assert uniform(Fraction(0), "3", "9", True) == "3"
    assert uniform(last, "3", "9", True) == "9"
    assert loguniform(Fraction(0), "0.1", "3", False) == "0.1"
    assert loguniform(last, "3", "9", True) == "9"
    assert choice(last, 7) == 6


@pytest.mark.parametrize(
    ("kind", "low", "high", "whole", "message"),
    [
        ("uniform", "a", "1", False, "`a` is none"),
        ("uniform", "0", "inf", False, "`inf` is none"),
        ("uniform", "0", "9" * 10_000, False, "..."),
        ("uniform", "0.5", "8", True, "`0.5` is none"),
        ("uniform", "1", "8.0", True, "`8.0` is none"),
        ("uniform", "1", "1.0", False, "1 is not below 1.0"),
        ("uniform", "8", "1", True, "8 is not below 1"),
        ("loguniform", "0", "1", False, "above 0 only"),
        ("loguniform", "-2", "-1", False, "above 0 only"),
        ("loguniform", "1e-2", "1e-3", False, "not below"),
    ],
)
def test_bad_bounds(kind: str, low: str, high: str, whole: bool, message: str) -> None:
    found = bad_bounds(kind, low, high, whole)
    assert found is not None
    assert message in found[0]
    assert found[1]
    assert len(found[0]) < 200


def test_good_bounds() -> None:
    assert bad_bounds("uniform", "-1", "0", True) is None
    assert bad_bounds("loguniform", "5e-324", "1.7e308", False) is None


@settings(max_examples=share(500))
@given(
    UNITS, st.sampled_from(("5e-324", "1", "0." + "3" * 390, "9" * 300, "1.7e308")), st.booleans()
)
def test_any_good_bounds_can_be_drawn_from(u: Fraction, high: str, negative: bool) -> None:
    low = "-1.7e308" if negative else "0"
    assert bad_bounds("uniform", low, high, False) is None
    assert float(low) <= float(uniform(u, low, high, False)) <= float(high)
    assert float(loguniform(u, "1e-323", "1e308", False)) > 0
