"""A component, or one word, written where a section stands: `optimizer: torch.optim.SGD`.

On its own command line torchtune takes that for the component of the section; in a config it is a
text in place of a section.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tcwc.config.merge import lookup
from tcwc.lint.repairs import flow
from tcwc.model.arguments import arguments, free, supplied
from tcwc.model.diagnostics import Edit, Fix, How
from tcwc.model.frozen import replace
from tcwc.model.ir import Path, format_path
from tcwc.model.words import listed
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.advice.advice import CONTROLS, Advice, Line, line
from tcwc.torchtune.knowledge.advice.answers import follow, table_answer, value_answer
from tcwc.torchtune.knowledge.advice.bases import config_of_kind
from tcwc.torchtune.knowledge.advice.computed import download_folder
from tcwc.torchtune.knowledge.advice.question import Question
from tcwc.torchtune.knowledge.advice.scene import Scene, fits
from tcwc.torchtune.knowledge.advice.spot import shown
from tcwc.torchtune.knowledge.places import is_for, misplaced
from tcwc.yaml.nodes import Node, ScalarNode, SequenceNode


def of_section(asked: Question, path: Path, scene: Scene) -> Advice | None:
    """What to write where a text stands in place of a component's section."""
    if supplied(scene.recipe, path) is None or scene.lacks(path):
        return None
    several = asked.levels and isinstance(asked.value, SequenceNode)
    names = [component_of(node, path, scene) for node in asked.nodes]
    if not all(names):
        return None
    section = format_path(path)
    now = scene.base_component(section)
    if path == ("model",) and names[0].rpartition(".")[0] != now.rpartition(".")[0]:
        return None  # that is a choice of the base
    adapted = [_adapted(name, now, scene) for name in names] if path == ("model",) else names
    if adapted == [now] != names:
        return _whole_model(names[0], now, scene)
    names = adapted
    say = _named(asked, names[0])
    stale = {name: _stale(name, path, scene) for name in names}
    if several and any(stale.values()):
        levels = ", ".join(whole(name, path, scene) for name in names)
        return Advice(say, (Line(f"={section}: [{levels}]"),), covers=asked.value.span)
    value = f"[{', '.join(names)}]" if several else names[0]
    lines = [line(asked.spot, (*path, COMPONENT), value, own=True)]
    (gone,) = stale.values() if len(stale) == 1 else ([],)
    lines += [_deleted((*path, key), asked) for key in gone]
    lines += [] if several else _needed(names[0], path, asked, scene)
    if gone:
        say += f", and {names[0]} takes no {listed(gone)}, which the base has"
    elif names == [now]:
        say += ", which the base has"
    return Advice(say, tuple(lines), _fix(asked, path, names, gone), covers=asked.value.span)


def _adapted(name: str, now: str, scene: Scene) -> str:
    """The builder of a model with the adapters that the base's has, if there is one."""
    module, _, last = name.rpartition(".")
    own = re.match("q?[ld]ora_", now.rpartition(".")[2])
    made = f"{module}.{own[0]}{last}" if own else name
    return name if re.match("q?[ld]ora_", last) or not scene.known.component(made) else made


def _whole_model(name: str, now: str, scene: Scene) -> Advice:
    """That a builder without adapters is of the base's own model."""
    base = config_of_kind("full", scene.base, scene.known)
    say = f"{name} has no adapters, and the base has {now}, of the same model: remove the line"
    return Advice(say + (f", or start from {base} to train all of its weights" if base else ""))


def of_default_key(asked: Question, path: Path, scene: Scene) -> Advice | None:
    """What to write where one value stands in place of a section: the key that it is most likely
    of, if that takes it."""
    section = format_path(path)
    if not all(isinstance(node, ScalarNode) for node in asked.nodes):
        return None
    word = scene.known.default_word(section)
    advice = table_answer(replace(asked, word=word, section=()), scene) if word else None
    if advice is not None:
        return advice
    key = (*path, scene.known.default_key(section))
    type_ = scene.takes(key) if key[-1] else None
    if type_ is None or not fits(asked.value, type_, levels=asked.levels):
        return None
    say = f"`{section}` is a section with keys of its own"
    return Advice(say, (line(asked.spot, key, shown(asked.value), own=True),))


def of_hub_name(asked: Question, scene: Scene) -> Advice | None:
    """What to write for a name of the Hub where a folder is needed."""
    if asked.word != "checkpoint_dir" or asked.levels or not isinstance(asked.value, ScalarNode):
        return None
    if not re.fullmatch(r"[\w-][\w.-]*/[\w.-]+", asked.value.text):
        return None
    name = asked.value.text
    folder = download_folder(name, lookup(scene.tree.base, asked.spot.path)[1])
    return Advice(
        f"it is read as a folder; if it is a name of the Hub, `tune download {name}` fills one",
        (Line(f"{asked.spot.entry.key.text}: {folder}"),),
    )


