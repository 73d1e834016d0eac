"""The lines that set a path in a config: its own, and those that it needs beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tcwc.model.arguments import arguments, free, supplied
from tcwc.model.ir import Path, format_path
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.advice.advice import Line, line
from tcwc.torchtune.knowledge.advice.filling import Filling
from tcwc.torchtune.knowledge.advice.question import Question
from tcwc.torchtune.knowledge.advice.scene import Scene


def once(lines: Iterable[Line], scene: Scene) -> tuple[Line, ...]:
    """The lines without those that set a usual value of what another one sets."""
    found = list(dict.fromkeys(lines))
    keys = [(each.under, *each.text.partition(": ")[::2]) for each in found]
    usual = [value == scene.known.usual_value(key) for _, key, value in keys]
    return tuple(
        line
        for line, (under, key, _), is_usual in zip(found, keys, usual, strict=True)
        if not is_usual or sum((under, key) == other[:2] for other in keys) == 1
    )


def lines_of(
    path: Path, template: str, filling: Filling, chosen: Mapping[str, str]
) -> list[Line] | None:
    """The line that sets a path, after those that it needs; None where it cannot be. `chosen` are
    the components that other lines beside it choose, by section."""
    asked = filling.question
    text = filling.line(template)
    taken = arguments(filling.scene.known, chosen.get(format_path(path[:-1]), ""))
    there = taken is not None and path[-1] in taken.named
    above = [] if there else above_of(path, asked, filling.scene)
    if text is None or above is None:
        return None
    return [*above, line(asked.spot, path, text, own=filling.is_own(template))]


def above_of(path: Path, asked: Question, scene: Scene) -> list[Line] | None:
    """The lines that have to stand beside one for a path; None where nothing reads that here."""
    section = path[:-1]
    if not section or not scene.lacks(section):
        taken = scene.takes(path) is not None and not is_swallowed(path, scene)
        return [] if taken else None
    component = scene.known.section_component(format_path(section))
    if not component or not scene.made(section):
        return None
    named = [] if path[-1] == COMPONENT else [((*section, COMPONENT), component)]
    return [
        line(asked.spot, *each, own=False) for each in (*named, *_needed(path, component, scene))
    ]


def is_swallowed(path: Path, scene: Scene) -> bool:
    """Whether a data set only hands a key on to what loads it, which refuses what it has not."""
    taken = arguments(scene.known, scene.component(format_path(path[:-1])))
    section = format_path(path[:-1]).partition("[")[0]
    return section == "dataset" and taken is not None and path[-1] not in (*taken.named, COMPONENT)


def _needed(path: Path, component: str, scene: Scene) -> Iterator[tuple[Path, str]]:
    """What else a component needs beside the argument at a path, with usual values."""
    taken = arguments(scene.known, component)
    for key in free(supplied(scene.recipe, path[:-1]), taken.named if taken else ()):
        usual = scene.known.usual_value(format_path((*path[:-1], key)))
        if usual and key != path[-1] and path[-1] != COMPONENT:
            yield (*path[:-1], key), usual
