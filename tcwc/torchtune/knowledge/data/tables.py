"""What a CSV file shows: its columns and rows, read as pandas reads them for `datasets`."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from itertools import islice

from tcwc.config.walk import is_number
from tcwc.model.ir import Value

Section = Mapping[str, Value]

_UNTOLD = ("dialect", "engine", "lineterminator", "escapechar", "index_col", "encoding")
"""Arguments under which a file may be read otherwise than here."""

_SOME = 1_000
_PAIR = 2
"""Columns, at least, of a table that is not in sight and is named by their numbers."""
_MISSING = (
    *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"),
    *("<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
)
"""What pandas takes for no value (pandas/_libs/parsers.pyx, STR_NA_VALUES)."""


def names(section: Section) -> list[str] | None:
    """The columns that a section gives a file itself, whatever its first line says."""
    given = section.get("column_names")
    given = section.get("names") if given is None else given
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        return None
    return [str(each) for each in given]


def columns(text: str, section: Section) -> list[str]:
    """The columns of a file; none where that cannot be told."""
    own = names(section)
    if own is None and "header" in section and section["header"] is None:
        own = [str(number) for number in range(len(next(_lines(text, section), [])) or _PAIR)]
    if own is None:
        own = next(islice(_lines(text, section), _first(section), None), [])
    return _used(own, section.get("usecols"))


def cells(text: str, section: Section, column: str) -> list[Value]:
    """What stands in a column in the first rows: None for no value, else a string, or the number
    or truth that pandas makes of the whole column where all of it is that."""
    own = names(section)
    whole = columns(text, {key: value for key, value in section.items() if key != "usecols"})
    if column not in whole:
        return []
    at = whole.index(column)
    begin = _first(section) + (own is None and section.get("header", "") is not None)
    rows = islice(_lines(text, section), begin, begin + _SOME)
    found = [_value(row[at], section) for row in rows if len(row) > at]
    typed = [None if each is None else _typed(each) for each in found]
    told = [each for each in typed if each is not None]
    same = bool(told) and all(not isinstance(each, str) for each in told)
    return typed if same else list(found)


def _value(text: str, section: Section) -> str | None:
    plain = section.get("keep_default_na", True) is False or section.get("na_filter", True) is False
    return text if plain or text not in _MISSING else None


def _typed(text: str) -> Value:
    if text in ("True", "False", "TRUE", "FALSE", "true", "false"):
        return text.lower() == "true"
    try:
        return float(text)
    except ValueError:
        return text


def _first(section: Section) -> int:
    """The number of the line that has the names of the columns, or of the first row."""
    header = section.get("header", "infer")
    return header if isinstance(header, int) and not isinstance(header, bool) else 0


def _used(own: list[str], some: Value) -> list[str]:
    """Those columns that are read."""
    if not isinstance(some, list) or not some:
        return own
    if not own:
        return [each for each in some if isinstance(each, str)]
    return [each for at, each in enumerate(own) if each in some or at in some]


def _lines(text: str, section: Section) -> Iterator[list[str]]:
    """The lines of a file that are read, split; none where nobody can tell."""
    separator = section.get("delimiter")
    separator = section.get("sep", ",") if separator is None else separator
    quote, skipped = section.get("quotechar", '"'), section.get("skiprows", 0)
    one = all(isinstance(each, str) and len(each) == 1 for each in (separator, quote))
    if not one or any(section.get(key) is not None for key in _UNTOLD) or _is_odd(skipped):
        return
    comment = section.get("comment")
    lines = text.splitlines(keepends=True)[int(str(skipped or 0)) :]
    if isinstance(comment, str) and comment:
        lines = [each for each in lines if not each.startswith(comment)]
    spaces = section.get("skipinitialspace") is True
    read = csv.reader(
        lines, delimiter=str(separator), quotechar=str(quote), skipinitialspace=spaces
    )
    try:
        yield from (row for row in read if row)
    except csv.Error:
        return


def _is_odd(skipped: Value) -> bool:
    """Whether not simply some first lines are left out."""
    return skipped is not None and not (is_number(skipped) and isinstance(skipped, int))
