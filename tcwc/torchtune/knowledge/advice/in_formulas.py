"""Names of other libraries where formulas stand, and several names in one key."""

from __future__ import annotations

import re

from tcwc.model.ir import format_path
from tcwc.torchtune.knowledge.advice.advice import TOP, Advice, Line
from tcwc.torchtune.knowledge.advice.filling import VALUE
from tcwc.torchtune.knowledge.advice.misplaced import readers
from tcwc.torchtune.knowledge.advice.question import asked_at
from tcwc.torchtune.knowledge.advice.scene import Scene, path_of
from tcwc.torchtune.knowledge.advice.spot import Spot, shown
from tcwc.yaml.nodes import Node, SequenceNode


def of_derived(spot: Spot, scene: Scene) -> Advice | None:
    """What a name is here that a formula computes; what it counts may be something else."""
    asked = asked_at(spot)
    member = scene.known.elsewhere(asked.word) or {}
    answers = [each for each in member.get("answers", (member,)) if "write" in each]
    paths = list(dict.fromkeys(path for each in answers for path in each["write"]))
    if not paths:
        return None
    key, name = paths[0], f"`{asked.word}` is `{paths[0]}` in torchtune"
    if scene.takes(path_of(key)) is None:
        there = readers(scene, path_of(key))
        more = f"; {there} read it" if there else ""
        return Advice(f"{name}, which {scene.who} does not read{more}")
    if any(each["write"] == {key: VALUE} and "value" not in each for each in answers):
        return Advice(name, (Line(f"{key}: {shown(spot.entry.value)}"),))
    said = re.sub(r"\{value\}[^;,:]*|; \{.*", "", str(answers[0].get("say", ""))).strip(" ,;")
    more = f" ({said})" if said and "{" not in said else ""
    return Advice(f"{name}{more}: write the formula for that, `{key}: ...`")


def of_several_names(spot: Spot, scene: Scene) -> Advice | None:
    """Several keys in one, whose levels go together: `"lora_rank,lora_alpha": [[8, 16], ..]`."""
    names = [each for each in re.split(r"[\s,()+&]+", spot.entry.key.text) if each]
    rows = spot.entry.value.items if isinstance(spot.entry.value, SequenceNode) else ()
    plain = all(re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", each) for each in names)
    if spot.home != "variables" or len(names) < 2 or not (rows and plain):
        return None
    paths = [scene.named(each) or path_of(each) for each in names]
    if any(scene.takes(path) is None for path in paths):
        return None
    columns: list[list[Node]] = [[] for _ in names]
    for row in rows:
        items = row.items if isinstance(row, SequenceNode) else ()
        if len(items) != len(names):
            return None
        for column, item in zip(columns, items, strict=True):
            column.append(item)
    lines = [
        Line(f"{name}: [{', '.join(map(shown, column))}]")
        for name, column in zip(names, columns, strict=True)
    ]
    say = f"{' and '.join(format_path(path) for path in paths)} are keys of their own"
    return Advice(say, (*lines, Line(f"zip: [[{', '.join(names)}]]", TOP)))
