"""Values as words of bash: the one way by which a text reaches a script."""

from __future__ import annotations

from tcwc.jobs.places import NoPlace, Variable, pieces_of
from tcwc.model.patterns import pattern
from tcwc.model.problem import Problem

_PLAIN = pattern(r"[A-Za-z0-9_./:@%+,=-]+")


class NotAWord(Problem):
    """A text cannot be told to bash."""


def quoted(text: str) -> str:
    """One word of bash, on one line, that is this text, whatever stands in it.

    Raises NotAWord for a NUL, which no argument can hold.
    """
    if "\0" in text:
        raise NotAWord(f"{text!r} holds a NUL character", "write it without")
    if _PLAIN.fullmatch(text):
        return text
    if all(each.isprintable() for each in text):
        return "'" + text.replace("'", "'\\''") + "'"
    return "$'" + "".join(map(_escaped, text)) + "'"


def _escaped(character: str) -> str:
    """A character between `$'` and `'`. Octal digits are what every bash reads alike."""
    if character in "\\'":
        return "\\" + character
    if character.isprintable():
        return character
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))


def folder_word(folder: str) -> str:
    """One word of bash that is a folder as a config has it.

    In it `${oc.env:X}` became `"${X:?}"`, which fails where X is unset or empty.
    `${oc.env:X,default}` became `"${X-default}"`. Raises NotAWord for any other `${...}`.
    """
    pieces = pieces_of(folder)
    if isinstance(pieces, NoPlace):
        raise NotAWord(pieces.why, pieces.help)
    return "".join(map(_piece, pieces)) or "''"


def _piece(piece: str | Variable) -> str:
    if isinstance(piece, str):
        return quoted(piece)
    return f'"${{{piece.name}{":?" if piece.default is None else f"-{piece.default}"}}}"'
