"""`include` lowered: rows that are runs of their own, each with a level of every factor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tcwc.config.canonical import canonical_json
from tcwc.language import complaints
from tcwc.language.levels import LevelReader
from tcwc.language.lower import Lowering
from tcwc.language.overlaps import idle
from tcwc.model.design import Row
from tcwc.model.diagnostics import Diagnostic, finding, has_errors
from tcwc.model.frozen import replace
from tcwc.model.ir import Factor, Level, Op, Path, format_path
from tcwc.model.paths import Key
from tcwc.model.rules import BAD_INCLUDE
from tcwc.model.source import Span
from tcwc.model.words import either
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode


@dataclass(slots=True)
class _Growing:
    """A factor with the levels that rows have met so far, by value."""

    factor: Factor
    levels: dict[str, Level] = field(default_factory=dict)

    def place(self, level: Level) -> int:
        self.levels.setdefault(canonical_json(level.value), level)
        return list(self.levels).index(canonical_json(level.value))

    def grown(self) -> Factor:
        more = len(self.levels) - len(self.factor.levels)
        if not more:
            return self.factor
        return replace(
            self.factor, levels=tuple(self.levels.values()), spare=self.factor.spare + more
        )


def lower_include(
    lowering: Lowering, section: SequenceNode, factors: tuple[Factor, ...]
) -> tuple[tuple[Factor, ...], tuple[Row, ...]]:
    """The factors with the levels that only rows have, and the rows.

    Another path that a row sets is a factor too, which has a level in such rows only.
    """
    rows = _Rows(lowering, factors)
    made = [(node, rows.read(node)) for node in section.items]
    grown = tuple(each.grown() for each in rows.growing.values())
    return grown, tuple(
        Row(tuple(levels.get(path) for path in rows.growing), node.span)
        for node, levels in made
        if levels is not None
    )


class _Rows:
    def __init__(self, lowering: Lowering, factors: tuple[Factor, ...]) -> None:
        self._lowering = lowering
        self._given = factors
        self.growing = {
            factor.path: _Growing(
                factor, {canonical_json(level.value): level for level in factor.levels}
            )
            for factor in factors
        }

    def read(self, node: Node) -> dict[Path, int] | None:
        """The level of each factor that a row names, by path; None where it is no row."""
        if not isinstance(node, MappingNode):
            self._report(
                node.span,
                "a row of `include` is a mapping of all variables to a level each",
                "write `- {lora_rank: 128, optimizer.lr: 1e-4}`",
            )
            return None
        before = len(self._lowering.found)
        levels: dict[Path, int] = {}
        for entry in node.entries:
            for path, level in self._entry(entry):
                if path in levels:
                    message = f"`{format_path(path)}` is set twice in this row"
                    self._report(entry.key.span, message, "keep one of the two")
                levels[path] = self.growing[path].place(level)
        lacking = [f for f in self._given if f.path not in levels and f.when is None]
        if lacking and not has_errors(self._lowering.found[before:]):
            names = ", ".join(f"`{factor.name}`" for factor in lacking)
            message = f"this row says nothing of {names}"
            self._report(node.span, message, "a row names every variable and every arm")
        return None if has_errors(self._lowering.found[before:]) else levels

    def _entry(self, entry: Entry) -> Iterator[tuple[Path, Level]]:
        """The levels that an entry of a row names, each with the path of its factor."""
        arm = self.growing.get((entry.key.text,))
        if arm is not None and arm.factor.is_arm:
            level = self._arm(arm.factor, entry)
            if level is not None:
                yield arm.factor.path, level
            return
        bound = self._lowering.bound(entry)
        if bound is not None:
            yield from self._level(entry, bound.key, bound.short or format_path(bound.key.path))

    def _level(self, entry: Entry, key: Key, name: str) -> Iterator[tuple[Path, Level]]:
        node, span = entry.value, entry.key.span
        known = key.path in self.growing
        if not known and isinstance(node, MappingNode) and node.entries and key.op is Op.SET:
            for below in node.entries:
                inner = self._lowering.key(below, top=False)
                if inner is not None:
                    path = (*key.path, *inner.path)
                    whole = replace(inner, path=path, added=inner.added or key.added)
                    yield from self._level(below, whole, format_path(path))
            return
        if key.op is Op.DELETE:
            self._report(span, "a row of `include` deletes nothing", "set the key to null")
            return
        level = LevelReader(self._lowering, key, span).read(node)
        if level is not None:
            if not known and idle(level.assignments, self._lowering.tree.values):
                said = complaints.merges_nothing(format_path(key.path), span)
                self._lowering.found.append(said)
            # All of its levels will be spare ones: that is how what rows alone set is known.
            self.growing.setdefault(key.path, _Growing(Factor(name, key.path, (), span)))
            yield key.path, level

    def _arm(self, arm: Factor, entry: Entry) -> Level | None:
        text = entry.value.text if isinstance(entry.value, ScalarNode) else ""
        for level in arm.levels:
            if level.value == text:
                return level
        known = either([f"`{level.value}`" for level in arm.levels])
        message = (
            f"the arm `{arm.name}` has no level `{text}`"
            if text
            else f"one level of the arm `{arm.name}` is needed here"
        )
        self._report(entry.value.span, message, f"write {known}")
        return None

    def _report(self, span: Span, message: str, help: str) -> None:
        found: Diagnostic = finding(BAD_INCLUDE, span, message, help=help)
        self._lowering.found.append(found)
