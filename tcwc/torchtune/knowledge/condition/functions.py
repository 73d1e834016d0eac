"""The functions that conditions have beside those of every expression.

Most are about a key rather than its value: whether it is there, who set it, whether it varies. So
they are handed the path. Rules of the user's own have none of them: they know runs, not origins.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from tcwc.config.canonical import canonical_json
from tcwc.config.interpolation.reading import NotKnown, Why
from tcwc.config.merge import lookup
from tcwc.config.walk import is_number
from tcwc.expressions.evaluate import Function
from tcwc.lint.cases import cases
from tcwc.model.digits import number_of
from tcwc.model.ir import Path, Value
from tcwc.torchtune.knowledge.condition.reader import (
    MOST_STEPS,
    UNKNOWN_ARGUMENTS,
    CaseReader,
)
from tcwc.torchtune.knowledge.known import catalogue

_SOMEWHERE = "/" + "_/" * 32
"""A folder deep enough for every `..`."""

ABOUT_ABSENCE = frozenset(("absent", "off", "is_null"))
"""Functions that are true of what is not there, which a file with errors does not tell."""


def functions(reader: CaseReader) -> Mapping[str, Function]:
    """The functions, about what a reader reads."""
    if reader.functions is None:
        reader.functions = _About(reader)
    return reader.functions


class _About(dict[str, Function]):
    """The functions, each made when one asks for it: of the many, conditions call few."""

    def __init__(self, reader: CaseReader) -> None:
        super().__init__()
        self._reader = reader

    def __contains__(self, name: object) -> bool:
        return name in _FUNCTIONS

    def __missing__(self, name: str) -> Function:
        self[name] = made = partial(_FUNCTIONS[name], self._reader)
        return made


def _absent(reader: CaseReader, path: Path) -> bool:
    """Whether a key is not there."""
    return not reader.lookup(path)[0]


def _is_null(reader: CaseReader, path: Path) -> bool:
    """Whether a key is there, and null."""
    there, value = reader.lookup(path)
    return there and value is None


def _off(reader: CaseReader, path: Path) -> bool:
    """Whether Python takes what a recipe reads there for false, and it is no list or section."""
    there, value = reader.lookup(path)
    return not there or value is None or value is False or value == 0 or value == ""


def _on(reader: CaseReader, path: Path) -> bool:
    return not _off(reader, path)


def _default(reader: CaseReader, path: Path, default: Value) -> Value:
    """A value, or another where the key is not there."""
    there, value = reader.lookup(path)
    return value if there else default


def _truth(reader: CaseReader, asked: Path | Value) -> bool:
    """Whether Python takes a value for true."""
    return bool(_given(reader, asked))


def _is_a(reader: CaseReader, asked: Path | Value, kind: str) -> bool:
    """Whether a value is an instance of one of Python's types; true and false are integers."""
    return isinstance(_given(reader, asked), _TYPES[kind])


def _kind(reader: CaseReader, path: Path) -> str:
    """`list`, `mapping`, `text`, or `other`."""
    value = _given(reader, path)
    kinds = {list: "list", dict: "mapping", str: "text"}
    return next((word for kind, word in kinds.items() if isinstance(value, kind)), "other")


def _empty(reader: CaseReader, path: Path) -> bool:
    """Whether a list or a section has nothing in it."""
    return _given(reader, path) in ([], {})


def _keys(reader: CaseReader, path: Path) -> list[Value]:
    """The keys of a section."""
    value = _given(reader, path)
    if not isinstance(value, dict):
        raise _no_answer(path)
    return list(value)


def _subset(reader: CaseReader, some: Path | list[Value], others: Path | list[Value]) -> bool:
    """Whether all items of a list are among those of another."""
    left, right = _given(reader, some), _given(reader, others)
    if not isinstance(left, list) or not isinstance(right, list):
        raise _no_answer(some)
    return all(each in right for each in left)


def _outside(reader: CaseReader, path: Path, least: float, below: float) -> bool:
    """Whether a list has a number in it that is not in a range."""
    value = _given(reader, path)
    items = value if isinstance(value, list) else []
    return any(is_number(each) and not least <= each < below for each in items)


