"""Columns that a file in sight does not have.

Only the beginning of a file is read, and only where the author's own file is named, read as it is
and as a whole: a slice of a split or a filter may leave out what its beginning shows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from tcwc.model.ir import Path, Value, format_path
from tcwc.model.rules import DATA_REFUSED
from tcwc.model.words import either, listed, nearest
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.data.told import Told
from tcwc.torchtune.knowledge.known import catalogue

_OTHERWISE = ("field", "column_names", "names", "header", "filter_fn", "skiprows", "on_bad_lines")
"""Arguments that make other columns, or fewer samples, of a file."""

_WHOLE = "train"
"""The split that files are without names of splits, and the default of these data sets."""

_DECODER = json.JSONDecoder()
_MOST = 1_000


def absent(reader: CaseReader, where: Path, section: dict[str, Value], name: str) -> Iterator[Told]:
    """Columns that a data set asks for, and that its file has not."""
    asked = catalogue(reader.context).data("columns").get(name)
    if asked is None or any(key in section for key in _OTHERWISE):
        return
    if section.get("split", _WHOLE) != _WHOLE:
        return
    file, builder = reader.known((*where, "data_files")), reader.known((*where, "source"))
    head = reader.context.head
    if not isinstance(file, str) or head is None or builder not in ("json", "csv"):
        return
    text = head(file)
    there = None if text is None else _columns(text, str(builder), section)
    if not there:
        return
    for path, column in _asked(reader, where, asked):
        if column not in there:
            near = nearest(column, there)
            help = f"write `{format_path(path)}: {near[0]}`" if near else ""
            yield Told(
                DATA_REFUSED,
                path,
                f"`{file}` has no column `{column}`: it has {listed(there)}",
                help or f"write `{format_path(path)}: ` with {either(there[:8])}",
                ((*where, "data_files"),),
            )


def _asked(
    reader: CaseReader, where: Path, asked: dict[str, str | dict[str, str]]
) -> Iterator[tuple[Path, str]]:
    """The columns that a data set looks for, with where they are named."""
    key = str(asked["key"])
    named = reader.known((*where, key))
    default = asked["default"]
    if isinstance(default, dict):
        columns = named if isinstance(named, dict) else default
        # Other roles are not read, or only where their column is there (`image`).
        wanted = [((*where, key, role), columns.get(role)) for role in default]
    else:
        wanted = [((*where, key), named if named is not None else default)]
    yield from ((path, column) for path, column in wanted if isinstance(column, str) and column)


def _columns(text: str, builder: str, section: dict[str, Value]) -> list[str]:
    """The columns of a file by its beginning; none where that cannot be told."""
    if builder == "csv":
        separator = section.get("sep", section.get("delimiter", ","))
        first = text.partition("\n")[0].rstrip("\r")
        plain = isinstance(separator, str) and len(separator) == 1 and '"' not in first
        return first.split(separator) if plain and isinstance(separator, str) and first else []
    found: dict[str, None] = {}
    for record in _records(text.lstrip()):
        found.update(dict.fromkeys(record))
    return list(found)


def _records(text: str) -> Iterator[dict[str, object]]:
    """The first records of a list of mappings, or of lines that are each one."""
    in_list = text.startswith("[")
    at = 1 if in_list else 0
    for _ in range(_MOST):
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        if at == len(text) or text[at] != "{":
            return
        try:
            record, end = _DECODER.raw_decode(text, at)
        except ValueError:
            return  # what is cut off
        # One mapping over many lines may be a table by columns, or hold the records.
        if not in_list and "\n" in text[at:end]:
            return
        yield record
        at = end
