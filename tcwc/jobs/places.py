"""Where a run writes: its folder as the config has it, and with references filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tcwc.config.interpolation.parse import parse
from tcwc.config.interpolation.syntax import BadInterpolation, Reference, Resolver
from tcwc.model.frozen import dataclass
from tcwc.model.patterns import pattern

_ENVIRONMENT = pattern(r"\$\{\s*oc\.env\s*:\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:,(.*))?\}", 16)
_DEFAULT = pattern(r"\s*(?:'([A-Za-z0-9_./:@%+=, -]*)'|([A-Za-z0-9_./:@%+-]*))\s*")


@dataclass(frozen=True, slots=True)
class NoPlace:
    """Why nobody can tell where a run writes, and what to write instead."""

    why: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the environment in a path; without a `default` it has to be set, and to more
    than nothing."""

    name: str
    default: str | None = None


def pieces_of(path: str) -> tuple[str | Variable, ...] | NoPlace:
    """What a path of a config is made of: texts, and the variables that `${oc.env:NAME}` and
    `${oc.env:NAME,default}` name. NoPlace for any other `${...}`."""
    pieces = parse(path)
    if isinstance(pieces, BadInterpolation):
        return NoPlace(f"the folder {path!r} cannot be read: {pieces.message}", pieces.help)
    found: list[str | Variable] = []
    for piece in pieces:
        made = piece if isinstance(piece, str) else _variable(piece)
        if isinstance(made, NoPlace):
            return made
        found.append(made)
    return tuple(found)


def _variable(piece: Reference | Resolver) -> Variable | NoPlace:
    found = _ENVIRONMENT.fullmatch(piece.text) if isinstance(piece, Resolver) else None
    if found is None:
        return NoPlace(
            f"the folder of a run depends on {piece.text}, which is known only where it runs",
            "write the folder out, or set a variable of the environment in the cluster profile and "
            "write ${oc.env:NAME}",
        )
    name, default = found.groups()
    if default is None:
        return Variable(name)
    plain = _DEFAULT.fullmatch(default)
    if plain is None or plain[2] == "null":
        return NoPlace(
            f"the folder of a run depends on {piece.text}, whose default is no plain path",
            "write a default of letters, digits and ./:@%+=-_, or none",
        )
    return Variable(name, plain[1] if plain[1] is not None else plain[2])


def place_of(path: str, variables: Mapping[str, str]) -> str | NoPlace:
    """A path of a config with the variables of an environment filled in, as the job does it."""
    if not path:
        return NoPlace("its config names no folder")
    pieces = pieces_of(path)
    if isinstance(pieces, NoPlace):
        return pieces
    made = ""
    for piece in pieces:
        if isinstance(piece, str):
            made += piece
        elif piece.default is not None:
            made += variables.get(piece.name, piece.default)
        elif value := variables.get(piece.name):
            made += value
        else:
            return NoPlace(f"the variable {piece.name} of its folder is not set here")
    return made


def variables_of(paths: Iterable[str]) -> list[str]:
    """The variables of the environment that paths name, and that have to be set."""
    return list(
        dict.fromkeys(
            piece.name
            for path in dict.fromkeys(paths)
            if not isinstance(pieces := pieces_of(path), NoPlace)
            for piece in pieces
            if isinstance(piece, Variable) and piece.default is None
        )
    )
