"""Random draws that are the same on every machine, in every version, for ever.

A draw is a hash, not a state: draw `index` of `name` depends on nothing but the seed and these
two, so another path, or more runs, change no draw that was there. None of this may ever change:

- `unit`: the UTF-8 bytes of the canonical JSON `[seed,name,index]`, such as
  `[7,"optimizer.lr",0]`; their BLAKE2b digest of 64 bytes, no key, no salt; its first 8 bytes as
  a big-endian whole number, over 2**64.
- `rank`: the UTF-8 bytes of the canonical JSON `[seed,coordinates]`, where the coordinates (their
  own canonical JSON) are a string, such as `[7,"{\\"lora_rank\\":8}"]`; their BLAKE2b digest of
  16 bytes. The cells of smallest digest are chosen.

What a draw becomes is computed in decimal from the bounds as written and rounded once to the
nearest double.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b

from tcwc.config.canonical import canonical_json
from tcwc.model.cut import cut
from tcwc.model.ir import Value
from tcwc.numerals.texts import EXACT, FINE, parse_number, parse_whole

_BITS = 64


def unit(seed: int, name: str, index: int) -> Fraction:
    """Draw `index` of `name`: one of 2**64 numbers of equal chance from 0 to below 1."""
    digest = blake2b(f"{_head(seed, name)},{index}]".encode()).digest()
    return Fraction(int.from_bytes(digest[: _BITS // 8], "big"), 2**_BITS)


def rank(seed: int, coordinates: str) -> bytes:
    """By what the cells of a grid are chosen, smallest first. A larger sample holds a smaller."""
    return blake2b(_bytes([seed, coordinates]), digest_size=16).digest()


def choice(u: Fraction, count: int) -> int:
    """One of `count` places of equal chance, from 0."""
    return int(u * count)


def bad_bounds(kind: str, low: str, high: str, whole: bool) -> tuple[str, str] | None:
    """Why nothing can be drawn `uniform` or `loguniform` between two texts, and what to write.

    None where it can. `whole`: whole numbers are wanted.
    """
    example = f"write {kind}: [{'8, 64' if whole else '1e-5, 1e-3'}]"
    for text in (low, high):
        if parse_number(text) is None:
            if "%" in low + high:
                example = f"write {kind}: [{_of_percent(low)}, {_of_percent(high)}]"
            return f"`{kind}` takes two numbers, and `{cut(text)}` is none", example
        if whole and parse_whole(text) is None:
            return f"whole numbers are drawn here, and `{cut(text)}` is none", example
    if kind == "loguniform" and _number(low) <= 0:
        help = "begin at a small positive number such as 1e-6, or use uniform"
        return f"`loguniform` draws above 0 only, not from {cut(low)}", help
    if _number(low) >= _number(high):
        help = f"write {kind}: [{cut(high)}, {cut(low)}]"
        if _number(low) == _number(high):
            help = f"write {kind}: [low, high], low below high"
        return f"{cut(low)} is not below {cut(high)}", help
    return None


def _of_percent(text: str) -> str:
    """A share as a number; any other text as it is."""
    share = parse_number(text.removesuffix("%").strip()) if text.endswith("%") else None
    return cut(text) if share is None else format((share / 100).normalize(), "f")


def uniform(u: Fraction, low: str, high: str, whole: bool) -> str:
    """The number that a draw is between bounds that `bad_bounds` has nothing against.

    `whole`: each whole number from `low` to `high`, both included, has equal chance.
    """
    if whole:
        first, last = int(low), int(high)
        return str(first + int(u * (last - first + 1)))
    share, rest = Decimal(u.numerator), Decimal(u.denominator - u.numerator)
    weighted = EXACT.fma(_number(high), share, EXACT.multiply(_number(low), rest))
    return repr(float(EXACT.divide(weighted, Decimal(u.denominator))))


def loguniform(u: Fraction, low: str, high: str, whole: bool) -> str:
    """The same with equal chance for equal ratios. `whole`: the nearest whole number."""
    start, end = _logarithm(low), _logarithm(high)
    share = FINE.divide(Decimal(u.numerator), Decimal(u.denominator))
    drawn = FINE.exp(FINE.fma(FINE.subtract(end, start), share, start))
    # exp(ln(x)) can miss x by a last digit, and so leave the bounds.
    inside = min(max(drawn, _number(low)), _number(high))
    return str(int(inside.to_integral_value(ROUND_HALF_EVEN))) if whole else repr(float(inside))


@lru_cache(1_024)  # one for each variable
def _head(seed: int, name: str) -> str:
    """What is hashed for each draw of a name, but for the index."""
    return canonical_json([seed, name])[:-1]


def _bytes(value: list[Value]) -> bytes:
    return canonical_json(value).encode()


@lru_cache(1_024)  # two for each variable
def _number(text: str) -> Decimal:
    number = parse_number(text)
    assert number is not None, text
    return number


@lru_cache(64)  # the same bounds for every run of a sample
def _logarithm(text: str) -> Decimal:
    return FINE.ln(_number(text))
