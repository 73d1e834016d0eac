"""OmegaConf's `${...}` in values: what it names, and what a value comes to with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tcwc.ir import Path, Value
from tcwc.merge import lookup

_MAX_STEPS = 10
"""References that lead to references; more are a circle."""
_MAX_TEXT = 100_000
_REFERENCE = re.compile(r"\$\{\s*([^:{}]+?)\s*\}")


def reference_paths(value: Value) -> Iterator[str]:
    """What each plain `${path}` in a value names, as written; resolvers (`${oc.env:X}`) are not."""
    if isinstance(value, str):
        if "${" in value:
            yield from _REFERENCE.findall(value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from reference_paths(item)
    elif isinstance(value, list):
        for item in value:
            yield from reference_paths(item)


def references(value: Value) -> Iterator[str]:
    """The top-level names that `${...}` in a value refers to."""
    for reference in reference_paths(value):
        yield re.split(r"[.\[]", reference, maxsplit=1)[0]


def resolve(value: Value, config: Value) -> Value:
    """A value with the plain `${path}` in it replaced by what they name in a config.

    What is not there, resolvers (`${oc.env:X}`) and references in a circle stay as written.
    """
    for _ in range(_MAX_STEPS):
        replaced = _replaced(value, config)
        if replaced == value:
            break
        value = replaced
    return value


def referenced(value: Value) -> Iterator[Path]:
    """The paths that plain `${path}` in a value name."""
    for reference in reference_paths(value):
        yield _path(reference)


def _replaced(value: Value, config: Value) -> Value:
    if isinstance(value, str):
        if "${" not in value:
            return value
        whole = _REFERENCE.fullmatch(value)
        if whole is not None:
            there, found = lookup(config, _path(whole[1]))
            return found if there else value
        return _REFERENCE.sub(lambda each: _inserted(each, config), value)[:_MAX_TEXT]
    if isinstance(value, list):
        return [_replaced(item, config) for item in value]
    return value


def _inserted(reference: re.Match[str], config: Value) -> str:
    there, value = lookup(config, _path(reference[1]))
    plain = there and isinstance(value, (str, int, float)) and not isinstance(value, bool)
    return str(value) if plain else reference[0]


def _path(reference: str) -> Path:
    """OmegaConf's notation: `a.b.0.c`, `a[0].b`."""
    parts = [part for part in re.split(r"[.\[\]]", reference.strip()) if part]
    return tuple(int(part) if part.isdecimal() else part for part in parts)
