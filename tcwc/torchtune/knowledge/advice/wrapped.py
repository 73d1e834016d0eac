"""Values that stand in a mapping of their own, and arguments of a component that another word
beside them names."""

from __future__ import annotations

from tcwc.model.arguments import arguments
from tcwc.model.ir import format_path
from tcwc.torchtune.knowledge.advice.advice import TOP, VARIABLES, Advice, Line
from tcwc.torchtune.knowledge.advice.answers import component_place
from tcwc.torchtune.knowledge.advice.levels import has_own_word, is_levels, levels_of
from tcwc.torchtune.knowledge.advice.question import MOST, asked_at
from tcwc.torchtune.knowledge.advice.scene import Scene
from tcwc.torchtune.knowledge.advice.sections import component_of
from tcwc.torchtune.knowledge.advice.spot import Spot, shown
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_VALUES = ("value", "default")
_OPEN = "[a, b]"
"""What a help has in it that knows nothing of the author's own values."""


def of_given_value(spot: Spot, scene: Scene) -> Advice | None:
    """The value of a key that was written as W&B keeps them: `lr: {desc: null, value: 1e-4}`."""
    entries = spot.entries[:-1]
    outer = entries[-2].value if len(entries) > 1 else None
    if not isinstance(outer, MappingNode):
        return None
    whole = Spot(entries, outer)
    entry, path = whole.entry, scene.meant(whole)
    type_ = scene.takes(path) if path else None
    several = isinstance(entry.value, SequenceNode)
    items = entry.value.items if isinstance(entry.value, SequenceNode) else (entry.value,)
    values = [_value_in(each) for each in items]
    if type_ is None or "mapping" in type_.kinds or "" in values:
        return None
    text = f"[{', '.join(values)}]" if several else values[0]
    made = Line(f"{entry.key.text}: {text}")
    say = f"`{entry.key.text}` is a key with a value"
    return Advice(say, (made,), at=entry.key.span, covers=entry.value.span)


def _value_in(node: Node) -> str:
    """The value in a mapping that has one under such a name; "" where it has none."""
    below = node.entries if isinstance(node, MappingNode) else ()
    values = [each.value for each in below if each.key.text in _VALUES]
    return shown(values[0]) if len(values) == 1 and isinstance(values[0], ScalarNode) else ""


def of_levels(spot: Spot, scene: Scene) -> Advice | None:
    """Levels that stand among the constants: `epochs: {values: [1, 2]}`."""
    if spot.home not in ("controls", "engineering") or len(spot.entries) < 3:
        return None
    around = spot.entries[-3].value
    if not isinstance(around, MappingNode):
        return None
    whole = Spot(spot.entries[:-1], around)
    entry, path = whole.entry, scene.meant(whole)
    type_ = scene.takes(path) if path else None
    if path is None or type_ is None or "mapping" in type_.kinds or not is_levels(entry.value):
        return None
    value, text = levels_of(entry.value, path, scene)
    text = shown(value) if isinstance(value, SequenceNode) else text
    if not text:
        return None
    drawn = (Line("sample: {size: 20, seed: 7}", TOP),) if "uniform" in text else ()
    made = Line(f"{format_path(path)}: {text}", VARIABLES)
    say = "what is compared is a variable"
    return Advice(say, (made, *drawn), at=entry.key.span, covers=entry.value.span)


def of_sibling(spot: Spot, scene: Scene) -> Advice | None:
    """That a key is right once the component is the one that a word beside it names."""
    beside = spot.beside.entries
    for entry in beside if len(spot.path) > 1 and len(beside) <= MOST else ():
        if entry is spot.entry or not isinstance(entry.value, ScalarNode):
            continue
        named = asked_at(Spot((*spot.entries[:-1], entry), spot.beside))
        section = spot.path[:-1]
        if not named.word or component_place(named, scene) != section:
            continue
        component = component_of(entry.value, section, scene)
        taken = arguments(scene.known, component) if component else None
        if taken is not None and spot.path[-1] in taken.named:
            key = entry.key.text
            return Advice(f"it is right where the component is {component}, which `{key}` names")
    return None


def of_spec(spot: Spot, help: str, scene: Scene) -> Advice | None:
    """The levels that a mapping or a text of another program stands for."""
    if spot.home != "variables" or _OPEN not in help:
        return None
    while len(spot.entries) > 2 and scene.meant(spot.up) is not None and spot.above:
        spot = spot.up
    node, path = spot.entry.value, scene.meant(spot)
    if path is None or has_own_word(node):
        return None
    value, text = levels_of(node, path, scene)
    if isinstance(value, SequenceNode) and value is not node and value.items:
        text = shown(value)
    if not text:
        return None
    made = Line(f"{spot.entry.key.text}: {text}")
    drawn = (Line("sample: {size: 20, seed: 7}", TOP),) if "uniform" in text else ()
    return Advice("levels are a list, or are made by a word of tcwc's own", (made, *drawn))
