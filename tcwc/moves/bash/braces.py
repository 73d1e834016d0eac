"""`{1..5}` and `a{b,c}` in words, as bash has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import TypeAlias

from tcwc.moves.bash.words import Piece, Word

_NUMBERS = re.compile(r"(-?\d{1,9})\.\.(-?\d{1,9})(?:\.\.(-?\d{1,9}))?")
_LETTERS = re.compile(r"([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d{1,9}))?")
_PADDED = re.compile(r"-?0\d")
_MOST = 10_001
_DEEP = 20
_LONGEST = 1_000
"""Letters of a word whose braces are worked out."""

_Item: TypeAlias = "str | Piece"
_Items = tuple[_Item, ...]
"""A word as letters that stand there without quotes, and pieces that are something else."""


def expanded(word: Word) -> list[Word]:
    """The words that one with braces is."""
    items = tuple(_items(word))
    if "{" not in items or "}" not in items:
        return [word]
    if len(items) > _LONGEST:
        return [Word((Piece("odd", "{...}"),), word.line)]
    return [Word(tuple(_pieces(each)), word.line) for each in islice(_every(items), _MOST)]


def _items(word: Word) -> Iterator[_Item]:
    for part in word.parts:
        if part.kind == "text" and not part.quoted:
            yield from part.text
        else:
            yield part


def _pieces(items: _Items) -> Iterator[Piece]:
    for is_text, group in groupby(items, lambda each: isinstance(each, str)):
        if is_text:
            yield Piece("text", "".join(map(str, group)))
        else:
            yield from (each for each in group if isinstance(each, Piece))


def _every(items: _Items, depth: int = 0) -> Iterator[_Items]:
    for start, each in enumerate(items):
        end = _closed(items, start) if each == "{" and depth < _DEEP else 0
        ways = _ways(items[start + 1 : end], depth) if end else []
        if ways:
            behind = list(islice(_every(items[end + 1 :], depth + 1), _MOST))
            yield from (items[:start] + way + rest for way in ways for rest in behind)
            return
    yield items


def _closed(items: _Items, start: int) -> int:
    """The place of the brace that closes one; 0 where none does."""
    depth = 0
    for place in range(start, len(items)):
        depth += (items[place] == "{") - (items[place] == "}")
        if not depth:
            return place
    return 0


def _ways(inner: _Items, depth: int) -> list[_Items]:
    """What stands between braces, in turn; none where it is no list."""
    parts = list(_apart(inner))
    if len(parts) > 1:
        found = (way for part in parts for way in _every(part, depth + 1))
        return list(islice(found, _MOST))
    text = "".join(each for each in inner if isinstance(each, str))
    return [tuple(each) for each in _sequence(text)] if len(text) == len(inner) else []


def _apart(items: _Items) -> Iterator[_Items]:
    depth, start = 0, 0
    for place, each in enumerate(items):
        depth += (each == "{") - (each == "}")
        if each == "," and not depth:
            yield items[start:place]
            start = place + 1
    yield items[start:]


def _sequence(text: str) -> Sequence[str]:
    letters = _LETTERS.fullmatch(text)
    if letters is not None:
        ends = ord(letters[1]), ord(letters[2])
        return [chr(each) for each in counted(*ends, _step(*ends, letters[3]))]
    numbers = _NUMBERS.fullmatch(text)
    if numbers is None:
        return []
    first, last = int(numbers[1]), int(numbers[2])
    is_padded = any(_PADDED.match(each) for each in numbers.groups()[:2])
    width = max(len(numbers[1]), len(numbers[2])) if is_padded else 0
    return [f"{each:0{width}d}" for each in counted(first, last, _step(first, last, numbers[3]))]


def _step(first: int, last: int, said: str | None) -> int:
    step = abs(int(said or 1)) or 1
    return step if first <= last else -step


def counted(first: int, last: int, step: int) -> Sequence[int]:
    """Numbers from one to another, as many as are followed."""
    return range(first, last + (1 if step > 0 else -1), step)[:_MOST]
