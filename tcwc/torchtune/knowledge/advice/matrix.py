"""The rows that a matrix of GitHub's leaves out, or has beside its own."""

from __future__ import annotations

from collections.abc import Callable

from tcwc.language.rows import quoted
from tcwc.model.ir import Path, format_path
from tcwc.torchtune.knowledge.advice.advice import TOP, Line
from tcwc.torchtune.knowledge.advice.spot import shown
from tcwc.yaml.nodes import Entry, MappingNode, ScalarNode, SequenceNode

EXCLUDE, INCLUDE = "exclude", "include"
PathOf = Callable[[Entry], "Path | None"]


def rows_of(entry: Entry, around: MappingNode, path_of: PathOf) -> Line | None:
    """The line of the experiment that says what such rows say; None where none does. `path_of` is
    what a key of a row sets."""
    rows = _rows(entry, path_of)
    if not rows:
        return None
    if entry.key.text == EXCLUDE:
        texts = (" and ".join(f"{key} == {value}" for key, value in row.items()) for row in rows)
        conditions = ", ".join(quoted(each) for each in texts)
        return Line(f"{EXCLUDE}: [{conditions}]", TOP)
    varied = [each for each in around.entries if each.key.text not in (EXCLUDE, INCLUDE)]
    keys = {format_path(path) for each in varied if (path := path_of(each))}
    if any(row.keys() != keys for row in rows):
        return None  # one that only adds to rows of the grid is no row
    texts = (", ".join(f"{key}: {value}" for key, value in row.items()) for row in rows)
    return Line(f"{INCLUDE}: [{', '.join(f'{{{each}}}' for each in texts)}]", TOP)


def _rows(entry: Entry, path_of: PathOf) -> list[dict[str, str]]:
    """The rows, by path; none where some key or value is none that a row has."""
    items = entry.value.items if isinstance(entry.value, SequenceNode) else (entry.value,)
    rows = []
    for item in items:
        below = item.entries if isinstance(item, MappingNode) else ()
        paths = [path_of(each) for each in below]
        if not below or None in paths or not all(isinstance(e.value, ScalarNode) for e in below):
            return []
        keys = [format_path(path) for path in paths if path]
        rows.append({key: shown(each.value) for key, each in zip(keys, below, strict=True)})
    return rows
