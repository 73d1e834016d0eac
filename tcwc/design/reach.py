"""Which columns of a design a value depends on: those that set it, or what `${...}` leads to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tcwc.config.interpolation.closure import led_to
from tcwc.config.interpolation.reading import child
from tcwc.config.walk import templates
from tcwc.model.ir import Assignment, Factor, Level, Op, Path, Value, overlap


class Column:
    """A column of a design: a factor, with levels that may be added to, and the paths it sets."""

    __slots__ = ("_in_every", "_looked_at", "_referring", "factor", "levels", "paths")

    def __init__(self, factor: Factor) -> None:
        self.factor = factor
        self.levels: list[Level] = list(factor.levels)
        self.paths = {a.path for level in factor.levels for a in level.assignments}
        if not (factor.is_arm or factor.is_constant):
            self.paths.add(factor.path)
        self._looked_at = 0
        self._referring: list[Assignment] = []
        self._in_every: set[Path] | None = None

    def touches(self, path: Path) -> bool:
        """Whether some level sets a path, a part of it, or a section that holds it."""
        return any(overlap(each, path) for each in self.paths)

    def always_sets(self, path: Path) -> bool:
        """Whether every run has a level that sets a path itself, so that nothing else counts."""
        factor = self.factor
        if factor.when or factor.is_constant or not (factor.size or factor.distribution):
            return False
        self._look_at_levels()
        return factor.path == path if self._in_every is None else path in self._in_every

    def referring(self) -> list[Assignment]:
        """What its levels assign that may hold a `${...}` or a template: anything with a text."""
        self._look_at_levels()
        return self._referring

    def _look_at_levels(self) -> None:
        """Take in the levels that came since: each is looked at once, of however many formulas."""
        for level in self.levels[self._looked_at :]:
            made = level.assignments
            self._referring += [a for a in made if isinstance(a.value, (str, dict, list))]
            sets = {a.path for a in made if a.op is not Op.DELETE}
            self._in_every = sets if self._in_every is None else self._in_every & sets
        self._looked_at = len(self.levels)


class Reach:
    """What values depend on, in an experiment whose runs share the config `shared`."""

    def __init__(self, shared: dict[str, Value], columns: Sequence[Column]) -> None:
        self._shared = shared
        self._columns = columns
        self.arms = {c.factor.path: at for at, c in enumerate(columns) if c.factor.is_arm}

    def columns(self, paths: Iterable[Path], before: int | None = None) -> tuple[int, ...]:
        """The columns, of the first `before`, on which the values at paths depend."""
        before = len(self._columns) if before is None else before
        return tuple(sorted({at for _, setting in self._walk(paths, before) for at in setting}))

    def paths(self, paths: Iterable[Path]) -> Iterator[Path]:
        """The paths, and those that `${...}` and templates in their values lead to."""
        return (path for path, _ in self._walk(paths, len(self._columns)))

    def _walk(self, paths: Iterable[Path], before: int) -> Iterator[tuple[Path, list[int]]]:
        """Each path that is led to, with the columns that set it."""
        met = dict.fromkeys(paths)
        waiting = list(met)
        while waiting:
            path = waiting.pop()
            if path in self.arms:
                yield path, [self.arms[path]] if self.arms[path] < before else []
                continue
            setting = [at for at in range(before) if self._columns[at].touches(path)]
            yield path, setting
            for further in self._led_to(path, setting):
                # References may lead round in a circle.
                if further not in met:
                    met[further] = None
                    waiting.append(further)

    def _led_to(self, path: Path, setting: Iterable[int]) -> Iterator[Path]:
        """The paths that any value that may stand at a path, or around it, refers to."""
        if not any(self._columns[at].always_sets(path) for at in setting):
            yield from _refers(self._shared, path, ())
        for at in setting:
            for each in self._columns[at].referring():
                if overlap(each.path, path):
                    yield from _refers(each.value, path[len(each.path) :], each.path)


def _refers(value: Value, rest: Path, at: Path) -> Iterator[Path]:
    yield from led_to(value, rest, at)
    for key in rest:
        there, value, _ = child(value, key)
        if not there:
            return
    for _, text in templates(value):
        yield from text.names.values()
