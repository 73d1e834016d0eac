"""Levels from generators: `range: [a, b, step]`, `linspace: [a, b, n]`, `logspace: [a, b, n]`.

Computed in decimal from the texts as written, so the levels are those that one would write by
hand, on every platform: `range: [0, 0.4, 0.1]` is 0, 0.1, 0.2, 0.3, 0.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from tcwc.model.cut import cut
from tcwc.model.frozen import dataclass
from tcwc.numerals.texts import EXACT, FINE, SETTLED, number_text, parse_number, parse_whole

_FORMS = {
    "range": ("[start, end, step]", "range: [8, 64, 8]"),
    "linspace": ("[start, end, number of levels]", "linspace: [0, 0.1, 5]"),
    "logspace": ("[start, end, number of levels]", "logspace: [1e-5, 1e-3, 5]"),
}


@dataclass(frozen=True, slots=True)
class NoLevels:
    """Why there are no levels, and what to write instead.

    `argument` is which of the three arguments is at fault, from 0; None where it is all of them.
    """

    message: str
    help: str
    argument: int | None


def generate(kind: str, arguments: Sequence[str], most: int) -> tuple[str, ...] | NoLevels:
    """The levels of a generator as texts of numbers, at most `most`; raises nothing.

    `kind` is `range`, `linspace` or `logspace`, `arguments` the texts that the author wrote. The
    ends are given back as written; what is between them as whole numbers, or as the shortest
    text that reads as the double that is nearest to the exact value.
    """
    form, example = _FORMS[kind]
    if len(arguments) != 3:
        message = f"`{kind}` takes three numbers, {form}, and has {len(arguments)}"
        return NoLevels(message, f"write {_with_own_ends(kind, arguments) or example}", None)
    numbers: list[Decimal] = []
    for place, text in enumerate(arguments):
        number = parse_number(text)
        if number is None:
            message = f"`{kind}` takes numbers, and `{cut(text)}` is none that a float can hold"
            return NoLevels(message, f"write {kind}: {form}, such as {example}", place)
        numbers.append(number)
    first, last, third = numbers
    if kind == "range":
        return _range(arguments, first, last, third, most)
    return _spaced(kind, arguments, first, last, most)


_SHOWN = 30
"""Characters of a number that a message repeats."""


def _with_own_ends(kind: str, texts: Sequence[str]) -> str:
    """The form with two ends that were written; "" where there are none."""
    numbers = [parse_number(text) for text in texts]
    if len(texts) != 2 or None in numbers or max(map(len, texts)) > _SHOWN:
        return ""
    first, last = texts
    if kind != "range":
        return f"{kind}: [{first}, {last}, 5]"
    if parse_whole(first) is not None and parse_whole(last) is not None:
        return f"range: [{first}, {last}, 1], where the last number is the step"
    return f"linspace: [{first}, {last}, 5], or logspace, where the last is the number of levels"


def _range(
    texts: Sequence[str], first: Decimal, last: Decimal, step: Decimal, most: int
) -> tuple[str, ...] | NoLevels:
    span = EXACT.subtract(last, first)
    if not step:
        return NoLevels("a step of 0 leads nowhere", "write a step such as 1 or 0.1", 2)
    if span and (span < 0) != (step < 0):
        start, end, way = (cut(text) for text in texts)
        instead = way[1:] if way.startswith("-") else "-" + way.removeprefix("+")
        message = f"a step of {way} does not lead from {start} to {end}"
        return NoLevels(message, f"write {instead} for the step, or swap the ends", 2)
    steps = EXACT.divide_int(span, step)
    if steps >= most:
        return _too_many("range", f"more than {most:,}", most, "take a larger step")
    places = range(1, int(steps) + 1)
    inner = [EXACT.fma(step, Decimal(place), first) for place in places]
    rest = [texts[1] if number == last else number_text(number) for number in inner]
    return _different((texts[0], *rest), [first, *inner], "take a larger step")


def _spaced(
    kind: str, texts: Sequence[str], first: Decimal, last: Decimal, most: int
) -> tuple[str, ...] | NoLevels:
    count = parse_whole(texts[2])
    if count is None or count < 2:
        message = f"`{kind}` needs a whole number of levels, 2 or more, not `{cut(texts[2])}`"
        return NoLevels(message, f"write {kind}: [{cut(texts[0])}, {cut(texts[1])}, 5]", 2)
    if count > most:
        return _too_many(kind, cut(texts[2]), most, "ask for fewer")
    if first == last:
        return NoLevels(f"the two ends of `{kind}` are one number", "write two ends", 1)
    if kind == "logspace" and min(first, last) <= 0:
        help = "begin at a small positive number such as 1e-6, or use linspace"
        return NoLevels("`logspace` takes ends above 0 only", help, 0 if first <= 0 else 1)
    inner = list((_linear if kind == "linspace" else _geometric)(first, last, count))
    levels = (texts[0], *map(number_text, inner), texts[1])
    return _different(levels, [first, *inner, last], "ask for fewer, or move the ends apart")


def _too_many(kind: str, count: str, most: int, help: str) -> NoLevels:
    return NoLevels(f"`{kind}` makes {count} levels, and at most {most:,} are read", help, 2)


def _different(
    levels: tuple[str, ...], numbers: Sequence[Decimal], help: str
) -> tuple[str, ...] | NoLevels:
    """The levels, if they still differ as doubles."""
    if len(set(map(number_text, numbers))) == len(levels):
        return levels
    return NoLevels("the levels are too close to be different floats", help, 2)


def _linear(first: Decimal, last: Decimal, count: int) -> Iterator[Decimal]:
    """What is between the ends: both weighted exactly, then one division."""
    steps = count - 1
    for place in range(1, steps):
        lower = EXACT.multiply(first, Decimal(steps - place))
        yield SETTLED.divide(EXACT.fma(last, Decimal(place), lower), Decimal(steps))


def _geometric(first: Decimal, last: Decimal, count: int) -> Iterator[Decimal]:
    """What is between the ends: each the one before by the same ratio."""
    ends = FINE.divide(last, first)
    ratio = FINE.power(ends, FINE.divide(Decimal(1), Decimal(count - 1)))
    level = FINE.plus(first)
    for _ in range(count - 2):
        # One product a level, not one power: 10,000 of them cost 4 of 100 digits, and 60 are kept.
        level = FINE.multiply(level, ratio)
        yield SETTLED.plus(level)
