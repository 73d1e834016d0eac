"""Characters that look like others: an en dash for a minus, a no-break space for a space."""

from __future__ import annotations

import re
from collections.abc import Iterator

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\u00ad"
_SPACES = (
    "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
_NOTHING = "\u200b\u200c\u200d\u2060\ufeff"
_DOUBLE = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033"
_SINGLE = "\u2018\u2019\u201a\u201b\u2032\u00b4"
_LETTERS = dict(zip("асеоірхуѕјАВСЕНІКМОРТХ", "aceoipxysjABCEHIKMOPTX", strict=True))
"""Of the Cyrillic alphabet, those that a keyboard gives in place of Latin ones."""

_MEANT = {
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_NOTHING, ""),
    **dict.fromkeys(_DOUBLE, '"'),
    **dict.fromkeys(_SINGLE, "'"),
    "\u00d7": "*",
    "\u2044": "/",
    "\u2215": "/",
    "\u2026": "...",
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    "\u3001": ",",
    "\u3002": ".",
}
CURLY = frozenset("\u201c\u201d\u201e\u2018\u2019\u201a")
"""Quotes that no YAML reads as such."""
_UNSEEN = frozenset("\u200b\u2060\ufeff\u00ad")
"""What is never seen, wherever it stands."""
_JOINERS = frozenset("\u200c\u200d")
"""What is not seen either, and belongs to words of some languages."""
_NO_SPACES = re.compile(f"(?:[{_SPACES}{_NOTHING}]|\u00ad(?![0-9.]))+")
"""A soft hyphen before a number may be a minus."""
_WORD = re.compile(r"\w+")
_ASCII_LETTER = re.compile("[A-Za-z]")


def is_lookalike(char: str) -> bool:
    """Whether a character looks like one of those that YAML and numbers are written with."""
    return char in _MEANT


def plainly(text: str) -> str:
    """A text with each such character as the one that it looks like.

    Letters of other alphabets stay, but in a word that has Latin ones too.
    """
    if text.isascii():
        return text
    plain = "".join(_MEANT.get(char, char) for char in text)
    return _WORD.sub(lambda word: _latin(word[0]), plain)


def beyond_spaces(text: str) -> str:
    """A text without what it begins with that looks like a space, or like nothing."""
    found = _NO_SPACES.match(text)
    return text[found.end() :] if found else text


def unseen(text: str) -> list[int]:
    """Where characters of a text stand that nobody sees: also what looks like a space at its ends,
    and a joiner that joins no letters of an alphabet that has it."""
    inside = range(len(text) - len(text.lstrip()), len(text.rstrip()))
    return [at for at, char in enumerate(text) if _is_unseen(text, at, char, inside)]


def _is_unseen(text: str, at: int, char: str, inside: range) -> bool:
    if char in _SPACES:
        return at not in inside
    around = text[max(at - 1, 0) : at] + text[at + 1 : at + 2]
    return char in _UNSEEN or (char in _JOINERS and (len(around) < 2 or around.isascii()))


def named(text: str) -> str:
    """The first character of a text that looks like another, by name: "U+2013 (en dash)"."""
    import unicodedata  # for mistakes only

    char = text[place(text)]
    name = unicodedata.name(char, "no name").lower()
    return f"U+{ord(char):04X} ({name})"


def place(text: str) -> int:
    """Where the first such character stands."""
    return next(places(text), 0)


def places(text: str) -> Iterator[int]:
    """Where each such character stands."""
    for word in re.finditer(r"\w+|\W", text):
        plain = plainly(word[0])
        if plain != word[0]:
            differ = (at for at, char in enumerate(word[0]) if char in _MEANT or char in _LETTERS)
            yield from (word.start() + at for at in differ)


def meant(char: str) -> str:
    """What a character looks like, in words."""
    plain = _MEANT.get(char, _LETTERS.get(char, char))
    return {" ": "a space", "": "nothing"}.get(plain, f"`{plain}`")


def _latin(word: str) -> str:
    if word.isascii() or not _ASCII_LETTER.search(word):
        return word
    return "".join(_LETTERS.get(char, char) for char in word)
