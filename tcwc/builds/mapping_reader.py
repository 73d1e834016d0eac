"""Reads run_mapping.yaml back: by line as JSON, or as any YAML of the same content."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NoReturn

from tcwc.builds.errors import LockError
from tcwc.builds.mapping import COUNT, RETIRED, RUNS, VERSION, Head, Lock, Record
from tcwc.builds.merged import check_merged, given_twice
from tcwc.model.ir import Value
from tcwc.model.limits import DEPTH
from tcwc.model.patterns import pattern
from tcwc.yaml.emit import is_plain


class _OtherLayout(Exception):
    """Not in the layout that tcwc writes: at this line, after that many records that were."""

    def __init__(self, line: int, records: int) -> None:
        super().__init__(line, records)
        self.line = line
        self.records = records


_FROM_GIT = (
    "take it back from version control: `git checkout -- FOLDER/run_mapping.yaml`. Where there is"
    " none, remove it, and build with --renumber, which starts the ids over"
)
_ELSEWHERE = "move it out of the way, or build elsewhere with -o"

# At the margin, or in a file that some tool has turned into JSON.
_FORMAT = pattern(
    r"(?:^|\A\{\s*)[\"']?format[\"']?:[ \t]*[\"']?([0-9]+)\.([0-9]+)[\"']?[ \t]*,?$", re.MULTILINE
)
_LONG_ESCAPE = pattern(r"\\(?:U(000[0-9A-Fa-f]{5})|.)")
_RUN_ID = pattern(r"run_[0-9]{3,}")
_SLOW_LIMIT = 2_000_000
"""Characters that the slow reader may take; it needs about 10 us for each."""
_END = pattern(rf"\n{COUNT}: [0-9]+\n\Z")
_NO_END = "in the head"
"""Stands for a count that says nothing."""
_LONG = 1_000_000
"""Characters from which on the runs are only read by who needs them: about 20 ms."""


def read_lock(text: str) -> Lock:
    """The lock in a run_mapping.yaml. Raises LockError. CRLF is read as LF."""
    crlf, text = "\r\n" in text, _plain(text)
    # First, since markers are no YAML: as damage the way out would not be told.
    check_merged(text)
    revision, ours = _revision(text), True
    try:
        members, runs, retired, count = _read_lines(text)
    except _OtherLayout as other:
        ours = False
        members, runs, retired, count = _read_yaml(text, other)
    # Format 1.0 did not say how many records there are.
    if revision:
        _check_count(count, len(runs) + len(retired))
    return Lock(_head(members, revision), runs, retired, ours, crlf)


def read_head(text: str) -> Head:
    """The head; of a long mapping in tcwc's layout without reading the runs. Raises LockError.

    Of those that are not read it is still known that none was cut off at the end.
    """
    if len(text) < _LONG:
        return read_lock(text).head
    text = _plain(text)
    above, _, below = text.partition(f"\n{RUNS}:")
    if f"\n{RETIRED}:" not in below:
        return read_lock(text).head
    check_merged(text)
    end = f"{COUNT}: 0\n" if _END.search(below) else ""
    return read_lock(f"{above}\n{RUNS}: {{}}\n{RETIRED}: {{}}\n{end}").head


def _plain(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


_MOST = 10**9
"""Records that a mapping may say it has; a number of 4,300 digits could not be printed."""


def _check_count(count: Value, records: int) -> None:
    """Refuse a mapping that was cut off, or that has other records than it had when written."""
    if count is _NO_END:
        return
    if not isinstance(count, int) or isinstance(count, bool) or abs(count) > _MOST:
        raise LockError("the mapping is damaged: its end is missing", _FROM_GIT)
    if count != records:
        message = f"the mapping is damaged: it has {records} records, and had {count}"
        help = f"{_FROM_GIT}; after a merge, one side's whole folder"
        raise LockError(message, help)


def _counted(members: dict[str, Value], end: Value) -> Value:
    """How many records there are to be, by the `end`; takes that from the members of the head.

    A tcwc that does not know it writes it into the head, where it counts for nothing.
    """
    in_head = members.pop(COUNT, None) is not None
    return _NO_END if in_head else end


def _revision(text: str) -> int:
    if not text.strip("\0 \t\r\n"):  # a disk that was full, a machine that lost its power
        raise LockError("the mapping is damaged: it is empty", _FROM_GIT)
    found = _FORMAT.search(text)
    if found is None:
        raise LockError("this is not a run_mapping.yaml of tcwc: it has no `format:`", _ELSEWHERE)
    if found[1] != str(VERSION):
        raise LockError(
            f"the mapping has format {found[1]}.{found[2]}; this tcwc knows format {VERSION}",
            "use the tcwc that wrote it, or a newer one",
            text.count("\n", 0, found.start()) + 1,
        )
    return int(found[2][:9])  # of longer ones Python makes no number


# --- the layout that tcwc writes -------------------------------------------------------------

_Parts = tuple[dict[str, Value], dict[str, Record], dict[str, Record], Value]


def _read_lines(text: str) -> _Parts:
    members: dict[str, Value] = {}
    runs: dict[str, Record] = {}
    retired: dict[str, Record] = {}
    sections = {RUNS: runs, RETIRED: retired}
    section: dict[str, Record] | None = None
    """The one that records go to; None where a line cannot hold one."""
    records = 0
    end: Value = None
    for number, line in _content_lines(text):
        if line.startswith("  run_") and section is not None:
            record = _record_on(line, number, records)
            if record.id in runs or record.id in retired:
                raise given_twice(record.id, number)
            section[record.id] = record
            records += 1
            continue
        key, colon, rest = line.partition(":")
        # `runs:` with nothing below was cut off: where there are none, tcwc writes `{}`.
        if section == {} or not colon or not is_plain(key) or key in members:
            raise _OtherLayout(number, records)
        value = None if rest == "" else _head_member(rest, number, records)
        section = None
        if key == COUNT and not sections:
            end = value
        elif key not in (RUNS, RETIRED):
            members[key] = value
        elif value not in (None, {}) or key not in sections:
            raise _OtherLayout(number, records)
        else:
            opened = sections.pop(key)
            section = opened if value is None else None
    if section == {} or sections:
        raise _damaged(0, _missing(sections))
    return members, runs, retired, _counted(members, end)


def _content_lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line and not line.startswith("#"):
            yield number, line


def _head_member(rest: str, number: int, records: int) -> Value:
    text = rest[1:]
    if rest[0] == " " and is_plain(text):
        return text
    try:
        value: Value = _loads(_as_json(text))
    except _NoValue as error:
        raise _damaged(number, str(error)) from None
    except (ValueError, RecursionError):
        raise _OtherLayout(number, records) from None
    _check_nesting(value, number)
    return value


def _as_json(line: str) -> str:
    """A line with the characters that `\\U` stands for: JSON has no such escape."""
    if "\\U" not in line:
        return line
    return _LONG_ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[0], line)


class _NoValue(Exception):
    """What JSON has not, and Python reads: a constant, or a key that is given twice."""


def _refuse(constant: str) -> NoReturn:
    raise _NoValue(f"{constant} is no value that it can hold")


def _members(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    members = dict(pairs)
    if len(members) < len(pairs):
        key = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise _NoValue(f"it has {json.dumps(key)} twice")
    return members


# To YAML `NaN` and `Infinity` are strings: a run would have another level than was written.
_decoder = json.JSONDecoder(parse_constant=_refuse, object_pairs_hook=_members)
_loads = _decoder.decode
_scan = _decoder.raw_decode


def _record_on(line: str, number: int, records: int) -> Record:
    start = line.find(": ") + 2
    try:
        line = _as_json(line)
        members, end = _scan(line, start)
    except _NoValue as error:
        raise _damaged(number, str(error)) from None
    # json raises RecursionError where a line nests too deeply.
    except (ValueError, RecursionError):
        raise _OtherLayout(number, records) from None
    if end != len(line) or start < 2:
        raise _OtherLayout(number, records)
    if line.count("[") + line.count("{") > _DEEPEST:  # most have a few: see no further
        _check_nesting(members, number)
    return _record(line[2 : start - 2], members, number)


# --- any YAML --------------------------------------------------------------------------------


def _read_yaml(text: str, other: _OtherLayout) -> _Parts:
    # Ours up to this line, so damaged in it: the slow reader would need 20 s to say the same.
    if other.records and len(text) > _SLOW_LIMIT:
        raise _damaged(other.line)
    loaded = _load_yaml(text, other)
    _check_nesting(loaded, other.line)
    if not isinstance(loaded, dict) or not _is_value(loaded):
        raise _damaged(other.line)
    loaded.pop("format", None)
    order = list(loaded)
    is_last = COUNT in order and order.index(COUNT) > order.index(RUNS) if RUNS in order else False
    end = loaded.pop(COUNT) if is_last else None
    missing = [name for name in (RUNS, RETIRED) if name not in loaded]
    if missing:
        raise _damaged(0, _missing(missing))
    runs = _records(loaded.pop(RUNS, None), other.line)
    retired = _records(loaded.pop(RETIRED, None), other.line)
    for run_id in runs.keys() & retired.keys():
        raise given_twice(run_id)
    return loaded, runs, retired, _counted(loaded, end)


def _load_yaml(text: str, other: _OtherLayout) -> object:
    from tcwc.yaml.plain import NotPlain, load_plain  # costly, and few mappings are rewritten

    try:
        return load_plain(text)
    except NotPlain as error:
        found = _RUN_ID.search(error.twice)
        if found is None:
            raise _damaged(other.line) from None
        raise given_twice(found[0], error.line) from None


def _is_value(loaded: object) -> bool:
    """Whether there is nothing in it that JSON has not: other keys than text, dates, nan."""
    if isinstance(loaded, dict):
        return all(isinstance(k, str) and _is_value(v) for k, v in loaded.items())
    if isinstance(loaded, list):
        return all(map(_is_value, loaded))
    # nan alone is not itself.
    return loaded is None or (isinstance(loaded, (str, int, float)) and loaded == loaded)


def _records(section: object, line: int) -> dict[str, Record]:
    """The records of a section, which must be there: an empty one is `{}`."""
    if not isinstance(section, dict):
        raise _damaged(line)
    return {run_id: _record(run_id, members, 0) for run_id, members in section.items()}


_NOTHING: dict[str, Value] = {}


# --- checked ---------------------------------------------------------------------------------


def _damaged(line: int, why: str = "it does not hold what tcwc wrote") -> LockError:
    return LockError(f"the mapping is damaged: {why}", _FROM_GIT, line)


_DEEPEST = 2 * DEPTH.at_most
"""Values that tcwc writes nest less. What walks through them, level by level, bears this much."""


def _check_nesting(value: object, line: int) -> None:
    """Refuse a value that nests deeper than any that tcwc wrote."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for each in level for inner in _inner(each)]
        if not level:
            return
    raise _damaged(line, "a value in it is nested too deeply")


