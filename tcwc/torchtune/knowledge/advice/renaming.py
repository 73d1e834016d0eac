"""The fix of a key that has another name here and the same meaning."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.diagnostics import Edit, Fix
from tcwc.model.frozen import replace
from tcwc.model.ir import Path, format_path
from tcwc.torchtune.knowledge.advice.question import Question
from tcwc.torchtune.knowledge.advice.scene import Scene, fits
from tcwc.torchtune.knowledge.advice.spot import BASE, Spot

_SECTIONS = ("controls", "variables", "engineering")
"""Where keys of a config stand in the experiment as they are."""


def rename(asked: Question, scene: Scene, path: Path, values: Mapping[str, str]) -> Fix | None:
    """The fix that writes another key for the asked one, and other words for its values.

    None where the key cannot stand in the mapping around it, or where its value would not fit:
    the values have to be moved, or thought about. Not a safe one where the key names a section of
    the base and means another: `loss.alpha` may be of the loss as its author has it, not of LoRA.
    """
    type_, key = scene.takes(path), renamed_key(asked.spot, path, scene)
    if type_ is None or key is None:
        return None
    nodes = list(asked.scalars)
    meant = [replace(n, text=values.get(n.text.lower(), ""), quoted=False) for n in nodes]
    if values and not (nodes and all(fits(node, type_, levels=False) for node in meant)):
        return None
    if not values and not fits(asked.value, type_, levels=asked.levels):
        return None
    edits = [key]
    if values:
        edits += [Edit(n.span, m.text) for n, m in zip(nodes, meant, strict=True)]
    of_another = (
        bool(asked.section) and scene.base_has(asked.section) and asked.section != path[:-1]
    )
    title = f"write {key.text} for {asked.spot.entry.key.text}"
    return Fix(title, tuple(edits), safe=not of_another)


def renamed_key(spot: Spot, path: Path, scene: Scene) -> Edit | None:
    """The edit that makes an entry set another path; None where the mapping around it cannot."""
    key, above = spot.entry.key, spot.above
    if scene.alone and spot.home == BASE:
        return _renamed_in_config(spot, path)
    plain = not key.quoted and key.text[:1] not in "+~="
    if not plain or path[: len(above)] != above or spot.home not in _SECTIONS:
        return None
    return Edit(key.span, format_path(path[len(above) :]))


def _renamed_in_config(spot: Spot, path: Path) -> Edit | None:
    """The same in a config, which has no paths with dots, and no key twice."""
    *above, name = path
    taken = any(entry.key.text == name for entry in spot.beside.entries)
    inside = tuple(above) == spot.above and isinstance(name, str)
    return Edit(spot.entry.key.span, str(name)) if inside and not taken else None
