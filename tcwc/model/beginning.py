"""What an experiment on a base may begin with, for who has none yet."""

from __future__ import annotations

from tcwc.model.frozen import dataclass
from tcwc.model.values import Value


@dataclass(frozen=True, slots=True)
class Tried:
    """A key that is worth varying, with levels to begin with, and why."""

    key: str
    levels: tuple[Value, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Following:
    """A key that had better follow another one that is varied, by a formula, and why."""

    to: str
    key: str
    formula: str
    why: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """What to vary, the best first; what follows it; constants that had better be
    set, with values and why; and those to know of, with the values of the base.

    `data` are keys and values that take data of one's own, nothing where no such are known.
    """

    variables: tuple[Tried, ...] = ()
    ties: tuple[Following, ...] = ()
    constants: tuple[tuple[str, Value, str], ...] = ()
    known: tuple[tuple[str, Value], ...] = ()
    data: tuple[tuple[str, Value], ...] = ()
