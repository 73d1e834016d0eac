"""Sections that are components in a config, and what says which: references and templates too."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.filling import NotFilled, fill
from tcwc.config.interpolation.reading import NotKnown, Reading, followed
from tcwc.config.merge import lookup
from tcwc.lint.context import Context
from tcwc.lint.variants import Variant
from tcwc.model.ir import Assignment, Path, Template, Value
from tcwc.model.source import Span
from tcwc.torchtune.keys import COMPONENT


def sections(
    value: Value, config: dict[str, Value], path: Path = ()
) -> Iterator[tuple[Path, dict[str, Value]]]:
    """Every mapping with a `_component_`, at any depth, and those that stand for a `${...}`."""
    if isinstance(value, str) and "${" in value:
        value, where = followed(value, path, config)
        if isinstance(value, dict) and COMPONENT in value and where != path:
            yield path, value
    elif isinstance(value, dict):
        if COMPONENT in value:
            yield path, value
        for key, item in value.items():
            yield from sections(item, config, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from sections(item, config, (*path, index))


def written_at(variant: Variant, path: Path) -> Path:
    """Where the keys of a section stand that may be another one by `${...}`."""
    return followed(lookup(variant.config, path)[1], path, variant.config)[1]


def is_referred(name: Value) -> bool:
    """Whether a name is said elsewhere, in whole or in part."""
    return isinstance(name, str) and ("${" in name or isinstance(name, Template))


def named(variant: Variant, path: Path, name: Value) -> tuple[Value, Path]:
    """The component of a section, and where its name is written; as it stands if not known."""
    at = (*path, COMPONENT)
    if not is_referred(name):
        return name, at

    def standing(value: Value, at: Path) -> Value:
        return fill(value, at, variant.config, {}, ()) if isinstance(value, Template) else value

    try:
        return Reading(variant.config, standing).final(name, at)
    except (NotKnown, NotFilled):
        return name, at


def chosen_by(variant: Variant, path: Path) -> Assignment | None:
    """The assignment that chose the component of a section, or what its name refers to."""
    at = (*path, COMPONENT)
    where = named(variant, path, lookup(variant.config, at)[1])[1]
    return variant.origin(where) or variant.origin(at)


def place_of(context: Context, variant: Variant, path: Path) -> Span:
    """Where the component of a section is chosen."""
    return context.place((*path, COMPONENT), chosen_by(variant, path))
