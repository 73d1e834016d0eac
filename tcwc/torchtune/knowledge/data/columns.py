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
from tcwc.torchtune.knowledge.data.records import (
    Record,
    beginning,
    builder_by_ending,
    columns,
    header,
    records,
)
from tcwc.torchtune.knowledge.data.told import Told, whole, written
from tcwc.torchtune.knowledge.known import catalogue

Section = dict[str, Value]

_OTHERWISE = ("field", "names", "header", "filter_fn", "skiprows", "on_bad_lines", "usecols")
"""Arguments that make other columns, or fewer samples, of a file."""

_WHOLE = "train"
"""The split that files are without names of splits, and the default of these data sets."""


def absent(reader: CaseReader, where: Path, section: Section, name: str) -> Iterator[Told]:
    """Columns that a data set asks for, and that its data have not."""
    asked = catalogue(reader.context).data("columns").get(name)
    if asked is None:
        return
    builder = reader.known((*where, "source"))
    if builder == "text":
        yield from _lines(reader, where, section, asked)
        return
    named = _named(builder, section)
    found = [] if named else _seen(reader, where, section)
    there = named or (_of_csv(reader, where, section) if builder == "csv" else columns(found))
    if not there:
        return
    whose = "`column_names` gives" if named else f"`{reader.known((*where, 'data_files'))}` has"
    about = ((*where, "column_names" if named else "data_files"),)
    for path, column in _asked(reader, where, asked):
        if column not in there:
            near = nearest(column, there)
            help = f"write `{format_path(path)}: {near[0]}`" if near else ""
            yield Told(
                DATA_REFUSED,
                path,
                f"{whose} no column `{column}`: it has {listed(there)}",
                help
                or f"set `{format_path(path)}` to {either([f'`{each}`' for each in there[:8]])}",
                about,
            )
        elif found:
            yield from _form(reader, where, path, asked, [each.get(column) for each in found])


def _named(builder: Value, section: Section) -> list[str]:
    """The columns that a section itself gives to a CSV file, whatever its first line says."""
    names = section.get("column_names")
    if builder != "csv" or not isinstance(names, list) or any(key in section for key in _OTHERWISE):
        return []
    return [each for each in names if isinstance(each, str)]


def _is_plain(reader: CaseReader, where: Path, section: Section) -> bool:
    """Whether a file is read as it is, and as a whole, by the builder of its ending."""
    if any(key in section for key in (*_OTHERWISE, "column_names")):
        return False
    other = builder_by_ending(reader, reader.known((*where, "data_files")))
    return section.get("split", _WHOLE) == _WHOLE and other in (
        "",
        reader.known((*where, "source")),
    )


def _seen(reader: CaseReader, where: Path, section: Section) -> list[Record]:
    """The first records of a file of JSON; none where they cannot be told."""
    if reader.known((*where, "source")) != "json" or not _is_plain(reader, where, section):
        return []
    return list(records(beginning(reader, where) or ""))


def _of_csv(reader: CaseReader, where: Path, section: Section) -> list[str]:
    plain = _is_plain(reader, where, section)
    return header(beginning(reader, where) or "", section) if plain else []


def _asked(reader: CaseReader, where: Path, asked: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """The columns that a data set looks for, with where they are named."""
    key, default = str(asked["key"]), asked["default"]
    named = reader.known((*where, key))
    if isinstance(default, dict):
        mapping = named if isinstance(named, dict) else default
        if asked.get("fills"):
            mapping = default | mapping
        # Other roles are not read, or only where their column is there (`image`).
        needed = [role for role in default if role not in asked.get("optional", ())]
        wanted = [((*where, key, role), mapping.get(role)) for role in needed]
    else:
        wanted = [((*where, key), named if named is not None else default)]
    yield from ((path, column) for path, column in wanted if isinstance(column, str) and column)


# --- lines of text --------------------------------------------------------------------------

_LINE = "text"
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


# --- the form of what stands in a column ----------------------------------------------------


def _form(
    reader: CaseReader, where: Path, path: Path, asked: dict[str, Any], values: list[Any]
) -> Iterator[Told]:
    """A column whose values are no texts, or no messages, where a data set reads these."""
    values = [each for each in values if each is not None]
    style = reader.known((*where, "conversation_style"))
    keys = asked.get("messages", {}).get(style if isinstance(style, str) else "", ())
    file, column = reader.known((*where, "data_files")), reader.known(path) or path[-1]
    about = ((*where, "data_files"),)
    if asked.get("texts") and values and all(isinstance(each, (list, dict)) for each in values):
        kind = "lists" if isinstance(values[0], list) else "mappings"
        yield Told(
            DATA_REFUSED,
            path,
            f"the column `{column}` of `{file}` has {kind}, and a string is needed",
            "name a column of strings, or choose torchtune.datasets.chat_dataset for messages",
            about,
        )
        return
    if not keys or not values:
        return
    messages = [each for value in values if isinstance(value, list) for each in value]
    there = columns([each for each in messages if isinstance(each, dict)])
    if all(isinstance(value, str) for value in values):
        what, help = "has strings", "name the column of conversations, each a list of messages"
    elif there and (lacking := [each for each in keys if each not in there]):
        what = f"has messages with {listed(there)}, and without {listed(lacking)}"
        help = _other_style(where, asked, there)
    else:
        return
    yield Told(
        DATA_REFUSED,
        path,
        f"the column `{column}` of `{file}` {what}: messages with {listed(list(keys))} are needed",
        help,
        about,
    )


def _other_style(where: Path, asked: dict[str, Any], there: list[str]) -> str:
    """The style that some messages are in, or how to write them."""
    styles = asked["messages"].items()
    fits = [style for style, keys in styles if style and set(keys) <= set(there)]
    if fits:
        return f"write {written(where, 'conversation_style', fits[0])}"
    keys = next(iter(asked["messages"].values()))
    return f"write each message with {listed(list(keys))}"
