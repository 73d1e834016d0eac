"""Walks over the values of a config."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from tcwc.ir import Path, Value

COMPONENT = "_component_"
"""The key that names what torchtune instantiates from a section."""


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is a number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def component_sections(value: Value, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every mapping with a `_component_`, at any depth, with the component's name."""
    if isinstance(value, dict):
        name = value.get(COMPONENT)
        if isinstance(name, str) and "${" not in name:
            yield path, name
        for key, item in value.items():
            yield from component_sections(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from component_sections(item, (*path, index))


def texts(value: Value, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every string, with its path."""
    for where, leaf in leaves(value, path):
        if isinstance(leaf, str):
            yield where, leaf
        elif isinstance(leaf, list):
            yield from (((*where, i), item) for i, item in enumerate(leaf) if isinstance(item, str))


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
