"""Lists and mappings of whole settings, in the words of other libraries: levels of a section, arms,
or rows to include."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tcwc.model.frozen import replace
from tcwc.model.ir import format_path
from tcwc.model.words import listed
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.advice.advice import CONTROLS, Advice, Line
from tcwc.torchtune.knowledge.advice.parts import CLOSED, Part, parts_of
from tcwc.torchtune.knowledge.advice.scene import Scene
from tcwc.torchtune.knowledge.advice.sections import component_of, whole
from tcwc.torchtune.knowledge.advice.spot import Spot, shown
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode

_NAMES = ("name", "id", "run_name", "label", "title")
"""Keys that name one of several settings."""
_ARMS, _INCLUDE = "arms", "include"
_JOINED = "of dataset"
"""The kind of a list that is one value, not several."""


def of_rows(spot: Spot, scene: Scene) -> Advice | None:
    """What several whole settings are that stand where nothing reads them; None for others."""
    if spot.home not in ("", CONTROLS, "variables") or spot.above or spot.in_list:
        return None
    word, rows = spot.entry.key.text, named_rows(spot.entry.value)
    if len(rows) < 2 or not word.isidentifier() or scene.base_has(spot.path):
        return None
    if scene.known.container(word) == CLOSED:
        return None
    if isinstance(spot.entry.value, MappingNode) and any(_is_word(name, scene) for name in rows):
        return None
    settings = {name: _settings(word, row, scene) for name, row in rows.items()}
    if not _vary(line for line, _ in settings.values()):
        return None
    found = [line for lines, _ in settings.values() for line in lines]
    if not found or not all(lines for lines, _ in settings.values()):
        return None
    strange = dict.fromkeys(each for _, left in settings.values() for each in left)
    left = f"; nothing is known of {listed(list(strange))}" if strange else ""
    lines = {name: lines for name, (lines, _) in settings.items()}
    keys = {each.key.text for each in spot.beside.entries}
    if scene.known.container(word) == _JOINED and (joined := _of_section(list(lines.values()))):
        say = f"several data sets are one list in place of the base's section{left}"
        return Advice(say, (Line(f"={joined.text}", CONTROLS if spot.home != CONTROLS else ""),))
    if spot.home == "variables" and (levels := _of_section(list(lines.values()))):
        return Advice(f"each level of a section is a mapping of its keys{left}", (levels,))
    numbered = isinstance(spot.entry.value, SequenceNode) and not _have_names(spot.entry.value)
    if numbered and "variables" in keys:
        text = ", ".join(_flow(each) for each in lines.values())
        say = f"settings that are runs beside those of `variables:` are rows{left}"
        return Advice(say, (Line(f"{_INCLUDE}: [{text}]", "the top level"),))
    text = ", ".join(f"{name}: {_flow(each)}" for name, each in lines.items())
    say = f"levels that set several keys are an arm, each with a name{left}"
    return Advice(say, (Line(f"{word}: {{{text}}}", _ARMS),))


def _is_word(name: str, scene: Scene) -> bool:
    """Whether the name of a mapping means something by itself, so that it is no level's."""
    known = scene.known
    return bool(scene.base_has((name,)) or known.elsewhere(name) or known.container(name))


def _vary(rows: Iterable[list[str]]) -> bool:
    """Whether some key stands in each of several rows of lines."""
    keys = [{line.partition(": ")[0] for line in row} for row in rows]
    return bool(set.intersection(*keys))


def of_components(spot: Spot, scene: Scene) -> Advice | None:
    """The levels of a component's section that are components by other words; None for others."""
    found = next((n for n, each in enumerate(spot.entries) if each.key.text == spot.path[0]), None)
    if spot.home != "variables" or found is None:
        return None
    entry, section = spot.entries[found], spot.path[:1]
    rows = named_rows(entry.value)
    levels = []
    for name, row in rows.items():
        word = next((e for e in row.entries if component_of(e.value, section, scene)), None)
        node = word.value if word else ScalarNode(name, False, entry.key.span)
        component = component_of(node, section, scene)
        if not component:
            return None
        own = {e.key.text: e.value for e in row.entries if e is not word}
        levels.append(whole(component, section, scene, own))
    if len(levels) < 2:
        return None
    say = f"a level of `{section[0]}` is a component, by its key `{COMPONENT}`, and its arguments"
    line = Line(f"={format_path(section)}: [{', '.join(levels)}]")
    at = None if len(spot.path) == 1 else entry.key.span
    return Advice(say, (line,), covers=entry.value.span, at=at)


def of_words(spot: Spot, scene: Scene) -> Advice | None:
    """A list of words where a list of components stands: `dataset: [alpaca, samsum]`, or of
    mappings that name them by another key."""
    node = spot.entry.value
    if spot.home != CONTROLS or not isinstance(node, SequenceNode) or len(spot.path) > 1:
        return None
    items = [_component(item, spot, scene) for item in node.items]
    found = [text for text, _ in items if text]
    if len(found) < 2 or len(found) < len(items):
        return None
    left = list(dict.fromkeys(key for _, keys in items for key in keys))
    say = "several of them are a list of components in place of the base's section"
    say += f"; nothing is known of {listed(left)}" if left else ""
    lines = (Line(f"={format_path(spot.path)}: [{', '.join(found)}]"),)
    return Advice(say, lines, covers=node.span)


