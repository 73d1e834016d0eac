"""A mapping in the words of another library, taken apart: what each key of it is in torchtune.

Nothing of it is lost: each key is in a line to write, or it is said of it that it has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.language.drawn import drawn_in, is_of_draw
from tcwc.language.sections import shapes
from tcwc.model.arguments import arguments
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Path, format_path
from tcwc.model.words import either, listed, nearest
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.advice.advice import CONTROLS, TOP, VARIABLES, Advice, Line
from tcwc.torchtune.knowledge.advice.advice import line as made_line
from tcwc.torchtune.knowledge.advice.answers import REMOVED, component_place, own_word
from tcwc.torchtune.knowledge.advice.keys import of_key, of_place
from tcwc.torchtune.knowledge.advice.levels import is_levels, levels_of
from tcwc.torchtune.knowledge.advice.lines import is_swallowed, once
from tcwc.torchtune.knowledge.advice.matrix import EXCLUDE, INCLUDE, rows_of
from tcwc.torchtune.knowledge.advice.question import asked_at
from tcwc.torchtune.knowledge.advice.scene import Scene, fits, path_of
from tcwc.torchtune.knowledge.advice.sections import (
    component_of,
    of_default_key,
    of_section,
    of_word,
)
from tcwc.torchtune.knowledge.advice.spot import WHEN, Spot, shown
from tcwc.torchtune.knowledge.advice.unwrap import is_unset, unwrapped
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode

DERIVED = "derived"
ARGUMENTS = "arguments"
OF = "of "
CLOSED = "closed"
"""Kinds of mappings by their names, beside sections of the experiment."""
_LIKE_CONTROLS = (CONTROLS, "engineering", "arms", "include")
"""Sections where a line of constants takes the place of what was written."""
SAMPLE = "sample"
_STEM = 6
"""Letters of a name with which a longer one may begin that means it."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one key comes to. Lines say where they go; one that does not takes the place of all."""

    name: str
    advice: Advice | None


def of_parts(spot: Spot, scene: Scene) -> Advice | None:
    """The answers to all keys of a section that nothing reads; None where there is none."""
    word, value = spot.entry.key.text, spot.entry.value
    at_top = not spot.home and scene.made(spot.path)
    if word == WHEN or not word.isidentifier() or (scene.base_has(spot.path) and not at_top):
        return None
    if spot.home == "variables" and is_levels(value):
        return None
    if near := _argument_like(spot, scene):
        return Advice(f"did you mean {either([f'`{each}`' for each in near])}?")
    value = unwrapped(word, value, scene)
    kind = scene.known.container(word)
    if kind == CLOSED or not isinstance(value, MappingNode):
        return None
    scene = _as_named(spot, scene)
    of = str(spot.path[-2]) if kind == ARGUMENTS and len(spot.path) > 1 else word
    found = list(parts_of(of, value, scene))
    if not any(each.advice for each in found):
        return None
    found = [*_component(spot, scene), *_arguments(spot, found, value, scene)]
    advice = assembled(found, spot, scene)
    ours = word in shapes(scene.tree.target)
    say = f"nothing reads a section `{word}`; its keys have places of their own"
    if not advice.lines:
        advice = replace(advice, say=f"{advice.say}; remove it")
    if at_top:
        say = f"`{word}` is a key of configs, and no section of an experiment"
    if ours:
        say = f"`{word}` is a section of the experiment and stands at the top level of the file"
    if spot.above:
        advice = replace(advice, at=spot.entry.key.span, covers=value.span)
    return replace(advice, say="; ".join(filter(None, (say, advice.say))))


def _argument_like(spot: Spot, scene: Scene) -> list[str]:
    """The arguments, of the component around a mapping, that its name is a misspelling of, or
    nearly (`column_mapping`)."""
    tree, section, word = scene.tree, spot.path[:-1], spot.entry.key.text
    names = [
        name
        for taken in map(tree.arguments, tree.components.get(section, ()))
        if taken
        for name in taken.named
    ]
    if word in names:
        return []
    longer = [name for name in names if len(name) >= _STEM and word.startswith(name)]
    return [format_path((*section, each)) for each in longer or nearest(word, names)]


def of_arguments(spot: Spot, scene: Scene) -> Advice | None:
    """The line of a path with a word for arguments in it: `optimizer.params.lr`."""
    path = tuple(p for p in spot.path if scene.known.container(str(p)) != ARGUMENTS)
    if path == spot.path or path[-1] != spot.path[-1] or scene.takes(path) is None:
        return None
    word = next(str(p) for p in spot.path if scene.known.container(str(p)) == ARGUMENTS)
    say = f"nothing reads a section `{word}`; its keys stand in the section around it"
    return Advice(say, (made_line(spot, path, shown(spot.entry.value), own=True),))


def _as_named(spot: Spot, scene: Scene) -> Scene:
    """The scene with the component that a word beside a mapping of arguments names."""
    section = spot.path[:-1]
    for entry in spot.beside.entries if len(section) == 1 else ():
        if isinstance(entry.value, ScalarNode):
            asked = asked_at(replace(spot, entries=(*spot.entries[:-1], entry), item=None))
            if asked.word == COMPONENT or component_place(asked, scene) == section:
                name = component_of(entry.value, section, scene)
                return scene.choosing(str(section[0]), name) if name else scene
    return scene


