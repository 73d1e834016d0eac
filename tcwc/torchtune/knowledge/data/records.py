"""What the beginning of a file of data shows: its records, and their columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tcwc.model.arguments import arguments
from tcwc.model.ir import Path, Value
from tcwc.torchtune.keys import LOADS
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.known import catalogue

Record = dict[str, Any]

_DECODER = json.JSONDecoder()
_MOST = 1_000


def loads(reader: CaseReader, name: str) -> bool:
    """Whether a component hands on to `load_dataset` what it does not know."""
    taken = arguments(reader.context.catalogue, name)
    return taken is not None and taken.last is not None and taken.last.name == LOADS


def beginning(reader: CaseReader, where: Path) -> str | None:
    """The beginning of the one file of a data set; None where it cannot be seen."""
    file, head = reader.known((*where, "data_files")), reader.context.head
    return head(file) if isinstance(file, str) and head is not None else None


def refuses(builder: str, text: str) -> bool:
    """Whether a builder surely finds no samples in a file that begins so."""
    text = text.lstrip("\ufeff \t\r\n")
    as_json = text.startswith(("{", "["))
    marks = {"parquet": "PAR1", "arrow": "ARROW1"}
    if builder in marks:
        return bool(text) and not text.startswith(marks[builder])
    # As lines of CSV its first one would be the names of the columns.
    return bool(text) and builder in ("json", "csv") and as_json is (builder == "csv")


def builder_by_ending(reader: CaseReader, file: Value) -> str:
    """The builder that reads files of such a name; "" where none is known."""
    endings: dict[str, str] = catalogue(reader.context).data("extensions")["builders"]
    return endings.get(file.rpartition(".")[2].lower(), "") if isinstance(file, str) else ""


def header(text: str, section: dict[str, Value]) -> list[str]:
    """The columns of a CSV file by its first line; none where that cannot be told."""
    separator = section.get("sep", section.get("delimiter", ","))
    first = text.partition("\n")[0].rstrip("\r")
    plain = isinstance(separator, str) and len(separator) == 1 and '"' not in first
    return first.split(separator) if plain and isinstance(separator, str) and first else []


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
        except ValueError:
            return  # what is cut off
        # One mapping over many lines may be a table by columns, or hold the records.
        if not in_list and "\n" in text[at:end]:
            return
        yield record
        at = end


def columns(found: list[Record]) -> list[str]:
    """The columns of some records: what one lacks is null there."""
    return list(dict.fromkeys(key for record in found for key in record))
