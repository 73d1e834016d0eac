"""What words come to: variables that a script sets, lists, simple arithmetic. Nothing is run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from tcwc.model.frozen import dataclass
from tcwc.moves.bash.arithmetic import computed, is_whole, set_in
from tcwc.moves.bash.braces import counted, expanded
from tcwc.moves.bash.words import Piece, Word, words_in

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_INDEXED = re.compile(r"(#|!)?([A-Za-z_][A-Za-z0-9_]*)(?:\[([^\]]+)\])?(.*)", re.DOTALL)
_DEFAULT = re.compile(r"(:?)([-=])([^\"'\\$`~]*)", re.DOTALL)
_REPLACED = re.compile(r"(//?)([^/#%*?\[\]$\\\"'`~&][^/*?\[\]$\\\"'`~&]*)(?:/([^$\\\"'`~&]*))?")
_ITEM = re.compile(r"\[[^\]]*\]\+?=")
_HOME = re.compile(r"~[+-]?(?:/|$)")
_GLOB = re.compile(r"[*?]|.\[")
_USUAL = re.compile(r"[A-Za-z0-9_./+=-]*")
_MOST = 10_001
_LONGEST = 100_000
"""Characters of a text that is made of others."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What a word comes to only when it is run, and why; `before` is how it begins."""

    why: str
    before: str = ""


Field: TypeAlias = "str | Unknown"
Bound: TypeAlias = "str | list[Field] | Unknown"


class Scope:
    """The variables of a script, as far as they are known."""

    def __init__(self, values: Mapping[str, Bound] | None = None) -> None:
        self.values: dict[str, Bound] = dict(values or {})

    def assign(self, name: str, word: Word) -> None:
        """`NAME=word`, or `NAME=(words)`."""
        arrays = [part for part in word.parts if part.kind == "array"]
        if arrays:
            self.values[name] = self._list(arrays[0])
            return
        is_list = isinstance(self.values.get(name), list)
        why = f"`${name}` is a list of which a first item is set (line {word.line})"
        value = Unknown(why) if is_list else self.one(word)
        if isinstance(value, Unknown) and not is_list:
            # Of what it begins with nothing is known: it may be several words.
            value = Unknown(f"{value.why} (`${name}`)")
        self.values[name] = value

    def _list(self, array: Piece) -> Bound:
        if any(_ITEM.match(_text(item)) for item in array.items):
            return Unknown("a list with numbers or names for its items is not worked out")
        return [each for item in array.items for each in self.found(item)][:_MOST]

    def one(self, word: Word) -> Field:
        """What a word comes to, as one text."""
        found = [self._home(word)] if _HOME.match(_text(word)) else self._fields(word, splits=False)
        unknown = next((each for each in found if isinstance(each, Unknown)), None)
        return unknown or " ".join(each for each in found if isinstance(each, str))

    def fields(self, word: Word) -> list[Field]:
        """What a word comes to: one text, or several of a list, or of a text with blanks."""
        words = expanded(word)
        return [field for each in words for field in self._of_one(each)][:_MOST]

    def found(self, word: Word) -> list[Field]:
        """The same for a word of a list, which may be a pattern of files."""
        return [_as_file(each) if _is_open(word) else each for each in self.fields(word)]

    def _of_one(self, word: Word) -> list[Field]:
        text = _text(word)
        name = _NAME.match(text)
        value = text[name.end() + 1 :] if name and text[name.end() : name.end() + 1] == "=" else ""
        if _HOME.match(text) or _HOME.match(value):
            return [self._home(word)]
        return self._fields(word)

    def _home(self, word: Word) -> Unknown:
        before = _text(word).partition("~")[0]
        return Unknown("what `~` is, is known only when it runs", before)

    def _fields(self, word: Word, *, splits: bool = True) -> list[Field]:
        every = [self.part(part, splits=splits) for part in word.parts]
        made = _strung(every)
        if any(part.quoted for part in word.parts):
            return made if any(every) else []
        return [each for each in made if each != ""]

    def part(self, part: Piece, *, splits: bool = True) -> list[Field]:
        if part.kind == "text":
            return [part.text]
        if part.kind == "quoted":
            return self._quoted(part)
        if part.kind == "arithmetic":
            return [self.number(part.text)]
        if part.kind == "odd":
            return [Unknown(f"`{part.text}` is not worked out")]
        if part.kind == "variable":
            return self._variable(part, splits=splits)
        return self.command(part)

    def _variable(self, part: Piece, *, splits: bool) -> list[Field]:
        found = self.variable(part.text)
        if isinstance(found, list):
            known = [each for each in found if isinstance(each, str)]
            if not part.quoted or not part.text.endswith("[*]"):
                return [w for each in found for w in self._item_fields(each, part)]
            if len(known) == len(found) and not self._breaks(" "):
                return [" ".join(known)]
            return [Unknown(f"`${{{part.text}}}` is not worked out")]
        if isinstance(found, Unknown) or part.quoted or not splits:
            return [found]
        return self._split(found)

    def _item_fields(self, item: Field, part: Piece) -> list[Field]:
        return [item] if part.quoted or isinstance(item, Unknown) else self._split(item)

    def _split(self, text: str) -> list[Field]:
        """A text without quotes, at its blanks."""
        if self._breaks(text):
            return [Unknown(f"words are split by another `IFS` in `{text}`")]
        # A blank at an end parts it from what stands beside it.
        before = [""] if text[:1].isspace() else []
        behind = [""] if text[-1:].isspace() else []
        return [*before, *text.split(), *behind]

    def _breaks(self, text: str) -> bool:
        """Whether another `IFS` may split a text in a way of its own."""
        if "IFS" not in self.values:
            return False
        ifs = self.values["IFS"]
        is_usual = _USUAL.fullmatch(text) is not None
        return not is_usual or (isinstance(ifs, str) and not set(ifs).isdisjoint(text))

    def _quoted(self, part: Piece) -> list[Field]:
        every = [self.part(each) for each in part.items[0].parts if each.text]
        if every and not any(every):
            return []  # `"${L[@]}"` of a list that is empty
        return _strung(every)

    def variable(self, text: str) -> Bound:
        """What `$text`, or `${text}`, comes to."""
        found = _INDEXED.fullmatch(text)
        if found is None:
            return Unknown(f"`${{{text}}}` is known only when it runs")
        mark, name, index, rest = found.groups()
        value = self.values.get(name, Unknown(f"`${name}` is not set in the script"))
        if rest:
            return _unworked(text) if mark or index else self._changed(name, value, rest, text)
        if mark and index not in ("@", "*"):
            return str(len(value)) if mark == "#" and isinstance(value, str) else _unworked(text)
        if isinstance(value, Unknown):
            return value
        items: list[Field] = value if isinstance(value, list) else [value]
        if mark:
            return str(len(items)) if mark == "#" else [str(n) for n in range(len(items))]
        if index in ("@", "*"):
            return items
        if index is None:
            return items[0] if items else ""
        return self._item(items, index, text)

    def _item(self, items: Sequence[Field], index: str, text: str) -> Bound:
        place = self.number(index)
        if isinstance(place, Unknown):
            return place
        number = int(place)
        if not -len(items) <= number < len(items):
            return Unknown(f"`${{{text}}}` has no item {number}: there are {len(items)}")
        return items[number]

    def _changed(self, name: str, value: Bound, rest: str, text: str) -> Bound:
        """`${x:-1}`, and `${x//a/b}` of plain texts."""
        default = _DEFAULT.fullmatch(rest)
        if default is not None:
            is_missing = name not in self.values or (default[1] == ":" and value == "")
            if is_missing and default[2] == "=":
                self.values[name] = default[3]
            return default[3] if is_missing else value
        replaced = _REPLACED.fullmatch(rest)
        if replaced is None or not isinstance(value, str):
            return _unworked(text)
        return value.replace(replaced[2], replaced[3] or "", -1 if replaced[1] == "//" else 1)

    def number(self, text: str) -> Field:
        """What arithmetic comes to, of whole numbers."""
        inner = re.fullmatch(r"\s*\$\(\((.*)\)\)\s*", text, re.DOTALL)
        text = inner[1] if inner else text
        for name in set_in(text):
            self.values[name] = Unknown(f"`${name}` is set in `{text.strip()}`")
        filled = re.sub(r"\$\{([^{}]*)\}", lambda found: self._digits(found[1]), text)
        made = computed(filled, self._digits)
        return made or Unknown(f"the arithmetic `{text.strip()}` is not worked out")

    def _digits(self, name: str) -> str:
        value = self.variable(name)
        return f"({value})" if isinstance(value, str) and is_whole(value) else "?"

    def command(self, part: Piece) -> list[Field]:
        """What `$(seq ...)` and `$(echo ...)` print; no other command is known."""
        words = words_in(part.text, 0, 30)
        fields = [each for word in words for each in self.fields(word)]
        known = [each for each in fields if isinstance(each, str)]
        if len(known) == len(fields) and known and not set(part.text) & set("|;&<>`*?\\"):
            if known[0] == "echo" and not " ".join(known[1:]).startswith("-"):
                text = " ".join(known[1:])
                return [text] if part.quoted else self._split(text)
            if known[0] == "seq" and 1 < len(known) < 5 and all(map(is_whole, known[1:])):
                numbers = list(map(str, _sequence([int(each) for each in known[1:]])))
                return ["\n".join(numbers)] if part.quoted else list(numbers)
        return [Unknown(f"what `$({part.text.strip()})` prints is known only when it runs")]