def _component(spot: Spot, scene: Scene) -> list[Part]:
    """The component that the name of a mapping is in a section of one: `optimizer: {AdamW: ..}`."""
    section = spot.path[:-1]
    if not section or not component_of(spot.entry.key, section, scene):
        return []
    advice = of_word(replace(asked_at(spot), value=spot.entry.key), section, scene)
    return [Part(spot.entry.key.text, advice)]


def _arguments(spot: Spot, found: list[Part], value: MappingNode, scene: Scene) -> Iterator[Part]:
    """The parts, with lines of the keys that only the component takes that a section names."""
    section = spot.path[:-1]
    name = component_of(spot.entry.key, section, scene) if section else ""
    taken = arguments(scene.known, name) if name else None
    own = {each.key.text: each.value for each in value.entries}
    for each in found:
        lost = each.advice is None or not each.advice.lines
        if lost and taken is not None and each.name in taken.named and each.name in own:
            key = format_path((*section, each.name))
            yield Part(each.name, Advice("", (Line(f"{key}: {shown(own[each.name])}", CONTROLS),)))
        else:
            yield each


def assembled(found: list[Part], spot: Spot, scene: Scene) -> Advice:
    """The lines of all parts, seen from where they stood, and what is said of those without any."""
    lines: list[Line] = []
    told: dict[str, None] = {}
    for each in found:
        for line in each.advice.lines if each.advice else ():
            lines.append(_seen(line, spot.home, spot.above))
        if each.advice and each.advice.say and (each.advice.assumes or not each.advice.lines):
            told[f"`{each.name}`: {re.sub(REMOVED, '', each.advice.say)}"] = None
    strange = [e.name for e in found if not (e.advice and (e.advice.say or e.advice.lines))]
    said = [*told, *([f"nothing is known of {listed(strange)}"] if strange else [])]
    return Advice("; ".join(said), once(lines, scene))


def _seen(line: Line, home: str, above: Path) -> Line:
    """A line of a section as it stands in a mapping of another, or of the same."""
    near = (CONTROLS, home) if home in _LIKE_CONTROLS else (home,)
    if not line.under or line.under not in near:
        return line
    if not above:
        return Line(line.text)
    inside = line.text.removeprefix(f"{format_path(above)}.")
    return Line(inside) if inside != line.text else Line(line.text, home)


def parts_of(
    word: str, mapping: MappingNode, scene: Scene, *, varies: bool = False
) -> Iterator[Part]:
    """What each key of a mapping comes to, where the mapping has a word for its name; "" is the
    top level of a file. `varies` is whether it stands in one of what varies."""
    kind = scene.known.container(word)
    varies = kind == VARIABLES or (varies and kind in ("", ARGUMENTS))
    of = kind.removeprefix(OF) if kind.startswith(OF) else "" if kind else word
    prefix = f"{of}." if of else ""
    there = [each for each in mapping.entries if not is_unset(each.value)]
    if drawn := drawn_in(word, mapping):
        there = [each for each in there if not is_of_draw(each)]
        yield Part(SAMPLE, Advice("", (Line(drawn, TOP),)))
    entries = tuple(_named(each, prefix, scene) for each in there)
    around = MappingNode(entries, mapping.span)
    for entry in entries:
        if kind == DERIVED:
            yield Part(entry.key.text, Advice("", (Line(_text(entry), DERIVED),)))
        else:
            yield from part_of(of or word, entry, around, scene, varies=varies)


def _named(entry: Entry, prefix: str, scene: Scene) -> Entry:
    """An entry with the name of what it stands in before its own, unless that is a path itself."""
    key = entry.key.text.lstrip("+")
    whole = "." in key and scene.known_at((key.partition(".")[0],))
    return replace(entry, key=replace(entry.key, text=key if whole else prefix + key))


def part_of(
    word: str, entry: Entry, around: MappingNode, scene: Scene, *, varies: bool
) -> Iterator[Part]:
    """What one entry of a mapping of some name comes to."""
    name, value = entry.key.text.rpartition(".")[2], entry.value
    if drawn := _drawn(name, entry, scene):
        yield Part(name, Advice("", (drawn,)))
        return
    if varies and name in (EXCLUDE, INCLUDE):
        rows = rows_of(entry, around, lambda each: _path(_spot(CONTROLS, each, around), scene))
        yield Part(name, Advice("", (rows,)) if rows else None)
        return
    value = unwrapped(word, value, scene)
    kind = scene.known.container(name)
    if isinstance(value, MappingNode) and not is_levels(value) and kind != CLOSED:
        # Arguments inside a section are those of that section: `optimizer: {params: ..}`.
        outer = kind == ARGUMENTS or (kind == VARIABLES and scene.known_at((word,)))
        inner = word if outer and word else name
        below = list(parts_of(inner, value, scene, varies=varies or kind == VARIABLES))
        if any(each.advice for each in below):
            yield from below
            return
    yield _answered(name, entry, around, scene, varies=varies)


