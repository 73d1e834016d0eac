"""What the beginning of a file of data shows: its records, and their columns."""

from __future__ import annotations

import json
import os.path
from collections.abc import Iterator
from typing import Any

from tcwc.model.arguments import arguments
from tcwc.model.ir import Path, Value
from tcwc.torchtune.keys import COMPONENT, LOADS
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.known import catalogue

Record = dict[str, Any]

_DECODER = json.JSONDecoder()
_MOST = 1_000


def loads(reader: CaseReader, name: str) -> bool:
    """Whether a component hands on to `load_dataset` what it does not know."""
    taken = arguments(reader.context.catalogue, name)
    return taken is not None and taken.last is not None and taken.last.name == LOADS


def files_of(reader: CaseReader, where: Path) -> list[str]:
    """The files that the samples of a data set are read from, from the run's folder; none where
    that is not one split, or nobody can tell."""
    files = reader.known((*where, "data_files"))
    if isinstance(files, dict):
        split = reader.known((*where, "split"))
        files = files.get(split.partition("[")[0] if isinstance(split, str) else "train")
    named = files if isinstance(files, list) else [files]
    return [path_of(reader, where, each) for each in named if isinstance(each, str)]


def path_of(reader: CaseReader, where: Path, file: str) -> str:
    """A file of a data set from the run's folder: it may be named from one of the data set's."""
    folder = reader.known((*where, "data_dir"))
    name = reader.known((*where, COMPONENT))
    own = catalogue(reader.context).data("folders").get(str(name))
    folder = own if own is not None and folder is None else folder
    return os.path.join(folder if isinstance(folder, str) else "", file)


def file_of(reader: CaseReader, where: Path) -> str | None:
    """The one file of a data set; None where there is another number of them."""
    files = files_of(reader, where)
    return files[0] if len(files) == 1 else None


def beginning(reader: CaseReader, where: Path, file: str | None = None) -> str | None:
    """The beginning of a file of a data set, of its only one if none is named; None where it cannot
    be seen."""
    head = reader.context.head
    file = file_of(reader, where) if file is None else path_of(reader, where, file)
    return head(file) if file is not None and head is not None else None


def refuses(builder: str, text: str, marks: dict[str, str]) -> bool:
    """Whether a builder surely finds no samples in a file that begins so; `marks` are how the files
    of some builders begin."""
    text = text.lstrip("\ufeff \t\r\n")
    as_json = text.startswith(("{", "["))
    if builder in marks:
        return bool(text) and not text.startswith(marks[builder])
    # As lines of CSV its first one would be the names of the columns; an archive begins otherwise.
    return bool(text) and as_json is (builder != "json")


def builder_by_ending(reader: CaseReader, file: Value) -> str:
    """The builder that reads files of such a name; "" where none is known."""
    endings: dict[str, str] = catalogue(reader.context).data("extensions")["builders"]
    return endings.get(file.rpartition(".")[2].lower(), "") if isinstance(file, str) else ""


def records(text: str) -> Iterator[Record]:
    """The first records of a list of mappings, or of lines that are each one."""
    text = text.lstrip()
    in_list = text.startswith("[")
    at = 1 if in_list else 0
    for _ in range(_MOST):
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        if at == len(text) or text[at] != "{":
            return
        try:
            record, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return  # what is cut off
        # One mapping over many lines may be a table by columns, or hold the records.
        if not in_list and "\n" in text[at:end]:
            return
        yield record
        at = end


def columns(found: list[Record]) -> list[str]:
    """The columns of some records: what one lacks is null there."""
    return list(dict.fromkeys(key for record in found for key in record))
