"""The tests that a condition is made of, and whether they pass."""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tcwc.config.merge import lookup
from tcwc.config.walk import is_number
from tcwc.lint.condition.model import SWALLOWED, Condition, Test, path_of
from tcwc.lint.condition.reader import ABSENT, UNKNOWN, Reader
from tcwc.model.ir import Path
from tcwc.torchtune.catalogue.load import Catalogue


def free(condition: Condition, reader: Reader, touched: set[str | int]) -> list[Test]:
    """The tests that read none of these top-level keys, by reference neither."""
    found = list(condition.when)
    for section in reader.sections(condition):
        reader.section = section
        found = [test for test in found if all(p[0] not in touched for p in reader.read(test))]
    return found


def needs_all(condition: Condition) -> bool:
    """Whether a condition asks what is not there, which a file with errors does not tell."""
    return any(test.op in _ABOUT_ABSENCE for test in condition.when)


def holding(
    condition: Condition, reader: Reader, tests: Sequence[Test] | None = None
) -> Iterator[Path]:
    """The sections for which all tests pass; while one is given, `$` stands for it in `reader`."""
    for section in reader.sections(condition):
        reader.section = section
        if all(_passes(test, reader) for test in (condition.when if tests is None else tests)):
            yield section


def _passes(test: Test, reader: Reader) -> bool:
    path = reader.full(test.path)
    if test.op in _OF_THE_READER:
        return _OF_THE_READER[test.op](reader, path, test.value)
    value = reader.value(path)
    if value is UNKNOWN:
        return False
    other = reader.other(test.value)
    return other is not UNKNOWN and bool(_TESTS[test.op](value, other))


def _equal(value: Any, other: Any) -> bool:
    return value == other and isinstance(value, bool) == isinstance(other, bool)


def _off(value: Any, _: Any = None) -> bool:
    return value is ABSENT or value is None or value is False or value == 0 or value == ""


def _matches(value: Any, pattern: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(isinstance(each, str) and re.search(pattern, each) for each in values)


def _inside(value: Any, other: Any) -> bool:
    if not isinstance(value, str) or not isinstance(other, str):
        return False
    inner, outer = os.path.normpath(value), os.path.normpath(other)
    return inner == outer or inner.startswith(outer.rstrip("/") + "/")


def _both(value: Any, other: Any) -> bool:
    return is_number(value) and is_number(other)


def _lists(section: Any, key: str) -> list[Any]:
    """What the mappings of a list have under a key."""
    items = section if isinstance(section, list) else []
    return [each.get(key, False) for each in items if isinstance(each, dict)]


_TESTS: Mapping[str, Callable[[Any, Any], object]] = {
    "is": _equal,
    "is not": lambda v, o: v is not ABSENT and not _equal(v, o),
    "in": lambda v, o: any(_equal(v, each) for each in o),
    "not in": lambda v, o: v is not ABSENT and not any(_equal(v, each) for each in o),
    "<": lambda v, o: _both(v, o) and v < o,
    "<=": lambda v, o: _both(v, o) and v <= o,
    ">": lambda v, o: _both(v, o) and v > o,
    ">=": lambda v, o: _both(v, o) and v >= o,
    "no multiple of": lambda v, o: _both(v, o) and o != 0 and v % o != 0,
    "absent": lambda v, _: v is ABSENT,
    "null": lambda v, _: v is None,
    "given": lambda v, _: v is not ABSENT and v is not None,
    "off": _off,
    "on": lambda v, _: not _off(v),
    "empty": lambda v, _: v in ([], {}),
    "matches": _matches,
    "matches not": lambda v, o: v is not ABSENT and v is not None and not _matches(v, o),
    "items not": lambda v, o: isinstance(v, list) and len(v) != o,
    "item not in": lambda v, o: isinstance(v, list) and any(each not in o for each in v),
    "item outside": lambda v, o: (
        isinstance(v, list) and any(is_number(each) and not o[0] <= each < o[1] for each in v)
    ),
    "is list or text": lambda v, _: isinstance(v, (list, str)),
    "lacks": lambda v, o: isinstance(v, dict) and not set(o) <= set(v),
    "a mapping": lambda v, _: isinstance(v, dict),
    "no text": lambda v, _: v is not ABSENT and not isinstance(v, str),
    "mixes": lambda v, o: len({bool(each) for each in _lists(v, o)}) > 1,
    "keys beyond": lambda v, o: isinstance(v, dict) and not set(v) <= set(o),
}
_ABOUT_ABSENCE = {"absent", "off", "null"}


def _unlisted(reader: Reader, path: Path, _: Any) -> bool:
    """Whether a dotted name in a text names nothing that can be imported."""
    value = reader.value(path)
    catalogue = reader.context.catalogue
    assert isinstance(catalogue, Catalogue)
    if not isinstance(value, str) or catalogue.component(value) is not None:
        return False
    return "." not in value or catalogue.is_closed(value)


_OF_THE_READER: Mapping[str, Callable[[Reader, Path, Any], bool]] = {
    "varied": lambda reader, path, _: reader.levels(path) > 1,
    "set": lambda reader, path, _: bool(
        reader.origin(path)
        or (reader.context.experiment.base.is_file and lookup(reader.case.config, path)[0])
    ),
    "names nothing": _unlisted,
    "inside": lambda reader, path, outer: _inside(
        reader.in_run(path), reader.in_run(reader.full(path_of(outer["of"])))
    ),
    SWALLOWED: lambda reader, path, also: bool(reader.swallowed(path, also)),
}

OPS = frozenset((*_TESTS, *_OF_THE_READER))
"""All that a test of a condition may ask."""
