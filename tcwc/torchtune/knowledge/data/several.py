"""Several files of one data set: `datasets` reads all of them with the columns of the first."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.model.ir import Path, Value
from tcwc.model.rules import DATA_REFUSED
from tcwc.model.words import listed
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.data import tables
from tcwc.torchtune.knowledge.data.counted import samples_of
from tcwc.torchtune.knowledge.data.records import (
    builder_by_ending,
    columns,
    loads,
    path_of,
    records,
)
from tcwc.torchtune.knowledge.data.told import Told

Section = dict[str, Value]

_TOLD = ("features", "field", "names", "column_names", "header", "usecols", "encoding")
"""Arguments by which the columns are others than what the files show."""


def other_columns(reader: CaseReader, where: Path, section: Section, name: str) -> Iterator[Told]:
    """A file with a column more than the first (datasets/table.py, cast_table_to_schema); one that
    it lacks is filled with nulls."""
    source, text_of = reader.known((*where, "source")), reader.context.text_of
    files = _files(reader, where)
    if source not in ("json", "csv") or text_of is None or not loads(reader, name):
        return
    if any(section.get(key) is not None for key in _TOLD) or len(files) < 2:
        return
    known = {key: reader.known((*where, key)) for key in section}
    seen = {file: _columns(text_of(file), known) for file in files}
    first = seen[files[0]]
    if not first or any(builder_by_ending(reader, each) not in ("", source) for each in files):
        return
    for file in files[1:]:
        more = [each for each in seen[file] if each not in first]
        if more:
            yield Told(
                DATA_REFUSED,
                (*where, "data_files"),
                f"`{file}` has {listed(more)}, which `{files[0]}` has not: `datasets` reads all of "
                "them with the columns of the first, and stops here",
                "give all files the same columns, or make each a data set of its own in a list, "
                f"`={where[0]}: [{{...}}, {{...}}]`",
                ((*where, "source"),),
            )
            return


def _files(reader: CaseReader, where: Path) -> list[str]:
    """All files, in the order in which they are read; none where that is not known."""
    files = reader.known((*where, "data_files"))
    if isinstance(files, dict):
        if next(iter(files), "") != "train":
            return []  # which split comes first is not ours to say
        lists = (each if isinstance(each, list) else [each] for each in files.values())
        files = [file for each in lists for file in each]
    named = files if isinstance(files, list) else [files]
    found = [_matching(reader, where, each) for each in named]
    return [file for each in found for file in each] if all(found) else []


def _matching(reader: CaseReader, where: Path, name: Value) -> list[str]:
    """The files that a name or a pattern stands for; none where that is not known."""
    if not isinstance(name, str):
        return []
    file, matching = path_of(reader, where, name), reader.context.matching
    if not set(file) & set("*?["):
        return [file]
    return matching(file) if matching is not None else []


def _columns(text: str | None, section: Section) -> list[str]:
    """The columns of a whole file; none where not all of it was understood."""
    if text is None:
        return []
    if section.get("source") == "csv":
        return tables.columns(text, section)
    found = list(records(text))
    return columns(found) if samples_of(text, section) == len(found) else []
