"""The builders that `datasets` packs: the files that each reads, and the values that it refuses."""

from __future__ import annotations

import codecs
import os.path
from collections.abc import Iterator
from typing import Any

from tcwc.config.walk import is_number
from tcwc.model.ir import Path, Value, format_path
from tcwc.model.rules import ARGUMENT_REFUSED, DATA_REFUSED, ODD_SOURCE
from tcwc.model.words import either
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.data.records import (
    beginning,
    builder_by_ending,
    loads,
    refuses,
)
from tcwc.torchtune.knowledge.data.source import source_of
from tcwc.torchtune.knowledge.data.told import Told, flow, written
from tcwc.torchtune.knowledge.known import catalogue

Section = dict[str, Value]


def odd_files(reader: CaseReader, where: Path, _: Section, name: str) -> Iterator[Told]:
    """Files whose ending is that of another format than their builder reads, or none at all."""
    source, files = source_of(reader, where), reader.known((*where, "data_files"))
    known = catalogue(reader.context)
    if source not in known.builders() or not loads(reader, name):
        return
    # Not `known`: what is filled in later names some too.
    if all(reader.case.value((*where, key)) is None for key in ("data_files", "data_dir")):
        yield _no_files(where, source)
    every = list(files.values()) if isinstance(files, dict) else files
    exists = reader.context.exists
    for each in every if isinstance(every, list) else [every]:
        if isinstance(each, str) and exists is not None and exists(os.path.join(each, ".")):
            yield _a_folder(where, each)
            return
        other = builder_by_ending(reader, each) or source
        # Any file has lines, and what has lines may be of either format.
        either_way = source == "text" or other == "text"
        if other != source and not either_way:
            begins = beginning(reader, where, str(each)) or ""
            certain = refuses(source, begins, known.data("marks")["begin"])
            certain = certain or source in known.data("marks")["by_name"]
            yield Told(
                DATA_REFUSED if certain else ODD_SOURCE,
                (*where, "source"),
                f"the builder `{source}` "
                + (f"cannot read `{each}`, a file" if certain else f"is to read `{each}`, one")
                + f" of `{other}`",
                _one_format(where, every, other),
                ((*where, "data_files"),),
            )
            return


def _one_format(where: Path, files: Value, other: str) -> str:
    """What one writes where a file is of another format than the builder reads."""
    if isinstance(files, list) and len(files) > 1:
        return (
            "a builder reads files of one format: leave this one out, or make it a data set of its "
            f"own in a list, `={where[0]}: [{{...}}, {{...}}]`"
        )
    return f"write {written(where, 'source', other)}"


def moved_files(reader: CaseReader, where: Path, _: Section, name: str) -> Iterator[Told]:
    """Files that a data set looks for in a folder of its own, and that lie elsewhere."""
    folder = catalogue(reader.context).data("folders").get(name)
    files, exists = reader.known((*where, "data_files")), reader.context.exists
    named = files if isinstance(files, list) else [files]
    if folder is None or exists is None:
        return
    for each in named:
        if isinstance(each, str) and exists(each) and not exists(os.path.join(folder, each)):
            yield Told(
                DATA_REFUSED,
                (*where, "data_files"),
                f"{name} looks for `{each}` in the folder {folder}, where it is not",
                f"move the file to `{folder}/{each}`, or write its whole path, from `/` on",
                ((*where, COMPONENT),),
            )


def _a_folder(where: Path, folder: str) -> Told:
    files = f"{folder.rstrip('/')}/*"
    return Told(
        DATA_REFUSED,
        (*where, "data_files"),
        f"`data_files` names the folder `{folder}`, and no file is found under that name",
        f"write {written(where, 'data_dir', folder)}, or its files: "
        f"{written(where, 'data_files', files)}",
        ((*where, "source"),),
    )


def _no_files(where: Path, source: str) -> Told:
    return Told(
        ODD_SOURCE,
        (*where, "source"),
        f"`{format_path(where)}` names no `data_files`: the builder `{source}` reads whatever "
        "data lie in the folder in which a run is started, and stops where there are none",
        f"write {written(where, 'data_files', f'data/train.{source}')} with your own file",
    )


def refused_values(reader: CaseReader, where: Path, section: Section, name: str) -> Iterator[Told]:
    """Values that a builder, or `load_dataset` itself, refuses when it reads the data."""
    source = source_of(reader, where)
    if not loads(reader, name):
        return
    table = catalogue(reader.context).data("builder_values")
    limits = table["*"] | (table.get(source, {}) if source else {})
    for key in section:
        limit = limits.get(key)
        value = reader.known((*where, key))
        if limit is None or not _is_refused(limit, value):
            continue
        who = "`load_dataset`" if key in table["*"] else f"the builder `{source}`"
        because = f": {limit['because']}" if "because" in limit else ""
        yield Told(
            ARGUMENT_REFUSED,
            (*where, key),
            f"{who} refuses `{key}: {flow(value)}`{because}",
            _instead(where, key, limit),
            ((*where, "source"),),
        )


def _is_refused(limit: dict[str, Any], value: Value) -> bool:
    """Whether a value is none of those that are taken; null, or what nobody knows, is no matter."""
    if value is None:
        return False
    if "among" in limit:
        return not any(value == each and type(value) is type(each) for each in limit["among"])
    if "least" in limit:
        return is_number(value) and value < limit["least"]
    if "length" in limit:
        return isinstance(value, str) and len(value) != limit["length"]
    return isinstance(value, str) and not _is_encoding(value)


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    return True


def _instead(where: Path, key: str, limit: dict[str, Any]) -> str:
    if "help" in limit:
        return str(limit["help"])
    if limit.get("among"):
        first, *others = limit["among"]
        more = f", or {either([f'`{flow(each)}`' for each in others])}" if others else ""
        return f"write {written(where, key, first)}{more}"
    if "least" in limit:
        return f"write {limit['least']} or more, or remove `{format_path((*where, key))}`"
    if "length" in limit:
        return "write one character"
    if "encoding" in limit:
        return f"write an encoding that Python knows, such as {written(where, key, 'utf-8')}"
    return f"remove `{format_path((*where, key))}`"
