"""Levels that say in other words what an earlier one says: a default that is written out, a
template by its name and by its tags."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from tcwc.config.canonical import canonical_json
from tcwc.config.merge import Conflict, merge
from tcwc.lint.assigned import paths_of
from tcwc.lint.context import Context
from tcwc.model.arguments import Arguments, arguments
from tcwc.model.diagnostics import Diagnostic, Label, finding
from tcwc.model.ir import Factor, Level, Value
from tcwc.model.rules import EQUIVALENT_LEVELS
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.known import catalogue

_TEMPLATE = "prompt_template"


def check_alike(context: Context, factor: Factor, _: object) -> Iterator[Diagnostic]:
    """Levels of sections, mappings and names that are the same to what is made of them."""
    if not varies_mappings(factor) or _meets_others(context, factor):
        return
    seen: dict[str, tuple[Level, str]] = {}
    for level in factor.levels:
        meant, written = _meant(context, level)
        if not meant:
            return
        first, before = seen.setdefault(meant, (level, written))
        if written != before:  # the same config is told as that
            yield finding(
                EQUIVALENT_LEVELS,
                level.span,
                f"this level of `{factor.name}` says in other words what an earlier one says, and "
                "trains the same weights: what they differ in is the default",
                help="remove it",
                labels=(Label(first.span, "the same in other words"),),
            )


def varies_mappings(factor: Factor) -> bool:
    """Whether some level is a mapping, and no value by itself."""
    if len(factor.levels) < 2 or factor.is_arm:
        return False
    return any(
        len(level.assignments) > 1 or isinstance(each.value, dict) or each.path != factor.path
        for level in factor.levels
        for each in level.assignments
    )


def _meets_others(context: Context, factor: Factor) -> bool:
    """Whether another variable sets something in the same sections, or a level has conditions."""
    mine = {path[0] for path in paths_of(factor)}
    columns = context.experiment.columns
    others = {p[0] for each in columns if each is not factor for p in paths_of(each)}
    return bool(mine & others)


def _meant(context: Context, level: Level) -> tuple[str, str]:
    """What a level comes to, without what holds without it, and as it is written; "" where it
    cannot be merged."""
    experiment, known = context.experiment, catalogue(context)
    try:
        config = merge(merge(experiment.base.values, experiment.constants), level.assignments)
    except Conflict:
        return "", ""
    tops = sorted({str(each.path[0]) for each in level.assignments})
    bare = canonical_json({top: _bare(config.get(top), (top,), known) for top in tops})
    return bare, canonical_json({top: config.get(top) for top in tops})


def _bare(value: Value, path: tuple[str, ...], known: Catalogue) -> Value:
    """A value without arguments that have their defaults."""
    if not isinstance(value, dict):
        return value
    name = value.get(COMPONENT)
    taken = arguments(known, name) if isinstance(name, str) else None
    made: dict[str, Value] = {}
    for key, each in value.items():
        inner = _bare(each, (*path, key), known)
        inner = _template(inner, known) if key == _TEMPLATE else inner
        if not _holds_anyway(str(name), key, inner, taken, known):
            made[key] = inner
    return made


def _template(value: Value, known: Catalogue) -> Value:
    """The tags of a template, as far as there are any; null where there are none."""
    named = [each for each in known.relations("templates") if each["name"] == value]
    value = named[0]["tags"] if named else value
    if not isinstance(value, Mapping):
        return value
    if not all(isinstance(each, list) for each in value.values()):
        return dict(value)
    tags: dict[str, Value] = {role: each for role, each in value.items() if _has_text(each)}
    return tags or None


def _has_text(tags: Value) -> bool:
    return isinstance(tags, list) and any(tags)


def _holds_anyway(
    name: str, key: str, value: Value, taken: Arguments | None, known: Catalogue
) -> bool:
    """Whether an argument is what it is without being given."""
    parameter = taken.named.get(key) if taken else None
    if parameter is None or parameter.required:
        return False
    told = f"{name}.{key}"
    in_body = [
        each["value"] for each in known.relations("defaults_in_bodies") if each["of"] == told
    ]
    if value in in_body:
        value = None
    try:
        default = ast.literal_eval(parameter.default)
    except (ValueError, SyntaxError):
        return False
    if isinstance(default, bool) is not isinstance(value, bool):
        return False
    return bool((list(default) if isinstance(default, tuple) else default) == value)