def _drawn(name: str, entry: Entry, scene: Scene) -> Line | None:
    """The line of a word that says how many runs are drawn, or by which seed, of a sweeper."""
    if isinstance(entry.value, MappingNode):
        seeds = [e.value for e in entry.value.entries if e.key.text == "seed"]
        seed = seeds[0].text if seeds and isinstance(seeds[0], ScalarNode) else ""
        drawn = name == "sampler" and seed.isdecimal()
        return Line(f"{SAMPLE}: {{size: 20, seed: {seed}}}", TOP) if drawn else None
    counts = scene.known.elsewhere(name) is scene.known.elsewhere("num_runs")
    alone = replace(entry, key=replace(entry.key, text=name))
    around = MappingNode((alone,), entry.value.span)
    found = own_word(asked_at(Spot((alone,), around)), scene.known) if counts else None
    return found.lines[0] if found else None


def _answered(name: str, entry: Entry, around: MappingNode, scene: Scene, *, varies: bool) -> Part:
    """What is said of a key with a value: as a constant, or as levels where it has several."""
    spot = _spot(CONTROLS, entry, around)
    several = isinstance(entry.value, SequenceNode) and len(entry.value.items) > 1
    path = _path(spot, scene)
    levels = isinstance(entry.value, SequenceNode) and _are_levels(entry.value, path, scene)
    if not (varies or levels or is_levels(entry.value)):
        found = _one(spot, scene)
        if not several or (found and _shows(found, entry.value)):
            return Part(name, _under(CONTROLS, found))
    value, text = levels_of(entry.value, path, scene)
    if text:
        key = format_path(path) if path else ""
        drawn = (Line("sample: {size: 20, seed: 7}", TOP),) if "uniform" in text else ()
        advice = Advice("", (Line(f"{key}: {text}", VARIABLES), *drawn)) if key else None
        return Part(name, advice)
    varied = isinstance(value, SequenceNode) and not (varies and _takes_list(value, path, scene))
    home = VARIABLES if varied else CONTROLS
    return Part(name, _under(home, _one(_spot(home, replace(entry, value=value), around), scene)))


def _under(section: str, advice: Advice | None) -> Advice | None:
    """An answer with lines that say that they go into a section."""
    if advice is None:
        return None
    lines = tuple(replace(each, under=each.under or section) for each in advice.lines)
    return replace(advice, lines=lines)


def _text(entry: Entry) -> str:
    return f"{entry.key.text}: {shown(entry.value)}"


def _shows(advice: Advice, value: Node) -> bool:
    """Whether a constant's lines have something of a list of the author's in them, which is one
    value then."""
    items = value.items if isinstance(value, SequenceNode) else ()
    texts = " ".join(each.text for each in advice.lines).lower()
    return any(shown(each).strip("'\"").lower() in texts for each in items)


def _are_levels(value: Node, path: Path | None, scene: Scene) -> bool:
    """Whether a list can only be one of levels: its items would fit where it would not."""
    type_ = scene.takes(path) if path else None
    if type_ is None or fits(value, type_, levels=False):
        return False
    return fits(value, type_, levels=True)


def _takes_list(value: SequenceNode, path: Path | None, scene: Scene) -> bool:
    """Whether a list can only be one value: it would fit, and its items would not."""
    type_ = scene.takes(path) if path else None
    if type_ is None or fits(value, type_, levels=True):
        return False
    return fits(value, type_, levels=False)


def _one(spot: Spot, scene: Scene) -> Advice | None:
    found = of_key(spot, scene)
    if found is not None and found.lines:
        return found
    asked = asked_at(spot)
    return (
        _as_it_is(spot, scene)
        or of_section(asked, spot.path, scene)
        or found
        or of_default_key(asked, spot.path, scene)
        or of_place(spot, scene)
    )


def _as_it_is(spot: Spot, scene: Scene) -> Advice | None:
    """The line of a key that torchtune reads under the name that it has."""
    path = _path(spot, scene)
    type_ = scene.takes(path) if path else None
    if path is None or type_ is None or is_swallowed(path, scene):
        return None
    levels = spot.home == VARIABLES
    if not fits(spot.entry.value, type_, levels=levels):
        return None
    return Advice("", (Line(f"{format_path(path)}: {shown(spot.entry.value)}"),))


def _path(spot: Spot, scene: Scene) -> Path | None:
    """The path that a key sets; None where nobody knows."""
    asked = asked_at(spot)
    if scene.takes(spot.path) is not None:
        return spot.path
    named = scene.named(asked.word)
    if named is None:
        written = (scene.known.elsewhere(asked.word) or {}).get("write", {})
        named = path_of(next(iter(written))) if len(written) == 1 else None
    return named if named and scene.takes(named) is not None else None


def _spot(home: str, entry: Entry, around: MappingNode) -> Spot:
    return Spot((Entry(ScalarNode(home, False, around.span), around), entry), around)
