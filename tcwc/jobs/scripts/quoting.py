"""Values as words of bash: the one way by which a text reaches a script."""

from __future__ import annotations

from tcwc.config.interpolation.parse import parse
from tcwc.config.interpolation.syntax import BadInterpolation, Reference, Resolver
from tcwc.model.patterns import pattern
from tcwc.model.problem import Problem

_PLAIN = pattern(r"[A-Za-z0-9_./:@%+,=-]+")
_ENVIRONMENT = pattern(r"\$\{\s*oc\.env\s*:\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:,(.*))?\}", 16)
_DEFAULT = pattern(r"\s*(?:'([A-Za-z0-9_./:@%+=, -]*)'|([A-Za-z0-9_./:@%+-]*))\s*")


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
    pieces = parse(folder)
    if isinstance(pieces, BadInterpolation):
        raise NotAWord(f"the folder {folder!r} cannot be read: {pieces.message}", pieces.help)
    words = [quoted(each) if isinstance(each, str) else _variable(each) for each in pieces if each]
    return "".join(words) or "''"


def _variable(piece: Reference | Resolver) -> str:
    found = _ENVIRONMENT.fullmatch(piece.text) if isinstance(piece, Resolver) else None
    if found is None:
        raise NotAWord(
            f"the folder of a run depends on {piece.text}, which a job script cannot know",
            "write the folder out, or set a variable of the environment in the cluster profile and "
            "write ${oc.env:NAME}",
        )
    name, default = found.groups()
    if default is None:
        return f'"${{{name}:?}}"'
    plain = _DEFAULT.fullmatch(default)
    if plain is None or plain[2] == "null":
        raise NotAWord(
            f"the folder of a run depends on {piece.text}, whose default is no plain path",
            "write a default of letters, digits and ./:@%+=-_, or none",
        )
    return f'"${{{name}-{plain[1] if plain[1] is not None else plain[2]}}}"'
