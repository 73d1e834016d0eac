"""The templates of scripts, with what several of them share in the place where each includes it."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.disk import data

_INCLUDE = "#@ include "


def template(name: str) -> str:
    """The text of a template in scripts/; a line `#@ include NAME` stands for another one's."""
    return "".join(_lines(name))


def _lines(name: str) -> Iterator[str]:
    for line in data.read_text(f"scripts/{name}").splitlines(keepends=True):
        if line.startswith(_INCLUDE):
            yield from _lines(line.removeprefix(_INCLUDE).strip())
        else:
            yield line
