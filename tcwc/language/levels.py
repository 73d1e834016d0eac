"""Levels of a factor, read from what an author listed."""

from __future__ import annotations

from collections.abc import Sequence

from tcwc.config.canonical import canonical_json
from tcwc.language import complaints
from tcwc.language.lower import Bad, Lowering
from tcwc.language.tree import Receiver
from tcwc.model.diagnostics import Diagnostic, finding, has_errors
from tcwc.model.frozen import replace
from tcwc.model.ir import Assignment, Level, Op, Path, Value, format_path
from tcwc.model.paths import Key
from tcwc.model.rules import BAD_LEVELS, DECIMAL_COMMA
from tcwc.model.source import Span
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode


def read_levels(
    lowering: Lowering,
    items: Sequence[Node],
    key: Key,
    name: str,
    span: Span,
    *,
    again: bool = False,
) -> tuple[tuple[Level, ...], tuple[int, ...]]:
    """The levels with different values, in source order, and which of them each item is.

    A level that comes again is reported, unless it may come `again`.
    """
    levels: dict[str, tuple[int, Level]] = {}
    steps: list[int] = []
    reader = LevelReader(lowering, key, span)
    # The same digits may well come again where each half of a number is one.
    halves = lowering.decimals(items, lowering.tree.receiver(key.path, {}).type)
    again = halves or again
    if (said := _going_on(items, name)) is not None:
        lowering.found.append(said)
        return (), ()
    if any(isinstance(each, ScalarNode) and "(" in each.text for each in items):
        from tcwc.language.cut_levels import in_python  # for mistakes only

        if meant := in_python(items):
            message = f"levels of `{name}` in Python's words, which YAML cuts at the commas"
            help = f"write `{name}: {meant}`"
            lowering.found.append(finding(BAD_LEVELS, span, message, help=help))
            return (), ()
    before = len(lowering.found)
    for item in items:
        level = reader.read(item)
        if level is None:
            continue
        at, first = levels.setdefault(canonical_json(level.value), (len(levels), level))
        steps.append(at)
        if first is not level and not again:
            lowering.found.append(complaints.repeated(name, level, first))
    if halves and _only_halves(items) and has_errors(lowering.found[before:]):
        # Halves of numbers that begin with 0: one finding says what all of them are.
        del lowering.found[before + 1 :]
        commas = next(e for e in reversed(lowering.found[:before]) if e.rule is DECIMAL_COMMA)
        lowering.found[before] = replace(lowering.found[before], help=commas.help)
        return (), ()
    return tuple(level for _, level in levels.values()), tuple(steps)


def _only_halves(items: Sequence[Node]) -> bool:
    return all(isinstance(item, ScalarNode) and item.text.isdecimal() for item in items)


def _going_on(items: Sequence[Node], name: str) -> Diagnostic | None:
    """What to say of `[8, 16, ...]`, whose levels are to be guessed; None for other lists."""
    plain = (isinstance(item, ScalarNode) and not item.quoted for item in items)
    texts = [item.text if isinstance(item, ScalarNode) else "" for item in items]
    dots = ("...", "…", "etc", "etc.")
    at = next((n for n, is_plain in enumerate(plain) if is_plain and texts[n] in dots), None)
    if at is None:
        return None
    from tcwc.language.sweeps import going_on  # for mistakes only

    help = "list all levels" + going_on(name, texts[:at], texts[at + 1 :])
    message = f"`{texts[at]}` is no level, and nothing goes on by itself"
    return finding(BAD_LEVELS, items[at].span, message, help=help)


class LevelReader:
    """Reads levels of the factor at a key, which stands at `span`."""

    def __init__(self, lowering: Lowering, key: Key, span: Span) -> None:
        self._lowering = lowering
        self._key = key
        self._span = span
        self._receiver: Receiver | None = None
        self._asked = False

    def read(self, node: Node) -> Level | None:
        """The level that a node is; None where it is none, which is then reported."""
        if isinstance(node, MappingNode) and node.entries and self._key.op is Op.SET:
            return self._section(node)
        # Once for all levels: a key that nothing reads is one finding, not one a level.
        if not self._asked:
            self._asked = True
            self._receiver = self._lowering.receiver(self._key, {}, self._span, node)
        return None if self._receiver is None else self._plain(node, self._receiver)

    def _section(self, node: MappingNode) -> Level | None:
        """A level that sets several keys below the factor's path; where all that it says merges
        nothing, it is the level `{}`: base and controls as they are."""
        lowering, path = self._lowering, self._key.path
        before = len(lowering.found)
        made = lowering.apart(lowering.nested(node, self._key, {}), lowering.tree.values)
        if made:
            return Level(_relative(made, path), made, node.span)
        if has_errors(lowering.found[before:]):
            return None
        return Level({}, (lowering.made(self._key, {}, self._span, node),), node.span)

    def _plain(self, node: Node, receiver: Receiver) -> Level | None:
        key = self._key
        value = self._lowering.value(node, receiver.type, key, {}, item=True)
        if isinstance(value, Bad):
            return None
        made = self._lowering.made(key, value.value, self._span, node)
        return Level(value.value, (made,), node.span)


def _relative(made: Sequence[Assignment], path: Path) -> dict[str, Value]:
    """What a level of several keys shows as its value: operator and relative path, to value."""
    named = {each.op.value + format_path(each.path[len(path) :]): each.value for each in made}
    return dict(sorted(named.items()))
