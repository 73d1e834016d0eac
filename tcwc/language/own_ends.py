"""What stands below a word that makes levels, in another shape, as it is written here:
`{values: "1,2,3"}`, `{range: 3}`, `{linspace: {start: 0, stop: 0.1, num: 3}}`."""

from __future__ import annotations

import re

from tcwc.language.calls import powers_of_ten
from tcwc.numerals.texts import parse_number, parse_whole
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode, in_flow

_ENDS = (
    ("start", "low", "min", "from", "lower", "begin", "a"),
    ("stop", "end", "high", "max", "to", "upper", "b"),
    ("step", "num", "steps", "n", "count", "by", "size", "q"),
)


def listed(node: Node) -> str:
    """The levels of a list that is written as a text or by names; "" for less than two."""
    if isinstance(node, MappingNode):
        items = [in_flow(entry.value) for entry in node.entries]
        scalars = all(isinstance(entry.value, ScalarNode) for entry in node.entries)
        return f"[{', '.join(items)}]" if scalars and len(items) > 1 else ""
    text = node.text if isinstance(node, ScalarNode) else ""
    parts = [each for each in re.split(r"[\s,;|()\[\]]+", text) if each]
    return f"[{', '.join(parts)}]" if len(parts) > 1 else ""


def ends(word: str, node: Node) -> str:
    """The numbers of a generator, or the ends of a distribution; "" where they are not told."""
    if isinstance(node, ScalarNode):
        return _counted(word, node.text)
    if isinstance(node, SequenceNode) or not isinstance(node, MappingNode):
        return ""
    given = {entry.key.text: entry.value for entry in node.entries}
    found = [next((given[w] for w in words if w in given), None) for words in _ENDS]
    texts = [each.text for each in found if isinstance(each, ScalarNode)]
    wanted = 2 if word.endswith("uniform") else 3
    if len(texts) != len(given) or len(texts) != wanted:
        return ""
    if any(parse_number(each) is None for each in texts):
        return ""
    if word == "logspace" and (meant := powers_of_ten(texts)) and float(texts[0]) < 0:
        return meant.removeprefix("{logspace: ").removesuffix("}")
    return f"[{', '.join(texts)}]"


def _counted(word: str, text: str) -> str:
    """`range: 3` is as many numbers as in Python; `range: 8-64` its ends."""
    count = parse_whole(text)
    if word == "range" and count is not None and 1 < count < 1000:
        return f"[0, {count - 1}, 1]"
    parts = [each for each in re.split(r"[\s,;:()\[\]]+", text) if each]
    wanted = 2 if word.endswith("uniform") else 3
    whole = len(parts) == wanted and all(parse_number(each) is not None for each in parts)
    return f"[{', '.join(parts)}]" if whole else ""