def _text(word: Word) -> str:
    """What a word begins with that stands there without quotes."""
    text = ""
    for part in word.parts:
        if part.kind != "text" or part.quoted:
            break
        text += part.text
    return text


def _is_open(word: Word) -> bool:
    """Whether not all of a word stands in quotes."""
    return not all(part.quoted for part in word.parts)


def _as_file(field: Field) -> Field:
    if isinstance(field, str) and _GLOB.search(field):
        return Unknown(f"which files `{field}` is, is known only when it runs")
    return field


def _strung(every: Sequence[list[Field]]) -> list[Field]:
    """What the parts of a word come to, the last field of one joined to the first of the next."""
    made: list[Field] = [""]
    for found in filter(None, every):
        made[-1] = _joined(made[-1], found[0])
        made += found[1:]
    return made


def _joined(one: Field, other: Field) -> Field:
    if isinstance(one, Unknown):
        return one
    if isinstance(other, Unknown):
        return Unknown(other.why, one + other.before)
    return one + other if len(one) + len(other) <= _LONGEST else Unknown("it is too long a text")


def _unworked(text: str) -> Unknown:
    return Unknown(f"`${{{text}}}` is not worked out")


def _sequence(numbers: Sequence[int]) -> Sequence[int]:
    """What `seq` prints."""
    first = numbers[0] if len(numbers) > 1 else 1
    step = numbers[1] if len(numbers) > 2 else 1
    return counted(first, numbers[-1], step) if step else ()
