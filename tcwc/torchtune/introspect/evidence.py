"""Whether what was read in a release, at a place of its source, is in another source too.

A place is found again by what stands there: a statement, with the conditions that it is under,
wherever in the file. The texts of a release are not at hand where a fork's catalogue is made; their
hashes are (schemas/cited, by `python -m tools.regenerate_cited`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping

from tcwc.model.frozen import dataclass
from tcwc.model.signature import sha256_text
from tcwc.torchtune.introspect.parsed import parsed

_HASH = 12
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)

Cited = Mapping[str, Mapping[str, str]]
"""By file of a release, the hash of what stands for each place in it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A statement: its lines, the name that it defines, and the hash of what it says."""

    first: int
    last: int
    name: str
    hash: str


def units(text: str) -> tuple[Unit, ...]:
    """All statements of a module's text, and the whole of it first. Raises what `parsed` does."""
    lines = text.encode().splitlines()
    whole = Unit(1, len(lines) + 1, "", _hash([text]))
    return (whole, *_inside(parsed(text), lines, ()))


def _inside(node: ast.AST, lines: list[bytes], tests: tuple[str, ...]) -> Iterator[Unit]:
    for child in ast.iter_child_nodes(node):
        under = tests
        if isinstance(child, ast.If):
            under = (*tests, _source(lines, child.test, child.test))
        if isinstance(child, ast.stmt):
            # An `else` is under the same conditions, and says a thing of its own.
            end = child.body[-1] if isinstance(child, ast.If) else child
            name = child.name if isinstance(child, _NAMED) else ""
            said = _hash([*([] if name else tests), _source(lines, child, end)])
            yield Unit(child.lineno, child.end_lineno or child.lineno, name, said)
        yield from _inside(child, lines, under)


def _source(lines: list[bytes], first: ast.stmt | ast.expr, last: ast.stmt | ast.expr) -> str:
    """What is written from one node to the end of another. Columns count bytes."""
    found = lines[first.lineno - 1 : last.end_lineno]
    found[-1] = found[-1][: last.end_col_offset]
    found[0] = found[0][first.col_offset :]
    return b"\n".join(found).decode()


def _hash(texts: list[str]) -> str:
    """However lines are broken, and without the comments between them."""
    said = "\0".join("".join(_COMMENT.sub("", text).split()) for text in texts)
    return sha256_text(said)[:_HASH]


def unit_at(all_units: tuple[Unit, ...], place: str) -> Unit:
    """What a place (`FILE:LINE`, `FILE NAME`, `FILE`) stands for: the innermost statement of a
    line, what has the name, or the whole file."""
    line = place.rpartition(":")[2] if ":" in place else ""
    name = place.partition(" ")[2]
    around = [
        each
        for each in all_units
        if (line and each.first <= int(line) <= each.last) or (name and each.name == name)
    ]
    return min(around, key=lambda each: each.last - each.first, default=all_units[0])


def function_at(all_units: tuple[Unit, ...], place: str) -> str:
    """The name of the function, or class, that a place is in; "" for none."""
    at = unit_at(all_units, place)
    around = [u for u in all_units if u.name and u.first <= at.first and at.last <= u.last]
    return min(around, key=lambda each: each.last - each.first).name if around else ""


def changed(cited: Cited, read: Callable[[str], str | None]) -> dict[str, list[str]]:
    """By file, the places whose statements another source has not; it is sound Python."""
    found = {file: _absent(read(file), places) for file, places in cited.items()}
    return {file: places for file, places in found.items() if places}


def _absent(text: str | None, places: Mapping[str, str]) -> list[str]:
    there = frozenset(each.hash for each in units(text)) if text is not None else frozenset()
    return [place for place, said in places.items() if said not in there]
