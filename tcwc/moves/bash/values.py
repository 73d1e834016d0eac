"""What words come to: variables that a script sets, lists, simple arithmetic. Nothing is run."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import TypeAlias

from tcwc.model.frozen import dataclass
from tcwc.moves.bash.words import Piece, Word, words_in

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_INDEXED = re.compile(r"(#|!)?([A-Za-z_][A-Za-z0-9_]*)(?:\[(.+)\])?(.*)", re.DOTALL)
_BRACED = re.compile(r"(.*?)\{([^{}]*(?:,|\.\.)[^{}]*)\}(.*)", re.DOTALL)
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?")
_MOST = 10_000
_LONGEST = 100_000
"""Characters of a text that is made of others."""
_LONG = 12
"""Digits of a number that is computed with."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What a word comes to only when it is run, and why; `before` is how it begins."""

    why: str
    before: str = ""


Field: TypeAlias = "str | Unknown"
Bound: TypeAlias = "str | list[str] | Unknown"


class Scope:
    """The variables of a script, as far as they are known."""

    def __init__(self, values: Mapping[str, Bound] | None = None) -> None:
        self.values: dict[str, Bound] = dict(values or {})

    def assign(self, name: str, word: Word) -> None:
        """`NAME=word`, or `NAME=(words)`."""
        arrays = [part for part in word.parts if part.kind == "array"]
        if arrays:
            fields = [each for item in arrays[0].items for each in self.fields(item)]
            unknown = next((each for each in fields if isinstance(each, Unknown)), None)
            known = [each for each in fields if isinstance(each, str)]
            self.values[name] = unknown or known[:_MOST]
        else:
            self.values[name] = self.one(word)

    def one(self, word: Word) -> Field:
        """What a word comes to, as one text."""
        found = self.fields(word)
        unknown = next((each for each in found if isinstance(each, Unknown)), None)
        return unknown or " ".join(each for each in found if isinstance(each, str))

    def fields(self, word: Word) -> list[Field]:
        """What a word comes to: one text, or several of a list, or of a text with blanks."""
        if word.is_bare and _BRACED.search(word.plain):
            return list(_expanded(word.plain))
        made: list[Field] = [""]
        for part in word.parts:
            found = self.part(part)
            if not found:
                continue
            made[-1] = _joined(made[-1], found[0])
            made += found[1:]
        is_empty = made == [""] and not any(part.quoted for part in word.parts)
        return [] if is_empty else made

    def part(self, part: Piece) -> list[Field]:
        if part.kind == "text":
            return [part.text]
        if part.kind == "quoted":
            return self._quoted(part.items[0])
        if part.kind == "arithmetic":
            return [self.number(part.text)]
        if part.kind == "variable":
            found = self.variable(part.text)
            if isinstance(found, str):
                return [found] if part.quoted else list(found.split())
            return list(found) if isinstance(found, list) else [found]
        return self.command(part.text)

    def _quoted(self, word: Word) -> list[Field]:
        made: list[Field] = [""]
        for part in word.parts:
            found = self.part(part)
            made[-1] = _joined(made[-1], found[0] if found else "")
            made += found[1:]
        return made

    def variable(self, text: str) -> Bound:
        """What `$text`, or `${text}`, comes to."""
        found = _INDEXED.fullmatch(text)
        if found is None:
            return Unknown(f"`${{{text}}}` is known only when it runs")
        mark, name, index, rest = found.groups()
        value = self.values.get(name, Unknown(f"`${name}` is not set in the script"))
        if rest:
            return _changed(value, rest, text, self.values.get(name))
        if mark and index not in ("@", "*"):
            return str(len(value)) if mark == "#" and isinstance(value, str) else _unworked(text)
        if isinstance(value, Unknown):
            return value
        items = value if isinstance(value, list) else [value]
        if mark:
            return str(len(items)) if mark == "#" else [str(n) for n in range(len(items))]
        if index in ("@", "*"):
            return items
        if index is None:
            return items[0] if items else ""
        return self._item(items, index, text)

    def _item(self, items: Sequence[str], index: str, text: str) -> Bound:
        place = self.number(index)
        if isinstance(place, Unknown):
            return place
        number = int(place)
        if not -len(items) <= number < len(items):
            return Unknown(f"`${{{text}}}` has no item {number}: there are {len(items)}")
        return items[number]

    def number(self, text: str) -> Field:
        """What arithmetic comes to, of whole numbers."""
        inner = re.fullmatch(r"\s*\$\(\((.*)\)\)\s*", text, re.DOTALL)
        text = inner[1] if inner else text
        filled = re.sub(r"\$?\{?([A-Za-z_][A-Za-z0-9_]*)\}?", self._digits, text)
        try:
            return str(_computed(ast.parse(filled.strip(), mode="eval").body))
        except (ValueError, SyntaxError, ZeroDivisionError, RecursionError, MemoryError):
            return Unknown(f"the arithmetic `{text.strip()}` is not worked out")

    def _digits(self, found: re.Match[str]) -> str:
        value = self.values.get(found[1])
        return f"({value})" if isinstance(value, str) and _is_whole(value) else "?"

    def command(self, text: str) -> list[Field]:
        """What `$(seq ...)` and `$(echo ...)` print; no other command is known."""
        words = words_in(text, 0, 30)
        fields = [each for word in words for each in self.fields(word)]
        known = [each for each in fields if isinstance(each, str)]
        if len(known) == len(fields) and known and not set(text) & set("|;&<>`"):
            if known[0] == "echo":
                return list(known[1:])
            if known[0] == "seq" and all(map(_is_whole, known[1:])):
                return list(_sequence([int(each) for each in known[1:]]))
        return [Unknown(f"what `$({text.strip()})` prints is known only when it runs")]


