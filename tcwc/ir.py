"""The intermediate representation: an experiment with its names resolved and its values typed.

Everything here is frozen and knows where in the source it stands. The front end makes it; lint
and the back end read it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from tcwc.source import Span

Scalar: TypeAlias = None | bool | int | float | str
Value: TypeAlias = "Scalar | list[Value] | dict[str, Value]"
"""A typed config value. Never changed in place once it is in the IR."""

Path: TypeAlias = tuple[str | int, ...]
"""Where a value is in a config: keys, and indices into lists. `("dataset", 0, "split")`."""

Spans: TypeAlias = tuple[Span, Span]
"""Where a key stands, and where its value does; of an item of a list, twice the item."""

_PLAIN_SEGMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def format_path(path: Path) -> str:
    """The canonical spelling of a path: `dataset[0].split`, odd keys in double quotes."""
    text = ""
    for segment in path:
        if isinstance(segment, int):
            text += f"[{segment}]"
            continue
        if not _PLAIN_SEGMENT.fullmatch(segment):
            segment = '"' + segment.replace("\\", "\\\\").replace('"', '\\"') + '"'
        text += f".{segment}" if text else segment
    return text


class Op(Enum):
    """What an assignment does with what is there: merge into it, replace it, or delete it."""

    SET = ""
    REPLACE = "="
    DELETE = "~"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One path set, replaced or deleted by the author.

    `added` is true where the key was written with `+`: nothing known reads it, on purpose. `parts`
    says where the keys and items of a mapping or list stand, by path from the value on.
    """

    path: Path
    value: Value
    op: Op
    added: bool
    key_span: Span
    value_span: Span
    parts: Mapping[Path, Spans] = field(default_factory=dict, compare=False)

    def span_of(self, path: Path, *, key: bool = False) -> Span:
        """Where the value (or the key) of a path at or below this one stands.

        For what is not there, the innermost part that would hold it.
        """
        for end in range(len(path), len(self.path), -1):
            spans = self.parts.get(path[len(self.path) : end])
            if spans is not None:
                return spans[0] if key else spans[1]
        return self.key_span if key else self.value_span


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a factor: its typed value as coordinates show it, and what it assigns."""

    value: Value
    assignments: tuple[Assignment, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Factor:
    """A variable: under `name` as the author wrote it, at least one level, no two of one value."""

    name: str
    path: Path
    levels: tuple[Level, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Base:
    """The config that an experiment starts from, typed as OmegaConf reads it.

    `name` is the registered name or, for a file, its path as the author wrote it. `spans` and
    `key_spans` hold where in a base file each value and key stands; empty for a shipped config.
    """

    name: str
    is_file: bool
    values: dict[str, Value]
    spans: Mapping[Path, Span]
    key_spans: Mapping[Path, Span]


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment, ready to be expanded into runs."""

    name: str
    source: str
    base: Base
    recipe: str
    torchtune: str
    catalogue_revision: int
    factors: tuple[Factor, ...]
    controls: tuple[Assignment, ...]
    engineering: tuple[Assignment, ...]
    names: Mapping[str, Path]
    isolate_outputs: bool
    output: str | None
    meta: Value
