"""Finds tcwc's data: schemas, grammars, lint rules, job scripts and completions.

In a checkout and in an editable install the data folders lie beside the package, at the top
level, where people read and extend them; a wheel carries them inside the package. Completions are
made when tcwc is built or installed (tools/build_hook.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

from tcwc.model.patterns import pattern

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_CONSTANT = pattern(r"\b[A-Z][A-Z0-9_]{3,}\b")
"""Names of constants, which are in no message."""
_FOLDERS = ("schemas", "grammar", "lint_rules", "scripts", "completions")


def _root() -> str:
    inside = os.path.join(_PACKAGE, "_data")
    return inside if os.path.isdir(inside) else os.path.dirname(_PACKAGE)


_ROOT = _root()


def _locate(name: str) -> str:
    """Names are relative, with `/`, and start with one of the data folders."""
    parts = name.split("/")
    if parts[0] not in _FOLDERS or ".." in parts:
        raise ValueError(f"not a data file of tcwc: {name!r}")
    return os.path.join(_ROOT, *parts)


def read_text(name: str) -> str:
    """The text of a data file, such as "schemas/experiment.schema.json".

    Raises FileNotFoundError where there is none: an installation without its data is a bug.
    """
    with open(_locate(name), encoding="utf-8", newline="") as file:
        return file.read()


def read_schema(name: str) -> str:
    """The text of a file below `schemas/`. Raises as `read_text` does."""
    return read_text(f"schemas/{name}")


def schema_names(folder: str) -> list[str]:
    """What a folder below `schemas/` holds."""
    return names(f"schemas/{folder}")


def names(folder: str) -> list[str]:
    """What a data folder holds, files and folders, sorted; empty where there is no such folder."""
    try:
        found = os.listdir(_locate(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(name for name in found if not name.startswith((".", "__")))


@cache
def own_text() -> str:
    """All that tcwc itself can say, and all that it knows: its source, its data, its rules."""
    folders = [_PACKAGE, *(os.path.join(_ROOT, name) for name in _FOLDERS)]
    return "\n".join(text for folder in folders for text in _texts(folder))


def _texts(folder: str) -> Iterator[str]:
    for above, _, found in os.walk(folder):
        for name in found:
            if name.endswith((".py", ".json", ".yaml")):
                with open(os.path.join(above, name), encoding="utf-8") as file:
                    text = file.read()
                yield _CONSTANT.sub("", text) if name.endswith(".py") else text
