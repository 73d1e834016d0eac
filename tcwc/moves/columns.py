"""Configs side by side: the paths at which they differ, each with the values that they have."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from enum import Enum
from typing import TypeAlias

from tcwc.config.isolation import is_written
from tcwc.config.walk import is_number
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Path, Value
from tcwc.model.target import Target


class Absent(Enum):
    """What a config has at a path that is not there."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT
Held: TypeAlias = "Value | Absent"
Codes = tuple[int, ...]
"""Which level each config has, by its number."""


@dataclass(frozen=True, slots=True)
class Observed:
    """A config as it was found, under the name that people know it by."""

    name: str
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Varying:
    """A path at which configs differ: the values there are, and which of them each config has.

    Numbers are in their order, other values as they come.
    """

    path: Path
    levels: tuple[Held, ...]
    codes: Codes

    def __len__(self) -> int:
        return len(self.levels)

    @property
    def is_text(self) -> bool:
        """Whether every config has a text there."""
        return all(isinstance(level, str) for level in self.levels)

    def held(self, run: int) -> Held:
        """What a config has."""
        return self.levels[self.codes[run]]

    def with_code(self, run: int, code: int) -> Varying:
        """The column if a config had another level."""
        codes = (*self.codes[:run], code, *self.codes[run + 1 :])
        return replace(self, codes=codes)

    def of(self, runs: Sequence[int]) -> Varying:
        """The column over some configs alone, with the levels that they have."""
        return column(self.path, [self.held(run) for run in runs])


def column(path: Path, values: Sequence[Held]) -> Varying:
    """The column of a path, of what the configs have there."""
    levels = {identity(each): each for each in values}
    order = list(levels)
    if all(is_number(each) for each in levels.values()):
        order.sort(key=lambda each: levels[each])  # type: ignore[arg-type,return-value]
    numbers = {each: place for place, each in enumerate(order)}
    return Varying(
        path,
        tuple(levels[each] for each in order),
        tuple(numbers[identity(each)] for each in values),
    )


def identity(value: Held) -> Hashable:
    """What two values have in common that are one to who reads them: 1 and 1.0, not 1 and true."""
    if isinstance(value, dict):
        return "section", frozenset((key, identity(item)) for key, item in value.items())
    if isinstance(value, list):
        return "list", tuple(map(identity, value))
    return type(value) if not is_number(value) else "number", value


def columns(configs: Sequence[dict[str, Value]], target: Target) -> list[Varying]:
    """The paths at which configs differ, in the order of their keys.

    A section of which they make different things, with different keys, is one value.
    """
    return list(_columns(list(configs), (), target.component))


def _columns(values: list[Held], path: Path, component: str | None) -> Iterator[Varying]:
    if len({identity(each) for each in values}) == 1:
        return
    sections = [each for each in values if isinstance(each, dict) and each]
    if len(sections) < len(values) or (path and _are_others(sections, component)):
        yield column(path, values)
        return
    for key in dict.fromkeys(key for each in sections for key in each):
        below: list[Held] = [each.get(key, ABSENT) for each in sections]
        yield from _columns(below, (*path, key), component)


def _are_others(sections: Sequence[dict[str, Value]], component: str | None) -> bool:
    """Whether sections are of different things that do not take the same keys."""
    made = {identity(each.get(component or "")) for each in sections}
    return len(made) > 1 and len({frozenset(each) for each in sections}) > 1


def are_directories(column: Varying, target: Target) -> bool:
    """Whether what differs is where runs write to."""
    return is_written(column.path, target.write_keys) and column.is_text


def combined(every: Sequence[Codes]) -> int:
    """How many combinations of levels there are."""
    return len(set(zip(*every, strict=True))) if every else 1


def decides(one: Codes, other: Codes) -> bool:
    """Whether the level of one column says which level another one has."""
    return combined([one, other]) == combined([one])


def numbered(codes: Sequence[int]) -> Codes:
    """Codes by first appearance: equal where two columns tell the same configs apart."""
    seen: dict[int, int] = {}
    return tuple(seen.setdefault(each, len(seen)) for each in codes)


def with_held(values: dict[str, Value], path: Path, held: Held) -> dict[str, Value]:
    """A config with another value at a path, or without any; sections that are left empty go."""
    key, rest = str(path[0]), path[1:]
    made = dict(values)
    if rest:
        below = made.get(key)
        section = with_held(below if isinstance(below, dict) else {}, rest, held)
        held = section if section or held is not ABSENT else ABSENT
    if held is ABSENT:
        made.pop(key, None)
    else:
        made[key] = held
    return made
