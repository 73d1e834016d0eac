"""Columns that the data do not have, and columns of another form than a data set reads.

Some builders say themselves which columns there are. Of a file only the beginning is read, and
only where the author's own file is named, read as it is and as a whole: a slice of a split or a
filter may leave out what its beginning shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tcwc.model.ir import Path, Value, format_path
from tcwc.model.rules import DATA_REFUSED
from tcwc.model.words import either, listed, nearest
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.data import contents, fit, tables
from tcwc.torchtune.knowledge.data.records import (
    Record,
    beginning,
    builder_by_ending,
    columns,
    file_of,
    records,
)
from tcwc.torchtune.knowledge.data.told import Told, flow, whole, written
from tcwc.torchtune.knowledge.known import catalogue

Section = dict[str, Value]

_FEWER = ("filter_fn", "on_bad_lines", "nrows", "skipfooter")
"""Arguments by which samples may be left out."""

_WHOLE = "train"
"""The split that files are without names of splits, and the default of these data sets."""


def absent(reader: CaseReader, where: Path, section: Section, name: str) -> Iterator[Told]:
    """Columns that a data set asks for, and that its data have not."""
    asked = catalogue(reader.context).data("columns").get(name)
    if asked is None:
        return
    section = {key: reader.known((*where, key)) for key in section}
    builder = section.get("source")
    if builder == "text":
        yield from _lines(reader, where, section, asked)
        return
    text, found, there = seen(reader, where, section)
    if builder == "csv":
        yield from _left_out(where, section, text)
    if not there:
        return
    whose, about = _whose(reader, where, section)
    for path, column in _asked(reader, where, asked):
        if column.isdigit() and not text:
            continue  # how many columns there are is not seen
        if column not in there:
            near = nearest(column, there)
            help = f"write `{format_path(path)}: {flow(near[0])}`" if near else ""
            yield Told(
                DATA_REFUSED,
                path,
                f"{whose} no column `{column}`: it has {listed(there)}",
                help or _choice(where, path, section, found, there),
                (about,),
            )
        elif _is_whole(section):
            values = [each.get(column) for each in found]
            values = values if found else tables.cells(text, section, column)
            yield from contents.of_column(reader, where, path, column, asked, values)
    yield from fit.unasked(reader, where, section, asked, there)


def seen(reader: CaseReader, where: Path, section: Section) -> tuple[str, list[Record], list[str]]:
    """The beginning of a data set's file, its records (of JSON), and its columns; nothing of what
    cannot be seen."""
    text, builder = _text(reader, where, section), section.get("source")
    found = list(records(text)) if builder == "json" else []
    return text, found, tables.columns(text, section) if builder == "csv" else columns(found)


def _choice(
    where: Path, path: Path, section: Section, found: list[Record], there: list[str]
) -> str:
    """What one writes where no column is named likewise."""
    first = found[0].get(there[0]) if found else None
    if len(there) == 1 and len(found) == 1 and isinstance(first, list) and "field" not in section:
        return f"take the samples out of it: {written(where, 'field', there[0])}"
    if found and all(isinstance(each, dict) for each in found[0].values()):
        return "write the samples without the mapping around their columns"
    return f"set `{format_path(path)}` to {either([f'`{flow(each)}`' for each in there[:8]])}"


def _whose(reader: CaseReader, where: Path, section: Section) -> tuple[str, Path]:
    """What says which columns there are, and where that stands."""
    if section.get("source") == "csv":
        for key in ("column_names", "names"):
            if section.get(key) is not None:
                return f"`{key}` gives", (*where, key)
        if section.get("usecols"):
            return "`usecols` leaves", (*where, "usecols")
        if "header" in section and section["header"] is None:
            return "`header: null` numbers the columns, and gives", (*where, "header")
    return f"`{file_of(reader, where)}` has", (*where, "data_files")


def _left_out(where: Path, section: Section, text: str) -> Iterator[Told]:
    """Columns that are to be read of a table which has none of these names."""
    some = section.get("usecols")
    there = tables.columns(text, {key: section[key] for key in section if key != "usecols"})
    wanted = some if isinstance(some, list) else []
    if there and (
        strange := [each for each in wanted if isinstance(each, str) and each not in there]
    ):
        yield Told(
            DATA_REFUSED,
            (*where, "usecols"),
            f"`usecols` names {listed(strange)}, and there are the columns {listed(there)}",
            "name columns of these",
            ((*where, "data_files"),),
        )


def _text(reader: CaseReader, where: Path, section: Section) -> str:
    """The beginning of the file, if it is read by the builder of its ending; else ""."""
    other = builder_by_ending(reader, section.get("data_files"))
    fits = other in ("", section.get("source"), _PLAIN) and section.get("field") is None
    return (beginning(reader, where) or "") if fits else ""


def _is_whole(section: Section) -> bool:
    """Whether all samples of a file are read."""
    split = str(section.get("split", _WHOLE))
    return not set(split) & set("[+$") and not any(section.get(key) for key in _FEWER)


def _asked(reader: CaseReader, where: Path, asked: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """The columns that a data set looks for, with where they are named."""
    key, default = str(asked["key"]), asked["default"]
    named = reader.known((*where, key))
    if isinstance(default, dict):
        mapping = named if isinstance(named, dict) else default
        if asked.get("fills") or (asked.get("unnamed") and named):
            mapping = asked.get("unnamed", default) | mapping
        # Other roles are not read, or only where their column is there (`image`).
        needed = [role for role in default if role not in asked.get("optional", ())]
        paths = {role: (*where, key, role) for role in needed}
        own = named if isinstance(named, dict) else {}
        wanted = [
            (at, reader.known(at) if role in own else mapping.get(role))
            for role, at in paths.items()
        ]
    elif named is None and reader.case.value((*where, key)) is not None:
        return  # what is written there is not known before the run
    else:
        wanted = [((*where, key), named if named is not None else default)]
    yield from ((path, column) for path, column in wanted if isinstance(column, str) and column)


# --- lines of text --------------------------------------------------------------------------

_PLAIN = _LINE = "text"
"""The one column that the builder `text` makes (datasets/packaged_modules/text/text.py)."""


def _lines(
    reader: CaseReader, where: Path, section: Section, asked: dict[str, Any]
) -> Iterator[Told]:
    """A data set that needs more than lines, or looks for them in another column."""
    if section.get("features") is not None:
        return
    files = section.get("data_files", "lines.txt")
    for path, column in _asked(reader, where, asked):
        if column == _LINE and not asked.get("messages"):
            continue
        plain = not isinstance(asked["default"], dict) and not asked.get("messages")
        if plain:
            help = f"write {written(where, str(asked['key']), _LINE)}"
        else:
            lines: Section = {
                "_component_": "torchtune.datasets.text_completion_dataset",
                "source": "text",
                "data_files": files,
                "split": "train",
            }
            help = (
                "write the samples as lines of JSON that have these columns, with "
                f"{written(where, 'source', 'json')}; to train on the lines as plain texts, "
                f"write {whole(where, lines)}"
            )
        what = (
            f"the builder `text` makes one column `{_LINE}` of a file's lines, and there is no "
            f"column `{column}`"
            if column != _LINE
            else "the builder `text` makes a string of each line, and messages are needed"
        )
        yield Told(DATA_REFUSED, path, what, help, ((*where, "source"),))
        return
