"""Lists and mappings of whole settings, in the words of other libraries: levels of a section, arms,
or rows to include."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tcwc.model.frozen import replace
from tcwc.model.ir import format_path
from tcwc.model.words import listed
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.advice.advice import CONTROLS, Advice, Line
from tcwc.torchtune.knowledge.advice.lines import once
from tcwc.torchtune.knowledge.advice.parts import CLOSED, Part, parts_of
from tcwc.torchtune.knowledge.advice.scene import Scene
from tcwc.torchtune.knowledge.advice.sections import component_of, whole
from tcwc.torchtune.knowledge.advice.spot import Spot, shown
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode

_NAMES = ("name", "id", "run_name", "label", "title")
"""Keys that name one of several settings."""
_ARMS, _INCLUDE = "arms", "include"
_DATA = "dataset"
_MANY = 100
"""Items of a list of which a help makes components; it shows no more."""
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
    kind = scene.known.container(word)
    if kind == _JOINED and (joined := _of_data(settings, spot, scene)):
        return joined
    if not _vary(line for line, _ in settings.values()):
        return None
    found = [line for lines, _ in settings.values() for line in lines]
    if not found or not all(lines for lines, _ in settings.values()):
        return None
    strange = dict.fromkeys(each for _, left in settings.values() for each in left)
    left = f"; nothing is known of {listed(list(strange))}" if strange else ""
    lines = {name: lines for name, (lines, _) in settings.items()}
    keys = {each.key.text for each in spot.beside.entries}
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
        own = {e.key.text: e.value for e in row.entries if e is not word}
        component = component_of(node, section, scene)
        if not component and section == (_DATA,) and "source" in own:
            component = scene.component(_DATA)  # read as the base's own data are
        if not component:
            return None
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
    if len(spot.path) == 1 and spot.path != (_DATA,):
        return _first_of(spot, scene)
    if spot.path != (_DATA,) or spot.home not in (CONTROLS, "variables"):
        return None
    items = node.items if isinstance(node, SequenceNode) else _words(node)
    if not 2 <= len(items) <= _MANY:
        return None
    words = [component_of(item, spot.path, scene) for item in items]
    if spot.home != CONTROLS and (all(words) or not any(words)):
        return None
    found = [
        (f"{{{COMPONENT}: {name}}}", []) if name else _data_set(item, scene)
        for item, name in zip(items, words, strict=True)
    ]
    if not all(text for text, _ in found):
        return None
    left = list(dict.fromkeys(key for _, keys in found for key in keys))
    say = "a level of `dataset` is a component with its arguments"
    if spot.home == CONTROLS:
        say = "several of them are a list of components in place of the base's section"
    say += f"; nothing is known of {listed(left)}" if left else ""
    line = Line(f"={_DATA}: [{', '.join(text for text, _ in found)}]")
    return Advice(say, (line,), covers=node.span)


def _first_of(spot: Spot, scene: Scene) -> Advice | None:
    """A list of words where one component stands: `metric_logger: [tensorboard, wandb]`."""
    node = spot.entry.value
    items = node.items if isinstance(node, SequenceNode) and spot.home == CONTROLS else ()
    if not 2 <= len(items) <= _MANY:
        return None
    found = [component_of(item, spot.path, scene) for item in items]
    if not all(found):
        return None
    say = f"the recipe makes one component of `{spot.path[0]}`, such as the first of these"
    made = Line(f"{format_path((*spot.path, COMPONENT))}: {found[0]}")
    return Advice(say, (made,), covers=node.span)


def _words(node: Node) -> tuple[Node, ...]:
    """The words of a text with commas."""
    texts = node.text.split(",") if isinstance(node, ScalarNode) else []
    return tuple(ScalarNode(each.strip(), False, node.span) for each in texts)


def _data_set(node: Node, scene: Scene) -> tuple[str, list[str]]:
    """What a mapping, or the name of a file, means as a data set, "" if none, and its keys of which
    nothing is known."""
    path = ScalarNode("path", False, node.span)
    row = node if isinstance(node, MappingNode) else MappingNode((Entry(path, node),), node.span)
    lines, left = _settings(_DATA, row, scene)
    is_file = any("data_files" in line for line in lines)
    return (_joined(lines, scene) if row is node or is_file else ""), left


def _joined(lines: Sequence[str], scene: Scene) -> str:
    """One data set of a list: its own keys, with the base's component where it names none; "" where
    some line is of another section."""
    head = f"{_DATA}."
    if not lines or not all(line.startswith(head) for line in lines):
        return ""
    keys = [line.removeprefix(head) for line in lines]
    if not any(each.startswith(f"{COMPONENT}: ") for each in keys):
        if not scene.component(_DATA):
            return ""
        keys.append(f"{COMPONENT}: {scene.component(_DATA)}")
    keys.sort(key=lambda each: not each.startswith(f"{COMPONENT}: "))
    return _flow(keys)


def _of_data(
    settings: Mapping[str, tuple[list[str], list[str]]], spot: Spot, scene: Scene
) -> Advice | None:
    """Several data sets, which are mixed: torchtune has one list of them for that."""
    texts = [_joined(lines, scene) for lines, _ in settings.values()]
    if not all(texts):
        return None
    strange = dict.fromkeys(each for _, left in settings.values() for each in left)
    left = f"; nothing is known of {listed(list(strange))}" if strange else ""
    say = f"several data sets are one list in place of the base's section{left}"
    under = CONTROLS if not spot.home else ""
    if spot.home == "variables":
        say = f"each level of `{_DATA}` is a component with its arguments{left}"
    return Advice(say, (Line(f"={_DATA}: [{', '.join(texts)}]", under),))


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
    head = f"{_DATA}.{COMPONENT}: "
    chosen = next((each.text for each in lines if each.text.startswith(head)), "")
    if (name := chosen.removeprefix(head)) and name != scene.component(_DATA):
        # What its other words mean depends on the component that one of them chooses.
        scene = scene.choosing(_DATA, name)
        parts = list(parts_of(word, row, scene))
        lines = list(
            once((line for each in parts if each.advice for line in each.advice.lines), scene)
        )
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
