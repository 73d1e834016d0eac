"""Values that stand in a mapping of their own, and arguments of a component that another word
beside them names."""

from __future__ import annotations

from tcwc.model.arguments import arguments
from tcwc.torchtune.knowledge.advice.advice import TOP, Advice, Line, line
from tcwc.torchtune.knowledge.advice.answers import component_place
from tcwc.torchtune.knowledge.advice.levels import levels_of
from tcwc.torchtune.knowledge.advice.question import asked_at
from tcwc.torchtune.knowledge.advice.scene import Scene
from tcwc.torchtune.knowledge.advice.sections import component_of
from tcwc.torchtune.knowledge.advice.spot import Spot, shown
from tcwc.yaml.nodes import MappingNode, ScalarNode, SequenceNode

_VALUES = ("value", "default")
_OPEN = "[a, b]"
"""What a help has in it that knows nothing of the author's own values."""


def of_given_value(spot: Spot, scene: Scene) -> Advice | None:
    """The value of a key that was written as W&B keeps them: `lr: {desc: null, value: 1e-4}`."""
    whole = spot.up
    path = scene.meant(whole)
    values = [e.value for e in spot.beside.entries if e.key.text in _VALUES]
    if path is None or scene.takes(path) is None or len(values) != 1:
        return None
    if not isinstance(values[0], ScalarNode) or "mapping" in scene.takes(path).kinds:  # type: ignore[union-attr]
        return None
    say = f"`{whole.entry.key.text}` is a key with a value"
    made = Line(f"{whole.entry.key.text}: {shown(values[0])}")
    return Advice(say, (made,), at=whole.entry.key.span, covers=whole.entry.value.span)


def of_sibling(spot: Spot, scene: Scene) -> Advice | None:
    """That a key is right once the component is the one that a word beside it names."""
    for entry in spot.beside.entries if len(spot.path) > 1 else ():
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
    path = scene.meant(spot)
    value, text = levels_of(spot.entry.value, path, scene)
    if isinstance(value, SequenceNode) and value is not spot.entry.value:
        text = shown(value)
    if not text or (isinstance(value, MappingNode) and text == shown(value)):
        return None
    lines = [line(spot, path, text, own=True)] if path else []
    drawn = (Line("sample: {size: 20, seed: 7}", TOP),) if "uniform" in text else ()
    return Advice("levels are a list, or are made by a word of tcwc's own", (*lines, *drawn))
