"""The language of conditions.json: a conjunction of tests on the values of a config.

A test is `[path, op]` or `[path, op, value]`. `$` at the start of a path stands for each of the
condition's `sections` in turn (`dataset[]` is `dataset`, or each item where that is a list).
`{"of": path}` as a value is what stands there, also times another path's. What is not known
before the run, such as an `${oc.env:X}`, passes no test.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from tcwc.diagnostics import Diagnostic, Rule, finding
from tcwc.interpolation import reference_paths
from tcwc.ir import Assignment, Path, Value
from tcwc.merge import lookup
from tcwc.rules import by_code
from tcwc.walk import COMPONENT

if TYPE_CHECKING:
    from tcwc.lint.cases import Case
    from tcwc.lint.context import Context

_MAX_STEPS = 20


class Absent:
    """What a path that is not there holds."""


class Unknown:
    """What nobody can tell before the run."""


ABSENT, UNKNOWN = Absent(), Unknown()


class Test(NamedTuple):
    """One test of a conjunction; `other` is the path that its value is read from."""

    path: Path
    op: str
    value: Any = None


class Condition(NamedTuple):
    """An entry of conditions.json. A finding points to the first of its paths that is the
    author's, in the order of the tests."""

    id: str
    rule: Rule
    when: tuple[Test, ...]
    sections: tuple[str, ...]
    message: str
    help: str


def from_member(member: Mapping[str, Any]) -> Condition:
    """A condition from its entry in the file."""
    return Condition(
        member["id"],
        _rules()[member["rule"]],
        tuple(Test(_path(each[0]), *each[1:]) for each in member["when"]),
        tuple(member.get("sections", ("",))),
        member["message"],
        member["help"],
    )


def _path(text: str) -> Path:
    return tuple(text.split("."))


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


