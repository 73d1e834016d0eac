"""How much the references of a config put into it, which may double with every line."""

from __future__ import annotations

from tcwc.config.interpolation.reading import MAX_NESTED, followed, texts
from tcwc.model.ir import Path, Value
from tcwc.model.limits import REFERRED


def too_large(config: Value) -> Path | None:
    """The first path at which a section or a list stands in for a `${...}` and comes, with all that
    is put into it in turn, to more than is read; None where all is of a size.

    Each section is counted once, however many references lead to it. What a circle leads to is left
    to who looks for circles.
    """
    put: dict[Path, tuple[Value, Path]] = {}
    for place, text in texts(config, ()):
        value, where = followed(text, place, config)
        if isinstance(value, (dict, list)):
            put[place] = (value, where)
    if len(put) < 2:
        return None  # most configs
    sizes = _Sizes(put)
    return next((at for at, (value, where) in put.items() if sizes.of(value, where) is None), None)


class _Sizes:
    """How many values each section comes to, and how deep it is, by its path."""

    def __init__(self, put: dict[Path, tuple[Value, Path]]) -> None:
        self._put = put
        self._known: dict[Path, tuple[int, int] | None] = {}

    def of(self, value: Value, at: Path, above: int = 0) -> tuple[int, int] | None:
        """The values in one at a path, and the sections one in the other, below so many that are
        looked at; None for more, or deeper, than is read."""
        if at in self._put:
            value, at = self._put[at]
        if not isinstance(value, (dict, list)):
            return 1, 0
        if at not in self._known:
            self._known[at] = (1, 0)  # for a circle
            self._known[at] = self._of_all(value, at, above + 1) if above < MAX_NESTED else None
        return self._known[at]

    def _of_all(
        self, value: dict[str, Value] | list[Value], at: Path, above: int
    ) -> tuple[int, int] | None:
        total, deepest = 1, 0
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            size = self.of(item, (*at, key), above)
            if size is None:
                return None
            total, deepest = total + size[0], max(deepest, size[1] + 1)
            if total > REFERRED.at_most or deepest > MAX_NESTED:
                return None
        return total, deepest