def _component(item: Node, spot: Spot, scene: Scene) -> tuple[str, list[str]]:
    """What an item means as a component, "" if none, and its keys of which nothing is known."""
    if not isinstance(item, MappingNode):
        name = component_of(item, spot.path, scene)
        return (f"{{{COMPONENT}: {name}}}" if name else ""), []
    lines, left = _settings(spot.entry.key.text, item, scene)
    section = format_path(spot.path)
    own = [line.removeprefix(f"{section}.") for line in lines]
    if not own or any(not line.startswith(f"{section}.") for line in lines):
        return "", left
    base = scene.value((*spot.path, COMPONENT))
    if not any(line.startswith(f"{COMPONENT}: ") for line in own):
        own.append(f"{COMPONENT}: {base}")
    own.sort(key=lambda line: not line.startswith(COMPONENT))
    return (_flow(own) if isinstance(base, str) else ""), left


def of_arms(spot: Spot, scene: Scene) -> Advice | None:
    """What an arm, or all arms, come to that were written as a list; None for others."""
    if spot.entry.key.text == _INCLUDE and not spot.home:
        return _of_include(spot.entry.value)
    rows = named_rows(spot.entry.value)
    if not rows or not isinstance(spot.entry.value, SequenceNode) or len(spot.entries) > 2:
        return None
    word = spot.entry.key.text
    settings = {name: _settings("", row, scene)[0] for name, row in rows.items()}
    if not all(settings.values()):
        return None
    text = ", ".join(f"{name}: {_flow(each)}" for name, each in settings.items())
    if spot.home == _ARMS:
        return Advice("the levels of an arm have names", (Line(f"{word}: {{{text}}}"),))
    say = "an arm has a name, and below it levels with names of their own"
    return Advice(say, (Line(f"arms: {{setup: {{{text}}}}}"),))


def _of_include(node: Node) -> Advice | None:
    """The rows that one mapping comes to: one, or one of each value where one key has several."""
    if not isinstance(node, MappingNode):
        return None
    lists = [each for each in node.entries if isinstance(each.value, SequenceNode)]
    if len(lists) > 1:
        return None
    of = lists[0].value.items if lists and isinstance(lists[0].value, SequenceNode) else (None,)
    rows = []
    for item in of:
        pairs = ((e.key.text, item if item and e in lists else e.value) for e in node.entries)
        rows.append(_flow([f"{key}: {shown(value)}" for key, value in pairs]))
    say = "rows to include are a list of mappings"
    return Advice(say, (Line(f"{_INCLUDE}: [{', '.join(rows)}]"),))


def named_rows(node: Node) -> dict[str, MappingNode]:
    """Several mappings by name: the names that they have, or that they say they have."""
    if isinstance(node, MappingNode):
        rows = {e.key.text: e.value for e in node.entries if isinstance(e.value, MappingNode)}
        return rows if len(rows) == len(node.entries) else {}
    items = node.items if isinstance(node, SequenceNode) else ()
    found: dict[str, MappingNode] = {}
    for number, item in enumerate(items, 1):
        if not isinstance(item, MappingNode):
            return {}
        name, row = _named(item, f"level_{number}")
        found[name if name not in found else f"level_{number}"] = row
    return found


def _have_names(node: Node) -> bool:
    return not any(name.startswith("level_") for name in named_rows(node))


def _named(row: MappingNode, else_: str) -> tuple[str, MappingNode]:
    for entry in row.entries:
        if entry.key.text in _NAMES and isinstance(entry.value, ScalarNode):
            rest: tuple[Entry, ...] = tuple(each for each in row.entries if each is not entry)
            name = "".join(c if c.isalnum() else "_" for c in entry.value.text)
            return (name, replace(row, entries=rest)) if name.isidentifier() else (else_, row)
    return else_, row


def _settings(word: str, row: MappingNode, scene: Scene) -> tuple[list[str], list[str]]:
    """The lines of one of several settings, and the keys of it that nothing is known of."""
    parts: list[Part] = list(parts_of(word, row, scene))
    lines = [line for each in parts if each.advice for line in each.advice.lines]
    texts = dict.fromkeys(line.text for line in lines if line.under in ("", CONTROLS))
    return list(texts), [each.name for each in parts if each.advice is None]


def _flow(lines: Sequence[str]) -> str:
    return f"{{{', '.join(lines)}}}"


def _of_section(rows: list[list[str]]) -> Line | None:
    """The line of a variable that is a section, where all rows set the same keys of one."""
    keys = [[line.partition(": ")[0] for line in row] for row in rows]
    sections = {key.rpartition(".")[0] for row in keys for key in row}
    (section, *others) = sections
    if others or not section or any(each != keys[0] for each in keys):
        return None
    texts = (_flow([line.removeprefix(f"{section}.") for line in row]) for row in rows)
    return Line(f"{section}: [{', '.join(texts)}]")