def of_word(asked: Question, path: Path, scene: Scene) -> Advice | None:
    """What to write for a key that names a component in the words of another library."""
    if supplied(scene.recipe, path) is None:
        return None
    advice = of_section(asked, path, scene)
    if advice is not None:
        return advice
    answer = value_answer(asked.value, path, scene)
    if answer is not None and "component" not in answer:
        return follow(answer, [answer], asked, scene)
    where = format_path((*path, COMPONENT))
    now = scene.component(format_path(path))
    has = f", which is {now} in the base" if now else ""
    return Advice(f"`{asked.word}` is `{where}` in torchtune, the dotted name of a component{has}")


def component_of(node: Node, path: Path, scene: Scene) -> str:
    """The component that a text means at a section: its whole name, its last part, or the word of
    another library; "" where it means none."""
    if not isinstance(node, ScalarNode) or not node.text:
        return ""
    known = scene.known
    if known.component(node.text) is not None:
        return node.text if misplaced(path, node.text) is None else ""
    found = value_answer(node, path, scene)
    if found is not None and "component" in found:
        return str(found["component"])
    if "." in node.text:  # it may be the author's own
        bare = replace(node, text=node.text.rpartition(".")[2])
        found = value_answer(bare, path, scene) if _is_foreign(node.text, scene) else None
        return str(found["component"]) if found and "component" in found else ""
    last = node.text.lower()
    alike = [each for each in known.component_names() if each.rpartition(".")[2].lower() == last]
    fitting = [each for each in alike if is_for(path, each)]
    fitting.sort(key=lambda each: not each.startswith(("torch.", "torchtune.")))
    return fitting[0] if fitting else ""


def _is_foreign(name: str, scene: Scene) -> bool:
    """Whether a dotted name is of a package that is no part of torchtune, and is not known."""
    return name.partition(".")[0] in scene.known.foreign_trainers()


def _stale(name: str, path: Path, scene: Scene) -> list[str]:
    """The keys of the section that a component does not take."""
    taken = arguments(scene.known, name)
    section = scene.value(path)
    if taken is None or not isinstance(section, dict):
        return []
    return [key for key in section if key != COMPONENT and not taken.takes(key)]


def _needed(name: str, path: Path, asked: Question, scene: Scene) -> list[Line]:
    """The lines of arguments that a component needs and the section lacks, with usual values."""
    taken, section = arguments(scene.known, name), scene.value(path)
    there = section if isinstance(section, dict) else {}
    lines = []
    for key in free(supplied(scene.recipe, path), taken.named if taken else ()):
        usual = scene.known.usual_value(format_path((*path, key)))
        if usual and key not in there:
            lines.append(line(asked.spot, (*path, key), usual, own=True))
    return lines


def whole(name: str, path: Path, scene: Scene, own: Mapping[str, Node] | None = None) -> str:
    """A section as a whole: a component with those of the section's keys that it takes, and with
    values of the author's `own`."""
    section = scene.value(path)
    assert isinstance(section, dict)
    given = {key: shown(node) for key, node in (own or {}).items()}
    gone = (COMPONENT, *_stale(name, path, scene))
    kept = {key: flow(value) for key, value in section.items() if key not in gone} | given
    texts = (f", {key}: {value}" for key, value in kept.items())
    return f"{{{COMPONENT}: {name}{''.join(texts)}}}"


def _named(asked: Question, name: str) -> str:
    """What is said of the text that names a component."""
    text = asked.value.text if isinstance(asked.value, ScalarNode) else name
    if asked.spot.path[-1] == COMPONENT:
        return f"`{text}` is {name} here"
    same = "" if text == name else f", and `{text}` is {name}"
    return f"the component of a section is its key `{COMPONENT}`{same}"


def _deleted(path: Path, asked: Question) -> Line:
    """The line that deletes a key of the base."""
    above = asked.spot.above
    inside = path[: len(above)] == above
    name = format_path(path[len(above) :] if inside else path)
    return Line(f"~{name}:", "" if inside and asked.spot.home else CONTROLS)


def _fix(asked: Question, path: Path, names: list[str], gone: list[str]) -> Fix | None:
    """The fix that names the component by its key, and deletes what it does not take."""
    spot, node = asked.spot, asked.value
    key = spot.entry.key
    if not isinstance(node, ScalarNode) or spot.home != "controls" or key.quoted:
        return None
    if path[0] == "model":
        return None  # no fix changes a model
    edits = [] if node.text == names[0] else [Edit(node.span, names[0])]
    if key.text == format_path(path):
        edits.append(Edit(key.span, f"{key.text}.{COMPONENT}"))
        edits += [Edit(key.span, f"~{key.text}.{each}:", How.AFTER) for each in gone]
    elif spot.path[-1] == COMPONENT:
        edits += [Edit(key.span, f"~{{section}}{each}:", How.AFTER) for each in gone]
    else:
        return None
    return Fix(f"write {names[0]}", tuple(edits), safe=not gone and path != ("dataset",))
