"""Values of another type than wanted, with which a run does what they say all the same.

To Python a number, and null, are as good as a boolean, and any string is true; what recipes only
divide by or compare with may have a point. So `compile: 0` runs, and is no error.
"""

from __future__ import annotations

import re

from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern
from tcwc.model.types import Type
from tcwc.model.values import Value

WHOLE, NUMBER, TEXT = "whole", "number", "text"
"""What a key takes beside its type: a whole number with a point, any number where a whole one is
meant, a text of words where their list is."""
_NULLS = ("null", "~")
_TRUE = ("true", "yes", "on", "y", "1")
_THOUSANDS = pattern(r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3}")
"""What is so many thousands to many readers."""
# Readers differ in a zero before other digits: eight to some, ten to others.
_SOME_NUMBER = pattern(r"[-+]?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{0,15})?")


@dataclass(frozen=True, slots=True)
class Loose:
    """The value that one of another type is taken for, and its text; "" where that is not all that
    may have been meant."""

    value: Value
    text: str


def loosely(text: str, quoted: bool, type_: Type, takes: str) -> Loose | None:
    """What a scalar that does not fit is taken for; None where it makes a run fail, or do something
    else than it says. `takes` is what the key takes beside its type."""
    kinds = set(type_.kinds)
    if kinds & {"str", "any"}:
        return None
    if "bool" in kinds and not kinds & {"int", "float", "list", "mapping"}:
        return _as_bool(text, quoted)
    if "list" in kinds:
        return _as_words(text, type_) if takes == TEXT else None
    if quoted:
        return None
    if "float" in kinds and text.lower() in ("true", "false"):
        # Where null switches something off, false is meant so, and is the number 0.
        off = text.lower() == "false"
        return None if "null" in kinds else Loose(0.0, "0.0") if off else Loose(1.0, "")
    counts = takes in (WHOLE, NUMBER) and "int" in kinds
    if counts and _SOME_NUMBER.fullmatch(text) and not _THOUSANDS.fullmatch(text):
        return _as_count(text, takes)
    return None


def _as_count(text: str, takes: str) -> Loose | None:
    number = float(text)
    if number.is_integer():
        return Loose(int(number), str(int(number)))
    # Less than one is a share of them, which nothing takes for that.
    return Loose(number, "") if takes == NUMBER and number > 1 else None


def _as_bool(text: str, quoted: bool) -> Loose | None:
    """A string is true, whatever it says: one that says otherwise is none of these."""
    word = text.strip().lower()
    if quoted:
        return Loose(True, "true") if word in _TRUE else None
    if word in _NULLS:
        return Loose(False, "false")
    if not _SOME_NUMBER.fullmatch(word):
        return None
    number = float(word)
    said = "true" if number else "false"
    return Loose(bool(number), said if number in (0, 1) else "")


def _as_words(text: str, type_: Type) -> Loose | None:
    """The words of a text that are among those which a list may have: each is looked for in it."""
    words = [each for each in re.split(r"[\s,\[\]'\"]+", text) if each]
    known = type_.item.choices if type_.item is not None else ()
    if not words or not set(words) <= set(known):
        return None
    return Loose(list(words), f"[{', '.join(words)}]")
