"""What is said of a run and of its values, before it is put on lines."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, Value
from tcwc.model.source import Span


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that is said: `label` is what it is about ("set by"), `span` where it is written,
    None where no text of the author's says it."""

    label: str
    text: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from. `there` is false where the run has no such key.

    `own` is true where the author had a hand in it, or where it is not what the base has.
    """

    path: Path
    there: bool
    value: Value
    own: bool
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A run as such, with its levels by the author's names, and the values that were asked for.

    `plain` counts those that are only the base's, where they were left out; `component` is the key
    by which a level that is a component is called. `secrets` are texts of it that nobody is to see.
    """

    id: str
    experiment: str
    levels: Mapping[str, Value]
    head: tuple[Note, ...]
    origins: tuple[Origin, ...]
    secrets: tuple[str, ...]
    component: str | None = None
    plain: int = 0
    among: tuple[tuple[str, Value], ...] = ()
    """All levels of what its levels are of, from which those are to be told apart."""
