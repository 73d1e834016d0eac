"""Files of JSON in sight that hold no samples, or are no JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tcwc.model.ir import Path, Value
from tcwc.model.rules import DATA_REFUSED
from tcwc.torchtune.knowledge.condition.reader import CaseReader
from tcwc.torchtune.knowledge.data.records import builder_by_ending, file_of, loads
from tcwc.torchtune.knowledge.data.told import Told

Section = dict[str, Value]

_DECODER = json.JSONDecoder(strict=False)  # a raw line break in a string is read


def damaged(reader: CaseReader, where: Path, _: Section, name: str) -> Iterator[Told]:
    """A file that has no samples, or that cannot be read as JSON."""
    file, text_of = file_of(reader, where), reader.context.text_of
    of_json = reader.known((*where, "source")) == "json" and loads(reader, name)
    if file is None or text_of is None or not of_json:
        return
    if builder_by_ending(reader, file) not in ("", "json", "text"):
        return  # said already
    text = text_of(file)
    trouble = "" if text is None else _trouble(text, reader.known((*where, "field")))
    if trouble:
        yield Told(
            DATA_REFUSED,
            (*where, "data_files"),
            f"`{file}` {trouble}",
            "write a list of samples, or a sample a line, each a mapping from columns to values",
            ((*where, "source"),),
        )


def _trouble(text: str, field: Value) -> str:
    """What is wrong with a file; "" where its samples can be read, or where nobody knows."""
    start = text.lstrip()[:1]
    if start not in ("[", "{"):
        return ""  # a stand-in, or said elsewhere
    at, met = 0, 0
    while at < len(text):
        if text[at] in " \t\r\n":
            at += 1
            continue
        try:
            value, at = _DECODER.raw_decode(text, at)
        except RecursionError:
            return ""  # how deep the reader of the data goes, nobody knows
        except ValueError as error:
            found = error if isinstance(error, json.JSONDecodeError) else None
            where = f" (line {found.lineno}, column {found.colno})" if found else ""
            return f"is no JSON{where}"
        met += 1
        if start == "[" and field is None and met == 1:
            return _of_list(value, rest=text[at:].strip())
    return ""


def _of_list(samples: list[object], rest: str) -> str:
    if rest:
        return "has something after its list of samples"
    if samples and not any(isinstance(each, dict) for each in samples):
        return "is a list of other things than samples"
    return ""
