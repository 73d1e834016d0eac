"""Values in the words of other libraries: `bfloat16`, `nf4`, `LLAMA3_1`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tcwc.config.merge import lookup
from tcwc.model.diagnostics import Edit, Fix
from tcwc.model.frozen import replace
from tcwc.model.ir import Path, format_path
from tcwc.model.words import nearest
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.advice.advice import VARIABLES, Advice, Line
from tcwc.torchtune.knowledge.advice.answers import follow, table_answer, value_answer
from tcwc.torchtune.knowledge.advice.question import Question
from tcwc.torchtune.knowledge.advice.scene import Scene, fits
from tcwc.torchtune.knowledge.advice.spot import WHEN, shown
from tcwc.yaml.nodes import Node, ScalarNode, SequenceNode

_TUPLE = re.compile(r"\(([^()]*,[^()]*)\)")
_NUMBER = re.compile(r"[-+]?[\d._]+(?:e[-+]?\d+)?")
_CALL = re.compile(r"\$\{(\w+):[^{}]*\}")


def of_value(asked: Question, path: Path, scene: Scene) -> Advice | None:
    """What to write for a value at a path: another word for it, or other lines."""
    item = asked.spot.item
    if not isinstance(item, ScalarNode):
        return None
    answer = value_answer(item, path, scene)
    if answer is None:
        return None
    if "to" not in answer or ("component" in answer and path[-1] != COMPONENT):
        return follow(answer, [answer], replace(asked, value=item), scene)
    return _reworded(asked, path, scene, answer)


def of_list(asked: Question, path: Path, scene: Scene) -> Advice | None:
    """What to write where a list is needed: for a tuple of Python, and for numbers that are one
    list together and stand as levels."""
    type_, node = scene.takes(path), asked.value
    if type_ is None or "list" not in type_.kinds:
        return None
    texts = [each.text for each in asked.nodes if isinstance(each, ScalarNode)]
    found = [_TUPLE.fullmatch(text) for text in texts]
    key = asked.spot.entry.key.text
    if found and all(found) and len(texts) == len(asked.nodes):
        lists = [f"[{each[1].rstrip(', ')}]" for each in found if each]
        text = f"[{', '.join(lists)}]" if asked.levels else lists[0]
        return Advice("a list stands in brackets", (Line(f"{key}: {text}"),), covers=node.span)
    numbers = len(texts) == len(asked.nodes) > 1 and all(map(_NUMBER.fullmatch, texts))
    if not asked.levels or not numbers:
        return None
    say = "each level is a list itself, and these are one list"
    return Advice(say, (Line(f"{key}: [[{', '.join(texts)}]]"),), covers=node.span)


def of_several(asked: Question, path: Path, scene: Scene) -> Advice | None:
    """What to write for a list where one value is needed: levels, a constant, or a row for each."""
    type_, spot, item = scene.takes(path), asked.spot, asked.spot.item
    if type_ is None or {"list", "any"} & set(type_.kinds) or not isinstance(item, SequenceNode):
        return None
    if not item.items or not all(fits(each, type_, levels=False) for each in item.items):
        return None
    key = spot.entry.key.text
    if len(item.items) == 1 and not asked.levels:
        return Advice("it takes one value", (Line(f"{key}: {shown(item.items[0])}"),))
    if spot.home == "variables" and asked.levels:
        levels = [shown(each).rstrip(",") for node in asked.nodes for each in _items(node)]
        say = "levels stand in one list"
        return Advice(say, (Line(f"{key}: [{', '.join(levels)}]"),), covers=asked.value.span)
    if spot.home == "controls" and not any(each.key.text == WHEN for each in spot.entries[:-1]):
        line = Line(f"{format_path((*spot.above, key))}: {shown(item)}", VARIABLES)
        return Advice("values to compare are levels of a variable", (line,))
    if spot.home == "include" and len(spot.beside.entries) == 1:
        rows = ", ".join(f"{{{key}: {shown(each)}}}" for each in item.items)
        return Advice(f"a row has one value: write {rows} as rows of `include`")
    return None


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, SequenceNode) else (node,)


def of_numbers(asked: Question, path: Path, scene: Scene) -> Advice | None:
    """What to write for numbers where names are needed, such as those of GPUs."""
    word = scene.known.number_of(format_path(path))
    numbers = asked.spot.item is not None and all(
        isinstance(each, ScalarNode) and each.text.isdecimal() for each in _items(asked.spot.item)
    )
    return table_answer(replace(asked, word=word), scene) if word and numbers else None


def of_share(asked: Question, path: Path, scene: Scene) -> Advice | None:
    """What to write for a share where a number of steps is needed."""
    item, word = asked.spot.item, scene.known.share_of(format_path(path))
    if not word or not isinstance(item, ScalarNode) or not re.fullmatch(r"0?\.\d+", item.text):
        return None
    return table_answer(replace(asked, word=word), scene)


def of_resolver(asked: Question, scene: Scene) -> Advice | None:
    """What to write for a `${name:...}` of another library in a text."""
    node = asked.spot.item
    found = _CALL.search(node.text) if isinstance(node, ScalarNode) else None
    member = scene.known.elsewhere(f"$ {found[1]}") if found else None
    if member is None or not isinstance(node, ScalarNode):
        return None
    lines: tuple[Line, ...] = ()
    if "to" in member and node.span == asked.value.span:
        text = _CALL.sub(member["to"], node.text)
        lines = (Line(f'{asked.spot.entry.key.text}: "{text}"'),)
    return Advice(member["say"], lines)


def _reworded(asked: Question, path: Path, scene: Scene, answer: Mapping[str, Any]) -> Advice:
    """The line of an entry with each value of it that has another word here replaced. Levels that
    come to one are one, which is said."""
    found = {node.span: value_answer(node, path, scene) for node in _scalars(asked.value)}
    meant = {span: each for span, each in found.items() if each and "to" in each}
    edits = [Edit(span, str(each["to"])) for span, each in meant.items()]
    word = asked.spot.item
    say = answer.get("say") or f"{answer['of']}'s `{{word}}` is `{{to}}` here"
    said = say.replace("{word}", shown(word) if word else "").replace("{to}", str(answer["to"]))
    node = _with(asked.value, {edit.span: edit.text for edit in edits})
    once = _once(node) if asked.levels else node
    others = {each["say"]: None for each in meant.values() if each.get("loose")}
    said = "; ".join(dict.fromkeys((said, *others)))
    if once != node:
        said += ", so that levels fall together"
    text = f"{asked.spot.entry.key.text}: {shown(once)}"
    title = f"write {', '.join(dict.fromkeys(edit.text for edit in edits))}"
    sure = not others and once == node
    fix = Fix(title, tuple(edits), safe=True) if sure else None
    return Advice(said, (Line(text),), fix, covers=asked.value.span if len(edits) > 1 else None)


def _once(node: Node) -> Node:
    """A list with each of its levels once."""
    if not isinstance(node, SequenceNode):
        return node
    return replace(node, items=tuple({shown(each): each for each in node.items}.values()))


def _with(node: Node, texts: Mapping[Any, str]) -> Node:
    if isinstance(node, SequenceNode):
        return replace(node, items=tuple(_with(each, texts) for each in node.items))
    if node.span in texts and isinstance(node, ScalarNode):
        return ScalarNode(texts[node.span], False, node.span)
    return node


def _scalars(node: Node) -> Iterator[ScalarNode]:
    if isinstance(node, ScalarNode):
        yield node
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from _scalars(item)


def of_formulas(asked: Question) -> Advice:
    """What to do where levels are computed: no line alone has all of them."""
    name = asked.spot.entry.key.text
    return Advice(
        f"a level is a value, and `derived:` computes `{name}` by one formula in all runs: keep "
        "one of the levels and move it there, or write out the values, together with what they "
        "are computed from, as the levels of an arm",
        covers=asked.value.span,
    )


def of_choice(asked: Question, path: Path, scene: Scene) -> Advice | None:
    """The values that a key takes, the base's own first, where none of them is alike."""
    type_, own = scene.takes(path), lookup(scene.tree.base, path)[1]
    item = asked.spot.item
    if type_ is None or own not in type_.choices or not isinstance(item, ScalarNode):
        return None
    choices = [str(own), *(str(each) for each in type_.choices if each != own)]
    if nearest(item.text, choices):
        return None
    return Advice(f"the base has {choices[0]}; it takes {', '.join(choices)}")
