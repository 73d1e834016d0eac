"""A condition that is true of just some of the runs of a design, as an author would write it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tcwc.config.canonical import flow
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Value


@dataclass(frozen=True, slots=True)
class FactorWords:
    """A factor as conditions name it, and each of its levels as they write it; None for one that
    cannot be written."""

    name: str
    levels: tuple[str | None, ...]


def literal(value: Value) -> str | None:
    """A value in an expression; None for what none can say: a section, a text of several lines."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"' if value.isprintable() else None
    return flow(value) if value is None or isinstance(value, (bool, int, float)) else None


Runs = frozenset["tuple[int | None, ...]"]
"""Runs by the levels that they have of the factors."""


def conditions_of(
    some: Runs, every: Runs, factors: Sequence[FactorWords], at_most: int
) -> list[str] | None:
    """Conditions of which one holds in each of some runs, and none in others; None where the
    factors tell no such. Each has at most so many characters, where it is more than one term."""
    terms = _terms(some, every, factors, range(len(factors)))
    if terms is None:
        return None
    together: list[list[str]] = []
    for each in terms:
        if together and len(_joined([*together[-1], each])) <= at_most:
            together[-1].append(each)
        else:
            together.append([each])
    return [_joined(each) for each in together]


def _joined(terms: Sequence[str]) -> str:
    return terms[0] if len(terms) == 1 else " or ".join(f"({each})" for each in terms)


def _terms(
    some: Runs, every: Runs, factors: Sequence[FactorWords], left: Iterable[int]
) -> list[str] | None:
    """Conditions without `or` that hold in some runs together."""
    left = list(left)
    levels = [{run[at] for run in some} for at in range(len(factors))]
    needed = [at for at in range(len(factors)) if levels[at] != {run[at] for run in every}]
    if _those(every, needed, levels) == some:
        for at in list(needed):
            fewer = [each for each in needed if each != at]
            if _those(every, fewer, levels) == some:
                needed = fewer
        made = [_comparison(factors[at], levels[at]) for at in needed]
        return None if None in made else [" and ".join(filter(None, made)) or "true"]
    split = next((at for at in left if len(levels[at]) > 1), None)
    if split is None:
        return None
    found: list[str] = []
    for part in _parts(some, split):
        below = _terms(part, every, factors, [at for at in left if at != split])
        if below is None:
            return None
        found += below
    return found


def _those(every: Runs, factors: Sequence[int], levels: Sequence[set[int | None]]) -> Runs:
    """The runs that have one of these levels of each of some factors."""
    return frozenset(run for run in every if all(run[at] in levels[at] for at in factors))


def _parts(some: Runs, at: int) -> list[Runs]:
    """Runs by their levels of a factor, those levels together that go with the same others."""
    by_rest: dict[Runs, set[int | None]] = {}
    for level in dict.fromkeys(run[at] for run in sorted(some, key=str)):
        rest = frozenset((*r[:at], *r[at + 1 :]) for r in some if r[at] == level)
        by_rest.setdefault(rest, set()).add(level)
    return [frozenset(r for r in some if r[at] in levels) for levels in by_rest.values()]


def _comparison(factor: FactorWords, levels: Iterable[int | None]) -> str | None:
    texts = []
    for level in sorted(levels, key=lambda each: -1 if each is None else each):
        text = None if level is None else factor.levels[level]
        if text is None:
            return None
        texts.append(text)
    if len(texts) == 1:
        return f"{factor.name} == {texts[0]}"
    return f"{factor.name} in [{', '.join(texts)}]"
