"""Walks over the values of a config."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from tcwc.model.ir import Path, Template, Value


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is a number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_count(value: object) -> bool:
    """Whether a value is a whole number of at least 1."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def component_sections(
    value: Value, component: str | None, path: Path = ()
) -> Iterator[tuple[Path, str]]:
    """Every mapping with a key `component`, at any depth, with the component that it names.

    None where the target has no such key.
    """
    if component is None:
        return
    if isinstance(value, dict):
        name = value.get(component)
        if isinstance(name, str) and "${" not in name:
            yield path, name
        for key, item in value.items():
            yield from component_sections(item, component, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from component_sections(item, component, (*path, index))


def strings(value: Value, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every string, at any depth, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from strings(item, (*path, index))


def leaves(value: Value, path: Path = ()) -> Iterator[tuple[Path, Value]]:
    """Everything that is no mapping and no list of mappings; empty mappings count as leaves."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


def templates(value: Value, path: Path = ()) -> Iterator[tuple[Path, Template]]:
    """The templates in a value, with where they stand."""
    return ((at, text) for at, text in strings(value, path) if isinstance(text, Template))