def _matches(reader: CaseReader, path: Path, pattern: str) -> bool:
    """Whether a regular expression is found in a text, or in a text of a list.

    Its `$` is the end of the text, and not a line end before that.
    """
    value = _given(reader, path)
    if value is None:
        raise _no_answer(path)
    if pattern.endswith("$"):
        pattern = rf"{pattern[:-1]}\Z"
    texts = value if isinstance(value, list) else [value]
    return any(isinstance(each, str) and re.search(pattern, each) for each in texts)


def _inside(reader: CaseReader, inner: Path, outer: Path) -> bool:
    """Whether a path of the file system, as a run will have it, is another or lies below it."""
    one, other = reader.in_run(inner), reader.in_run(outer)
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    # Relative ones are from the same folder, which may be the outer one or lie in it.
    start = "" if os.path.isabs(one) or os.path.isabs(other) else _SOMEWHERE
    low, high = (os.path.normpath(f"{start}{each}") for each in (one, other))
    return low == high or low.startswith(high.rstrip("/") + "/")


_NOWHERE = "a file that no folder has"


def _is_folder(reader: CaseReader, path: Path) -> bool:
    """Whether a path, or what it names, is a folder in sight."""
    named = _in_sight(reader, path)
    return bool(named) and _is_there(reader, os.path.join(named, "."))


def _is_file(reader: CaseReader, path: Path) -> bool:
    """Whether what a path names is in sight, and no folder."""
    named = _in_sight(reader, path)
    return bool(named) and _is_there(reader, named) and not _is_folder(reader, path)


def _begins(reader: CaseReader, path: Path, pattern: str) -> bool:
    """Whether the beginning of a file in sight, without the space before it, fits a pattern."""
    named, head = _in_sight(reader, path), reader.context.head
    text = head(named) if named and head is not None else None
    return bool(text and text.strip() and re.match(pattern, text.lstrip()))


def _in_sight(reader: CaseReader, path: Path) -> str:
    """What a path names, if one may look there; "" where everything counts as there."""
    value = reader.known(path)
    if not isinstance(value, str) or _is_there(reader, os.path.join(value, _NOWHERE)):
        return ""
    return value


def _is_there(reader: CaseReader, name: str) -> bool:
    exists = reader.context.exists
    return exists is not None and exists(name)


def _isolated(reader: CaseReader, path: Path) -> bool:
    """Whether a directory is the run's own by its name, so that it is new at its first start."""
    from tcwc.lint.run_view import NUMBERS  # few conditions ask

    place = reader.in_run(path)
    return isinstance(place, str) and f"run_{NUMBERS[0]}" in place


def _elsewhere(reader: CaseReader, path: Path, folder: Path) -> bool:
    """Whether a whole path, or one of a list, lies outside the directory that a run writes to."""
    there, value = reader.lookup(path)
    own = reader.in_run(folder)
    texts = (value if isinstance(value, list) else [value]) if there else []
    return any(
        isinstance(each, str)
        and os.path.isabs(each)
        and not (isinstance(own, str) and each.startswith(f"{own.rstrip('/')}/"))
        for each in texts
    )


def _mixes(reader: CaseReader, path: Path, key: str) -> bool:
    """Whether a key is on in some sections of a list, and off in others."""
    value = _given(reader, path)
    items = value if isinstance(value, list) else []
    return len({bool(each.get(key, False)) for each in items if isinstance(each, dict)}) > 1


def _names_nothing(reader: CaseReader, path: Path) -> bool:
    """Whether a dotted name in a text names nothing that can be imported."""
    value = reader.lookup(path)[1]
    known = catalogue(reader.context)
    if not isinstance(value, str) or known.component(value) is not None:
        return False
    return "." not in value or known.is_closed(value)


def _varied(reader: CaseReader, path: Path) -> bool:
    """Whether runs have a key from different levels, written there or where it refers to."""
    return any(reader.levels(each) > 1 for each in reader.followed(reader.full(path)))


def _differs(reader: CaseReader, path: Path, one: Path, other: Path) -> bool:
    """Whether runs that have two other keys as this one surely have different values at a key:
    levels of a whole section may agree."""
    values = (each.known(reader.full(path)) for each in _alike(reader, path, one, other))
    return len({canonical_json(each) for each in values if each is not None}) > 1