def _joined(one: Field, other: Field) -> Field:
    if isinstance(one, Unknown):
        return one
    if isinstance(other, Unknown):
        return Unknown(other.why, one + other.before)
    return one + other if len(one) + len(other) <= _LONGEST else Unknown("it is too long a text")


def _unworked(text: str) -> Unknown:
    return Unknown(f"`${{{text}}}` is not worked out")


def _changed(value: Bound, rest: str, text: str, there: Bound | None) -> Bound:
    """`${x:-1}`, and `${x//a/b}` of plain texts."""
    if rest[:2] in (":-", ":=") or rest[:1] == "-":
        return rest.lstrip(":")[1:] if there is None and "$" not in rest else value
    parts = rest.strip("/").split("/")
    is_plain = not set(rest) & set("*?[$\\")
    if rest[:1] == "/" and isinstance(value, str) and is_plain and len(parts) <= 2:
        return value.replace(parts[0], (parts[1:] or [""])[0], -1 if rest[:2] == "//" else 1)
    return _unworked(text)


def _is_whole(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]+", text) is not None and len(text) <= _LONG


def _sequence(numbers: Sequence[int]) -> list[str]:
    """What `seq` prints."""
    if not 1 <= len(numbers) <= 3:
        return []
    first = numbers[0] if len(numbers) > 1 else 1
    step = numbers[1] if len(numbers) > 2 else 1
    return _counted(first, numbers[-1], step)


def _counted(first: int, last: int, step: int) -> list[str]:
    if not step or abs(last - first) // abs(step) > _MOST:
        return []
    return [str(each) for each in range(first, last + (1 if step > 0 else -1), step)]


def _expanded(text: str) -> list[str]:
    """`{1..5}` and `a{b,c}`, as bash has them."""
    found = _BRACED.fullmatch(text)
    if found is None:
        return [text]
    before, inner, after = found.groups()
    ends = _RANGE.fullmatch(inner)
    items = inner.split(",")
    if ends is not None:
        first, last = int(ends[1]), int(ends[2])
        step = abs(int(ends[3] or 1))
        items = _counted(first, last, step if first <= last else -step)
    elif ".." in inner and "," not in inner:
        return [text]
    behind = _expanded(after)
    made = (f"{before}{each}{rest}" for each in items for rest in behind)
    return list(islice(made, _MOST))


_WAYS: dict[type, Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.floordiv,
    ast.Mod: operator.mod,
}


def _computed(node: ast.expr) -> int:
    """Arithmetic of whole numbers. Raises ValueError for anything else."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_computed(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _WAYS:
        left, right = _computed(node.left), _computed(node.right)
        # Below 0 bash divides towards it, and Python away from it.
        if min(left, right) >= 0 or not isinstance(node.op, (ast.Div, ast.Mod)):
            made = _WAYS[type(node.op)](left, right)
            if abs(made) < 10**_LONG:
                return made
    raise ValueError(ast.dump(node))