class Reader:
    """Reads the values of one case."""

    def __init__(self, context: Context, case: Case) -> None:
        self.context = context
        self.case = case
        self.section: Path = ()

    def sections(self, condition: Condition) -> Iterator[Path]:
        """The sections that `$` stands for."""
        for text in condition.sections:
            if not text.endswith("[]"):
                yield _path(text) if text else ()
                continue
            value = self.case.config.get(text[:-2])
            if isinstance(value, list):
                yield from ((text[:-2], index) for index in range(len(value)))
            else:
                yield (text[:-2],)

    def full(self, path: Path) -> Path:
        return (*self.section, *path[1:]) if path[0] == "$" else path

    def paths(self, condition: Condition) -> Iterator[Path]:
        """All paths that the condition depends on."""
        for section in self.sections(condition):
            self.section = section
            for test in condition.when:
                yield from self.read(test)
        if any("[]" in text for text in condition.sections):  # a level may make a list of it
            yield from ((text.rstrip("[]"),) for text in condition.sections)

    def read(self, test: Test) -> Iterator[Path]:
        """The paths that a test depends on, its own first; before it those that it names."""
        if test.op == _SWALLOWED:
            path = self.full(test.path)
            yield from ((*path, key) for key in self.swallowed(path, test.value))
        yield from self._followed(self.full(test.path), _MAX_STEPS)
        if isinstance(test.value, dict):
            for name in ("of", "times"):
                if name in test.value:
                    yield from self._followed(self.full(_path(test.value[name])), _MAX_STEPS)

    def swallowed(self, path: Path, also: Sequence[str]) -> list[str]:
        """The keys of a component that name none of its parameters, and that it hands on.

        Those in `also` are known to be taken. One that looks misspelt is reported as that (TCW201).
        """
        from tcwc.catalogue.arguments import arguments

        section = self.value(path)
        name = section.get(COMPONENT) if isinstance(section, dict) else None
        taken = arguments(self.context.catalogue, name) if isinstance(name, str) else None
        if taken is None or not taken.more:
            return []
        known = {COMPONENT, *taken.named, *also}
        return [key for key in section if key not in known and taken.takes(key)]

    def _followed(self, path: Path, steps: int) -> Iterator[Path]:
        """A path, and those that its value refers to."""
        yield path
        there, value = lookup(self.case.config, path)
        if there and isinstance(value, str) and "${" in value and steps:
            for reference in reference_paths(value):
                yield from self._followed(_path(reference), steps - 1)

    def value(self, path: Path) -> Any:
        """The value at a path, `ABSENT`, or `UNKNOWN`; references are followed."""
        there, value = lookup(self.case.config, path)
        return self._resolved(value) if there else ABSENT

    def _resolved(self, value: Value) -> Any:
        if not isinstance(value, str) or "${" not in value:
            return value
        from tcwc.lint.checks.outputs import resolved

        names = list(reference_paths(value))
        if len(names) == 1 and re.fullmatch(r"\$\{[^{}]+\}", value):
            there, target = lookup(self.case.config, _path(names[0]))
            if there and not isinstance(target, str):
                return target
        text = resolved(value, self.case.config)
        return UNKNOWN if "${" in text else text

    def other(self, value: Any) -> Any:
        """The value that a test compares with."""
        if not isinstance(value, dict):
            return value
        found = self.value(self.full(_path(value["of"])))
        if found is ABSENT:
            found = value.get("default", UNKNOWN)
        if "times" in value:
            factor = self.value(self.full(_path(value["times"])))
            found = found * factor if _number(found) and _number(factor) else UNKNOWN
        return found

    # --- the author ------------------------------------------------------------------------

    def origin(self, path: Path) -> Assignment | None:
        """The last assignment of the author that set a path, a section of it or a part."""
        for each in reversed(self.case.assignments):
            shared = min(len(path), len(each.path))
            if path[:shared] == each.path[:shared]:
                return each
        return None

    def levels(self, path: Path) -> int:
        """How many levels the factors give a path; 0 where none sets it."""
        from tcwc.lint.cases import touches

        factors = self.context.experiment.factors
        return max((len(each.levels) for each in factors if touches(each, [path])), default=0)

    def finding(self, condition: Condition) -> Diagnostic | None:
        """What is reported: None where nothing of it is the author's."""
        paths = [path for test in condition.when for path in self.read(test)]
        origins = [(path, self.origin(path)) for path in paths]
        authored = [each for each in origins if each[1] is not None]
        if not authored and not self.context.experiment.base.is_file:
            return None
        path, origin = authored[0] if authored else origins[0]
        about_key = any(test.op in _ABOUT_KEYS for test in condition.when)
        there = lookup(self.case.config, path)[0]
        span = self.context.place(path, origin, key=about_key or not there)
        return finding(
            condition.rule,
            span,
            self._text(condition.message, path),
            help=self._text(condition.help, path),
        )

    def _text(self, message: str, place: Path) -> str:
        """A message with `{path}` replaced by what stands there, `{key}` by the key pointed to."""

        def show(found: re.Match[str]) -> str:
            if found[1] == "recipe":
                return self.context.experiment.recipe
            if found[1] == "key":
                return str(place[-1])
            value = self.value(self.full(_path(found[1])))
            if isinstance(value, bool) or value is None:
                return str(value).lower().replace("none", "null")
            return str(value)

        return re.sub(r"\{([\w.$]+)\}", show, message)


@cache
def _rules() -> dict[str, Rule]:
    return by_code()


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


# --- the tests -----------------------------------------------------------------------------


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


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
    return _number(value) and _number(other)


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
        isinstance(v, list) and any(_number(each) and not o[0] <= each < o[1] for each in v)
    ),
    "is list or text": lambda v, _: isinstance(v, (list, str)),
    "lacks": lambda v, o: isinstance(v, dict) and not set(o) <= set(v),
    "a mapping": lambda v, _: isinstance(v, dict),
    "no text": lambda v, _: v is not ABSENT and not isinstance(v, str),
    "inside": _inside,
    "mixes": lambda v, o: len({bool(each) for each in _lists(v, o)}) > 1,
    "keys beyond": lambda v, o: isinstance(v, dict) and not set(v) <= set(o),
}
_ABOUT_ABSENCE = {"absent", "off", "null"}
_SWALLOWED = "has unknown arguments"
_ABOUT_KEYS = {"varied", _SWALLOWED}


def _unlisted(reader: Reader, path: Path, _: Any) -> bool:
    """Whether a dotted name in a text names nothing that can be imported."""
    value = reader.value(path)
    catalogue = reader.context.catalogue
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
    _SWALLOWED: lambda reader, path, also: bool(reader.swallowed(path, also)),
}

OPS = frozenset((*_TESTS, *_OF_THE_READER))
"""All that a test of a condition may ask."""