def _inner(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _missing(sections: Collection[str]) -> str:
    """Why a mapping without these is damaged: an empty section is written `{}`."""
    if not sections:
        return "its last section holds nothing"
    return f"it has no {' and no '.join(f'`{name}:`' for name in sections)}"


def _record(run_id: object, members: object, line: int) -> Record:
    """The record of what was read; takes `members` apart."""
    if not isinstance(run_id, str) or not _RUN_ID.fullmatch(run_id):
        raise LockError(f"the mapping is damaged: {run_id!r} is no run id", _FROM_GIT, line)
    if not isinstance(members, dict):
        raise LockError(f"the mapping is damaged at {run_id}", _FROM_GIT, line)
    take = members.pop
    parameters, derived = take("parameters", None), take("derived", _NOTHING)
    sha256, science_hash = take("sha256", None), take("science_hash", None)
    was = take("was", ())
    if not (
        isinstance(parameters, dict)
        and isinstance(sha256, str)
        and isinstance(science_hash, str)
        and isinstance(derived, dict)
        and (was == () or (isinstance(was, list) and all(isinstance(h, str) for h in was)))
    ):
        raise LockError(f"the mapping is damaged at {run_id}", _FROM_GIT, line)
    return Record(run_id, parameters, sha256, science_hash, derived, tuple(was), members)


def _head(members: dict[str, Value], revision: int) -> Head:
    rest = dict(members)
    rest.pop("format", None)
    return Head(
        experiment=_text(rest, "experiment"),
        source=_text(rest, "source"),
        base=_required(rest, "base"),
        torchtune=_required(rest, "torchtune"),
        recipe=_text(rest, "recipe"),
        command=_text(rest, "command"),
        names=_required(rest, "names"),
        controls=_required(rest, "controls"),
        engineering=_mapping(rest, "engineering"),
        arms=_mapping(rest, "arms"),
        models=_mapping(rest, "models"),
        meta=rest.pop("meta", None),
        extra=rest,
        revision=revision,
    )


def _text(members: dict[str, Value], key: str) -> str:
    value = members.pop(key, None)
    if not isinstance(value, str):
        raise LockError(f"the mapping is damaged: it does not say its `{key}`", _FROM_GIT)
    return value


def _required(members: dict[str, Value], key: str) -> Mapping[str, Value]:
    """A member that every tcwc wrote, empty or not."""
    if members.get(key) is None:
        raise LockError(f"the mapping is damaged: it does not say its `{key}`", _FROM_GIT)
    return _mapping(members, key)


def _mapping(members: dict[str, Value], key: str) -> Mapping[str, Value]:
    value = members.pop(key, None)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise LockError(f"the mapping is damaged at `{key}`", _FROM_GIT)
    return value
