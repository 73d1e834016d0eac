"""The coordinates of runs: canonical JSON of {resolved path: typed level, arm: level name}."""

from __future__ import annotations

from collections.abc import Sequence

from tcwc.config.canonical import canonical_member
from tcwc.model.ir import Cell, Factor, Level, format_path


class Coordinates:
    """The coordinates of cells, without the factors of which a cell has no level.

    `levels` are those of each factor, where they are not the factor's own (they are being drawn).
    """

    def __init__(
        self, factors: Sequence[Factor], levels: Sequence[Sequence[Level]] | None = None
    ) -> None:
        named = sorted((format_path(factor.path), index) for index, factor in enumerate(factors))
        own = [factor.levels for factor in factors] if levels is None else levels
        self._members = [
            (index, [canonical_member(path, level.value) for level in own[index]])
            for path, index in named
        ]

    def of(self, cell: Cell) -> str:
        members = [
            texts[level] for index, texts in self._members if (level := cell[index]) is not None
        ]
        return "{" + ",".join(members) + "}"