def _kinds(reader: CaseReader, path: Path, pattern: str, one: Path, other: Path) -> int:
    """How many different texts the groups of a pattern find in the values of a key, over the runs
    that have two other keys as this one."""
    values = (each.known(reader.full(path)) for each in _alike(reader, path, one, other))
    found = [re.search(pattern, each) for each in values if isinstance(each, str)]
    return len({next(filter(None, each.groups()), "") for each in found if each})


def _alike(reader: CaseReader, path: Path, *others: Path) -> Iterator[CaseReader]:
    """The cases of a key in which some others are as they are in this one."""
    places = [reader.full(each) for each in (path, *others)]
    wanted = [part for each in places for part in reader.followed(each)]
    for case in cases(reader.context.experiment, wanted):
        there = CaseReader(reader.context, case)
        if all(there.known(each) == reader.known(each) for each in places[1:]):
            yield there


def _epochs_done(reader: CaseReader, adapter: Path, state: Path) -> int:
    """How many epochs a resumed run has done at least, by the name of its adapter's folder.

    A state is written at the end of each epoch but the last one.
    """
    names = [reader.lookup(path)[1] for path in (adapter, state)]
    found = re.match(r"(.*/)epoch_(\d+)/", str(names[0]))
    if found is None:
        raise _no_answer(adapter)
    return (
        max(1, number_of(found[2])) if str(names[1]).startswith(f"{found[1]}recipe_state/") else 1
    )


def _set(reader: CaseReader, path: Path) -> bool:
    """Whether the author says something of a key, here or in a base of his own."""
    where = reader.full(path)
    if reader.origin(where):
        return True
    return reader.context.experiment.base.is_file and lookup(reader.case.config, where)[0]


def _is_builder(reader: CaseReader, path: Path) -> bool:
    """Whether a text is the name of a builder that `datasets` packs."""
    value = _given(reader, path)
    return isinstance(value, str) and catalogue(reader.context).builder(value) is not None


def _unknown_arguments(reader: CaseReader, path: Path, also: Sequence[str]) -> bool:
    """Whether a component hands on keys that it does not know, and that are not in `also`."""
    return bool(reader.unknown_arguments(path, also))


def _size(reader: CaseReader, model: Path, name: str) -> Value:
    """A size of a model, as it is told or as its builder writes it."""
    found = reader.size(model, name)
    if found is None:
        raise _no_answer(model)
    return found


def _most_steps(
    reader: CaseReader, limit: Path, accumulation: Path, batch: Path, data: Path
) -> Value:
    """How many optimizer steps an epoch has at most. It reads what it is given, and no other."""
    from tcwc.torchtune.knowledge.data.epoch import most_steps  # few conditions ask

    del accumulation, batch, data  # expressions name what they depend on
    found = most_steps(reader)
    if found is None:
        raise _no_answer(limit)
    return found


def _given(reader: CaseReader, asked: Path | Value) -> Any:
    """The value of an argument, which may be a path."""
    if not isinstance(asked, tuple):
        return asked
    there, value = reader.lookup(asked)
    if not there:
        raise _no_answer(asked)
    return value


def _no_answer(asked: Path | Value) -> NotKnown:
    return NotKnown(Why.ABSENT, "there is no answer", "", str(asked), ())


_TYPES: Mapping[str, type] = {each.__name__: each for each in (bool, int, float, str, list, dict)}

_FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "absent": _absent,
    "is_null": _is_null,
    "off": _off,
    "on": _on,
    "default": _default,
    "truth": _truth,
    "is_a": _is_a,
    "kind": _kind,
    "empty": _empty,
    "keys": _keys,
    "subset": _subset,
    "outside": _outside,
    "matches": _matches,
    "inside": _inside,
    "is_folder": _is_folder,
    "is_file": _is_file,
    "begins": _begins,
    "isolated": _isolated,
    "elsewhere": _elsewhere,
    "mixes": _mixes,
    "names_nothing": _names_nothing,
    "varied": _varied,
    "differs": _differs,
    "kinds": _kinds,
    "epochs_done": _epochs_done,
    "set": _set,
    "size": _size,
    "is_builder": _is_builder,
    MOST_STEPS: _most_steps,
    UNKNOWN_ARGUMENTS: _unknown_arguments,
}

# One less than the functions take: the reader comes first, and no expression names it.
ARGUMENTS: Mapping[str, tuple[int, int]] = {
    name: (function.__code__.co_argcount - 1,) * 2 for name, function in _FUNCTIONS.items()
}
