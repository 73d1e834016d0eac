"""Keys that are no paths, by what they were meant as: `Learning Rate`, `if lora_rank == 16`,
`(lora_rank, lora_alpha)`."""

from __future__ import annotations

import re
from collections.abc import Callable

from tcwc.language.choices import as_test, condition
from tcwc.model.ir import Path, format_path
from tcwc.model.paths import BadKey, parse_key
from tcwc.yaml.nodes import Entry, MappingNode, SequenceNode, in_flow

_SEPARATORS = re.compile(r"\s*(?:/|->|::|__|>|\\|:)\s*")
_GROUP = re.compile(r"\(?\s*([\w.]+(?:\s*[,;+&]\s*[\w.]+)+)\s*\)?")


def meant_by(entry: Entry, means: Callable[[Path], bool]) -> str:
    """What to write for a key that is no path; "" where it is not known.

    `means` says of a path whether it stands for something.
    """
    word, value = entry.key.text, entry.value
    if name := spelled(word, means):
        return f"write `{name}: {in_flow(value)}`"
    if (test := as_test(word)) and isinstance(value, MappingNode):
        line = condition(test, in_flow(value))
        return f"conditions stand in a `when`: write `{line}` under `controls:`, not here"
    if (group := _GROUP.fullmatch(word)) is not None and isinstance(value, SequenceNode):
        return _zipped(re.split(r"\s*[,;+&]\s*", group[1]), value)
    return ""


def spelled(word: str, means: Callable[[Path], bool]) -> str:
    """The path that a word is in another spelling: `optimizer/lr`, `Learning Rate`; "" for none."""
    dotted = _SEPARATORS.sub(".", word.strip())
    for each in (dotted, re.sub(r"[\s-]+", "_", dotted), re.sub(r"\s+", "", dotted)):
        for name in dict.fromkeys((each, each.lower())):
            key = parse_key(name) if name != word else BadKey("", "", 0)
            if not isinstance(key, BadKey) and means(key.path):
                return format_path(key.path)
    return ""


def _zipped(names: list[str], rows: SequenceNode) -> str:
    """Variables for a list of rows, each with a level of every name, and their `zip`."""
    items = [row.items if isinstance(row, SequenceNode) else () for row in rows.items]
    if any(len(row) != len(names) for row in items):
        return ""
    columns = zip(names, zip(*items, strict=True), strict=True)
    levels = [f"`{name}: [{', '.join(map(in_flow, each))}]`" for name, each in columns]
    lines = " and ".join(levels)
    group = f"zip: [[{', '.join(names)}]]"
    return (
        "each variable has a line of its own, and `zip` lets them advance together: "
        f"write {lines}, and `{group}` at the top level"
    )
