"""The configs that a target ships, as a table to read and as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tcwc.model.about import About
from tcwc.model.values import Value
from tcwc.report.columns import in_columns
from tcwc.report.findings import Paint
from tcwc.report.json_text import json_text

FORMAT = 1
"""Changes where a reader of an older document would go wrong; new keys do not change it."""

_HEADS = ("base config", "size", "method", "devices", "recipe", "weights")
_ALWAYS = 4
"""Columns that stand there however narrow it is."""


def lines(found: Sequence[About], paint: Paint) -> Iterator[str]:
    """A table, with as many columns as there is room for."""
    rows = [_cells(each) for each in found]
    head, *others = in_columns(_HEADS, rows, always=_ALWAYS, width=paint.width)
    yield paint("dim", head)
    yield from others


def document(found: Sequence[About], version: str, tool: str) -> str:
    """The same as JSON, in the layout of `schemas/bases.schema.json`."""
    whole: dict[str, Value] = {
        "format": FORMAT,
        "tool": {"name": "tcwc", "version": tool},
        "version": version,
        "bases": [_member(each) for each in found],
    }
    return json_text(whole)


def _cells(each: About) -> tuple[str, ...]:
    recipe = ", ".join(each.recipes) or "(none: name one with `recipe:`)"
    if not each.recipes and each.likely:
        recipe = f"(none: write `recipe: {each.likely}`)"
    weights = ", ".join(each.weights) + (" (gated)" if each.is_gated else "")
    return each.name, each.size, each.method, devices(each), recipe, weights


def devices(each: About) -> str:
    """On how many devices a config is started, in a word."""
    return f"{each.devices}+" if each.is_guess else str(each.devices)


def _member(each: About) -> Value:
    return {
        "name": each.name,
        "model": each.model or None,
        "size": each.size or None,
        "method": each.method,
        "devices": each.devices,
        "devices_are_a_guess": each.is_guess,
        "recipes": list[Value](each.recipes),
        "likely_recipe": each.recipe or None,
        "weights": list[Value](each.weights),
        "is_gated": each.is_gated,
    }
