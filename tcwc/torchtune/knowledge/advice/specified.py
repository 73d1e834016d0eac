"""Levels that are specified (`{values: [a, b]}`, `{uniform: [a, b]}`), answered as the list that
they are."""

from __future__ import annotations

import re

from tcwc.model.frozen import replace
from tcwc.numerals.generators import NoLevels, generate
from tcwc.torchtune.knowledge.advice.advice import VARIABLES, Advice, Line
from tcwc.torchtune.knowledge.advice.spot import Spot
from tcwc.yaml.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode

_GENERATED = ("range", "linspace", "logspace")
_DRAWN = ("choice", "uniform", "loguniform")
_MOST = 20
"""Levels of a generator that are written out."""
_LIST = re.compile(r"(?P<key>[^:]+): (?P<items>\[.*\])")
_ENDS = re.compile(r"\[[-+.\de]+, [-+.\de]+\]")


def as_list(spot: Spot) -> tuple[Spot, str]:
    """The spot with the list in place of what specifies it, and the word that draws its levels;
    the spot as it is and "" where nothing does."""
    for at, entry in enumerate(spot.entries[1:], 1):
        below = entry.value.entries if isinstance(entry.value, MappingNode) else ()
        items = _items(below[0]) if len(below) == 1 and spot.home == VARIABLES else None
        # What is said of what a generator makes stands at its arguments, which are no levels.
        if items is None or (spot.item is not None and below[0].key.text in _GENERATED):
            continue
        around = spot.entries[at - 1].value
        assert isinstance(around, MappingNode)
        inner = spot.entries[at + 2 :]
        made = replace(entry, value=items)
        entries = (*spot.entries[:at], made, *inner)
        word = below[0].key.text
        here = replace(spot, entries=entries, beside=spot.beside if inner else around)
        return here, word if word != "values" else ""
    return spot, ""


def _items(entry: Entry) -> SequenceNode | None:
    word, node = entry.key.text, entry.value
    if not isinstance(node, SequenceNode):
        return None
    if word == "values" or word in _DRAWN:
        return node
    texts = [each.text for each in node.items if isinstance(each, ScalarNode)]
    if word not in _GENERATED or len(texts) != 3 != len(node.items):
        return None
    made = generate(word, texts, _MOST)
    if isinstance(made, NoLevels):
        return None
    levels: tuple[Node, ...] = tuple(ScalarNode(each, False, node.span) for each in made)
    return replace(node, items=levels)


def respecified(advice: Advice, word: str) -> Advice:
    """An answer about a list with the word that draws its levels again."""
    if not word:
        return advice
    if word in _GENERATED:
        return replace(advice, fix=None)  # its levels are no places of the source
    lines = [_drawn(each, word) for each in advice.lines]
    if word != "choice" and advice.lines and None in lines:
        return Advice(f"{advice.say}; a range is none there: write its levels out as a list")
    return replace(advice, lines=tuple(filter(None, lines)), fix=None)


def _drawn(line: Line, word: str) -> Line | None:
    found = _LIST.fullmatch(line.text)
    if found is None:
        return line
    if word != "choice" and not _ENDS.fullmatch(found["items"]):
        return None
    return replace(line, text=f"{found['key']}: {{{word}: {found['items']}}}")
