"""What a value comes to in one config, as OmegaConf reads it, or why that cannot be known.

A reference that is a whole text gives the value that it names, of whatever type; within a text it
gives `str()` of it. A relative one counts from the section in which it is written. Resolvers give
their values when the run starts, so nobody knows them here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import Enum, auto
from functools import lru_cache
from typing import cast

from tcwc.config.interpolation.parse import parse, references
from tcwc.config.interpolation.syntax import (
    BadInterpolation,
    Interpolation,
    Reference,
    Resolver,
)
from tcwc.config.walk import strings
from tcwc.model.ir import Path, Value, format_path
from tcwc.model.limits import REFERRED, REFERRED_TEXT
from tcwc.model.problem import Problem

_MAX_STEPS = 10_000
"""References followed for one value."""
_MAX_CHAIN = 50
"""References one after the other: OmegaConf itself ends in a RecursionError at 60 to 70 of them."""
MAX_NESTED = 200
"""Sections one in the other, with those that references put there."""

Standing = Callable[[Value, Path], Value]
"""What stands at a path of a config, given what is written there."""


class Why(Enum):
    """Why a value is not known."""

    ABSENT = auto()
    """A reference names nothing."""
    CIRCLE = auto()
    """A reference leads back to itself, or to a section that holds it."""
    LARGE = auto()
    """It comes to more than is read."""
    LATE = auto()
    """It is known when the run starts."""
    LONG = auto()
    """References lead on, one by one, further than OmegaConf follows."""
    UNREADABLE = auto()
    """OmegaConf refuses the text."""


class NotKnown(Problem):
    """A value that is not known. `piece` is the `${...}` at fault as written, `place` its path."""

    def __init__(self, why: Why, message: str, help: str, piece: str, place: Path) -> None:
        super().__init__(message, help)
        self.why = why
        self.piece = piece
        self.place = place


def value_at(config: Value, path: Path) -> tuple[bool, Value]:
    """Whether a path is there, and what its value comes to; references on the way are followed.

    Raises NotKnown.
    """
    return Reading(config).at(path)


def resolve(value: Value, at: Path, config: Value) -> Value:
    """What a value comes to that stands at a path. Raises NotKnown."""
    return Reading(config).resolve(value, at)


def as_far_as_known(value: Value, at: Path, config: Value) -> Value:
    """The same; a value that is not known stays as written."""
    try:
        return resolve(value, at, config)
    except NotKnown:
        return value


def followed(value: Value, at: Path, config: Value) -> tuple[Value, Path]:
    """What a value stands for once references are followed, and where that is written.

    Sections and lists are as written, and so is what is not known.
    """
    try:
        return reading_of(config).final(value, at)
    except NotKnown:
        return value, at


def reading_of(config: Value) -> Reading:
    """What reads values of a config, with what is known of it from the last value that was read."""
    return _reading(_Same(config)).again()


def visited(value: Value, at: Path, config: Value) -> dict[Path, None]:
    """The paths that every `${...}` in a value leads to, as far as they can be followed."""
    reading = Reading(config)
    for place, text in texts(value, at):
        for reference in references(text):
            with suppress(NotKnown):
                reading.interpolation(reference, place)
    return reading.visited


def texts(value: Value, at: Path) -> Iterator[tuple[Path, str]]:
    """Every string in a value that holds a `${`, at any depth, with its path."""
    return ((place, text) for place, text in strings(value, at) if "${" in text)


def child(container: Value, key: str | int) -> tuple[bool, Value, str | int]:
    """Whether a container has a key, its value, and the key as a path has it.

    As in a `${...}`, the index of a list may be a text that Python reads as a whole number.
    """
    if isinstance(container, dict):
        if isinstance(key, str) and key in container:
            return True, container[key], key
        return False, None, key
    if isinstance(container, list):
        index = key if isinstance(key, int) else _whole(key)
        if index is not None and 0 <= index < len(container):
            return True, container[index], index
    return False, None, key


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


class Reading:
    """Reads values of one config. `visited` are the paths that references led to.

    `standing` says what stands where something is written, such as the text of a filled template.
    `late` gives a text for a resolver within a text, where what it gives does not matter.
    """

    def __init__(
        self,
        config: Value,
        standing: Standing = lambda value, _path: value,
        late: Callable[[Resolver], str] | None = None,
    ) -> None:
        self._config = config
        self._standing = standing
        self._late = late
        self._active: set[Path] = set()
        self._expanding: set[Path] = set()
        self._known: dict[tuple[Path, str], tuple[tuple[Value, Path], int]] = {}
        """What a text comes to, and how many references lead on from it, itself included."""
        self._reached = 0
        self._too_long: dict[tuple[Path, str], int] = {}
        """How many references led to a text from which too many lead on."""
        self._steps = 0
        self._made = 0
        self.visited: dict[Path, None] = {}

    def again(self) -> Reading:
        """The same for another value of the config, with what is known by now."""
        self._steps = 0
        self.visited = {}
        return self

    def at(self, path: Path) -> tuple[bool, Value]:
        """Whether a path is there, and what its value comes to. Raises NotKnown.

        A section is given back as written: what is in it may not be known, and needs not be.
        """
        here, place = self._config, cast(Path, ())
        for key in path:
            here, place = self._container(here, place)
            there, here, key = child(here, key)
            if not there:
                return False, None
            place = (*place, key)
        here, place = self.final(here, place)
        return True, self.resolve(here, place) if isinstance(here, list) else here

    def resolve(self, value: Value, at: Path) -> Value:
        """What a value at a path comes to, with all that is in it. Raises NotKnown."""
        value, at = self.final(value, at)
        self._made += 1
        if self._made > REFERRED.at_most or len(self._expanding) > MAX_NESTED:
            message = f"it comes to more than {REFERRED}, or more than {MAX_NESTED} sections deep"
            raise NotKnown(Why.LARGE, message, "name a smaller part", format_path(at), at)
        if not isinstance(value, (dict, list)):
            return value
        if at in self._expanding:
            raise _circle(format_path(at), at)
        self._expanding.add(at)
        try:
            if isinstance(value, dict):
                return {key: self.resolve(item, (*at, key)) for key, item in value.items()}
            return [self.resolve(item, (*at, index)) for index, item in enumerate(value)]
        finally:
            self._expanding.discard(at)

    def final(self, value: Value, at: Path) -> tuple[Value, Path]:
        """A value once references are followed, sections and lists as written, and its place."""
        value = self._standing(value, at)
        if not isinstance(value, str):
            return value, at
        _check_missing(value, at)
        return self._text(value, at) if "${" in value else (value, at)

    def _text(self, text: str, at: Path) -> tuple[Value, Path]:
        key, before = (at, text), len(self._active)
        made, length = self._known.get(key, (None, 1))
        if made is None and at in self._active:
            raise _circle(text, at)
        if before + length > _MAX_CHAIN or before >= self._too_long.get(key, _MAX_CHAIN):
            message = f"it leads through more than {_MAX_CHAIN} other references, one by one"
            raise NotKnown(Why.LONG, message, "name the last of them", text, at)
        if made is not None:
            self._reached = max(self._reached, before + length)
            return made
        outer, self._reached = self._reached, before + 1
        self._active.add(at)
        try:
            made = self._joined(text, at)
        except NotKnown as error:
            if error.why is Why.LONG:  # a chain of thousands is not gone through from each
                self._too_long[key] = before
            raise
        finally:
            self._active.discard(at)
        self._known[key] = made, self._reached - before
        self._reached = max(outer, self._reached)
        return made

    def _joined(self, text: str, at: Path) -> tuple[Value, Path]:
        pieces = parse(text)
        if isinstance(pieces, BadInterpolation):
            shown = text[pieces.start : pieces.end]
            raise NotKnown(Why.UNREADABLE, pieces.message, pieces.help, shown, at)
        if len(pieces) == 1 and not isinstance(pieces[0], str) and self._late is None:
            return self.interpolation(pieces[0], at)
        made = [each if isinstance(each, str) else self._inserted(each, at) for each in pieces]
        joined = "".join(made)
        if len(joined) > REFERRED_TEXT.at_most:
            message = f"it comes to more than {REFERRED_TEXT}"
            raise NotKnown(Why.LARGE, message, "name a shorter one", text, at)
        return joined, at

    def _inserted(self, piece: Interpolation, at: Path) -> str:
        if isinstance(piece, Resolver) and self._late is not None:
            return self._late(piece)
        value, _ = self.interpolation(piece, at)
        if isinstance(value, (dict, list)):
            message = f"`{piece.text}` is a list or a section, and stands within a string"
            raise NotKnown(Why.LATE, message, "name a single value", piece.text, at)
        return str(value)

    def check(self, piece: Interpolation, at: Path) -> NotKnown | None:
        """Why a `${...}` that stands at a path is not known; None where it is."""
        self._active.add(at)
        try:
            self.interpolation(piece, at)
        except NotKnown as problem:
            return problem
        finally:
            self._active.discard(at)
        return None

    def interpolation(self, piece: Interpolation, at: Path) -> tuple[Value, Path]:
        """What a `${...}` that stands at a path comes to, and where that stands.

        Sections and lists are as written. Raises NotKnown.
        """
        if isinstance(piece, Resolver):
            message = f"`{piece.text}` is known only when the run starts"
            help = "name a value that stands in the config"
            raise NotKnown(Why.LATE, message, help, piece.text, at)
        value, place = self._target(piece, at)
        self.visited[place] = None
        if place == at[: len(place)]:
            raise _circle(piece.text, at)
        if value == "???":
            message = f"`{piece.text}` is still `???`, a value that must be given"
            raise NotKnown(Why.ABSENT, message, "give it a value", piece.text, at)
        value, place = self.final(value, place)
        if place == at[: len(place)] and isinstance(value, (dict, list)):
            raise _circle(piece.text, at)
        return value, place

    def _target(self, reference: Reference, at: Path) -> tuple[Value, Path]:
        """What stands where a reference leads, and its path there."""
        self._steps += 1
        if self._steps > _MAX_STEPS:
            message = f"`{reference.text}` leads through too many others"
            raise NotKnown(Why.LARGE, message, "name the last of them", reference.text, at)
        keys = self._keys(reference, at)
        if reference.up > len(at):
            message = f"`{reference.text}` counts up beyond the top of the config"
            raise NotKnown(Why.ABSENT, message, "take dots away", reference.text, at)
        place = at[: len(at) - reference.up] if reference.up else ()
        here = self._config
        for key in place:
            _, here, _ = child(here, key)
        for key in keys:
            here, place = self._container(here, place)
            there, below, segment = child(here, key)
            # Release 2.4 counts `${dataset[-1]}` from the end, 2.3 finds no such key.
            if not there and isinstance(here, list) and -len(here) <= (_whole(key) or 0) < 0:
                raise _differs(reference.text, at)
            if not there:
                message = f"`{reference.text}` names nothing"
                help = "name a key that is there"
                raise NotKnown(Why.ABSENT, message, help, reference.text, at)
            here, place = below, (*place, segment)
        return here, place

    def _container(self, here: Value, place: Path) -> tuple[Value, Path]:
        """What is at a path that leads further: where a text refers to a section, that section."""
        followed: list[Path] = []
        try:
            while isinstance(here := self._standing(here, place), str) and "${" in here:
                if place in self._active:
                    raise _circle(here, place)
                self._active.add(place)
                followed.append(place)
                pieces = parse(here)
                if isinstance(pieces, BadInterpolation) or len(pieces) > 1:
                    break
                if isinstance(pieces[0], Resolver):
                    self.interpolation(pieces[0], place)  # which is not known
                if not isinstance(pieces[0], Reference):
                    break
                here, place = self._target(pieces[0], place)
                self.visited[place] = None
            return here, place
        finally:
            self._active.difference_update(followed)

    def _keys(self, reference: Reference, at: Path) -> Iterator[str]:
        for key in reference.keys:
            if isinstance(key, str):
                if "\\" in key:  # an escape from release 2.4 on, and refused before
                    raise _differs(reference.text, at)
                yield key
                continue
            value, _ = self.interpolation(key.inner, at)
            if isinstance(value, bool) or not isinstance(value, (str, int)):
                message = f"`{key.inner.text}` gives no name of a key in `{reference.text}`"
                help = "name the key itself"
                raise NotKnown(Why.UNREADABLE, message, help, reference.text, at)
            # Release 2.4 takes a number for a key, 2.3 refuses it.
            if isinstance(value, int) or not _is_plain_key(value):
                raise _differs(reference.text, at)
            yield from (value,) if key.bracketed else value.split(".")


class _Same:
    """A config that is that one, and no equal one."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


@lru_cache(2)  # checks ask for one value of a config after the other
def _reading(config: _Same) -> Reading:
    return Reading(config.value)


def _check_missing(text: str, at: Path) -> None:
    """Refuse `???` behind backslashes: OmegaConf takes one of them away from release 2.4 on."""
    if text.endswith("\\???") and not text[:-3].strip("\\"):
        raise _differs(text, at)


def _is_plain_key(text: str) -> bool:
    return all(text.split(".")) and not set("\\[]{}()'\": \t\n") & set(text)


def _differs(text: str, at: Path) -> NotKnown:
    message = f"releases of OmegaConf differ in what `{text}` means"
    return NotKnown(Why.LATE, message, "write it in another way", text, at)


def _circle(text: str, at: Path) -> NotKnown:
    return NotKnown(
        Why.CIRCLE,
        f"`{text[:60]}` leads back to itself",
        "write the value itself at one of the places",
        text,
        at,
    )
