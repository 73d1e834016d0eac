"""The history in the file of a W&B run, `run-ID.wandb`: all that an offline run leaves of its
metrics (wandb 0.17.9 and 0.31.0, tried: no summary of an offline run has one).

The file is a log of LevelDB's form (wandb/sdk/internal/datastore.py): blocks of 32 KiB, in them
pieces with a checksum each, of which records are put together; a record is a protobuf message
(wandb/proto/wandb_internal.proto), of which two layers are read here:

    Record { HistoryRecord history = 2; }
    HistoryRecord { repeated HistoryItem item = 1; }
    HistoryItem { string key = 1; repeated string nested_key = 2; string value_json = 16; }

A piece whose checksum is wrong, or that a kill cut off, ends what is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from zlib import crc32

from tcwc.model.frozen import dataclass
from tcwc.model.measured import MetricValue, Readout
from tcwc.model.values import Value
from tcwc.outcomes.numbers import number_of
from tcwc.outcomes.wandb import AT

_HEAD = b":W&B\xe1\xbe\x00"
_BLOCK = 1 << 15
_PIECE = 7
"""Bytes of the head of a piece: checksum, length, kind."""
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_VARINT, _LONG, _BYTES, _SHORT = 0, 1, 2, 5
"""How protobuf writes the value of a field."""
_HISTORY, _ITEM, _KEY, _NESTED, _JSON = 2, 1, 1, 2, 16
_LONGEST_VARINT = 10


class _Damage(ValueError):
    """What is no such file, or ends too soon."""


@dataclass(frozen=True, slots=True)
class History:
    """The values in a file, by their steps, and when the first was logged, in unix seconds (None:
    nothing says so)."""

    read: Readout
    began: float | None


def read_history(data: bytes, step: str) -> History:
    """The history in a file; `step` is the metric that counts the optimizer's steps."""
    found: list[MetricValue] = []
    unread: list[str] = []
    began: float | None = None
    try:
        for record in _records(data):
            for history in _fields(record, _HISTORY):
                values = _values(history)
                began = number_of(values.get(AT)) if began is None else began
                found += _row(values, step)
    except _Damage as damage:
        unread.append(str(damage))
    return History(Readout(tuple(found), tuple(unread)), began)


def _row(values: Mapping[str, Value], step: str) -> Iterator[MetricValue]:
    """The metrics that were logged together, which stand in no order; W&B's own begin with `_`."""
    at = number_of(values.get(step))
    if at is None or not at.is_integer() or at < 0:
        return
    for key, value in sorted(values.items()):
        number = number_of(value)
        if number is not None and key != step and not key.startswith("_"):
            yield MetricValue(key, number, int(at))


def _records(data: bytes) -> Iterator[bytes]:
    """The records of a log. Raises _Damage behind the last whole one, where more is there."""
    if not data.startswith(_HEAD):
        raise _Damage("it is no file of a W&B run")
    at, parts = len(_HEAD), list[bytes]()
    while at < len(data):
        left = _BLOCK - at % _BLOCK
        if left < _PIECE:  # the rest of a block that has no room for the head of a piece
            at += left
            continue
        kind, piece = _piece(data, at)
        at += _PIECE + len(piece)
        if (kind in (_FULL, _FIRST)) == bool(parts):
            raise _Damage(f"its records are damaged before byte {at:,}")
        parts.append(piece)
        if kind in (_FULL, _LAST):
            yield b"".join(parts)
            parts = []
    if parts:
        raise _Damage("its last record has no end")


def _piece(data: bytes, at: int) -> tuple[int, bytes]:
    head = data[at : at + _PIECE]
    piece = data[at + _PIECE : at + _PIECE + int.from_bytes(head[4:6], "little")]
    is_whole = len(head) == _PIECE and len(piece) == int.from_bytes(head[4:6], "little")
    if not is_whole:
        raise _Damage("its last record has no end")
    kind = head[6]
    if kind not in (_FULL, _FIRST, _MIDDLE, _LAST) or crc32(
        bytes([kind]) + piece
    ) != int.from_bytes(head[:4], "little"):
        raise _Damage(f"its records are damaged at byte {at:,}")
    return kind, piece


def _values(history: bytes) -> dict[str, Value]:
    """The values of a HistoryRecord by their keys; what is nested is no metric."""
    found: dict[str, Value] = {}
    for item in _fields(history, _ITEM):
        keys = [*_fields(item, _KEY), *_fields(item, _NESTED)]
        texts = list(_fields(item, _JSON))
        if len(keys) == len(texts) == 1:
            try:
                found[keys[0].decode()] = json.loads(texts[0])
            except (ValueError, RecursionError):
                continue
    return found


def _fields(message: bytes, number: int) -> Iterator[bytes]:
    """The values of a field that are bytes. Raises _Damage."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == _VARINT:
            _, at = _varint(message, at)
        elif kind in (_LONG, _SHORT):
            at += 8 if kind == _LONG else 4
        elif kind == _BYTES:
            size, at = _varint(message, at)
            if at + size > len(message):
                raise _Damage("a record of it is damaged")
            if key >> 3 == number:
                yield message[at : at + size]
            at += size
        else:
            raise _Damage("a record of it is damaged")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """A number that protobuf wrote, and where what follows begins. Raises _Damage."""
    value = 0
    for count, byte in enumerate(message[at : at + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            return value, at + count + 1
    raise _Damage("a record of it is damaged")
