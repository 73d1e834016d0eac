"""Checks of whole configs: one of each shape that the runs of an experiment have."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.interpolation.closure import mentions
from tcwc.config.merge import Conflict, lookup
from tcwc.config.walk import COMPONENT
from tcwc.lint.cases import Levels
from tcwc.lint.checks.components import OF_COMPONENTS, check_components
from tcwc.lint.checks.references import check_references
from tcwc.lint.checks.values import check_values
from tcwc.lint.context import Context, is_broken
from tcwc.lint.stopwatch import timed
from tcwc.lint.variants import Variant, describe_runs, variants
from tcwc.model.diagnostics import (
    Diagnostic,
    Severity,
    add_to,
    finding,
    remove_at,
    replace_by,
    reword,
)
from tcwc.model.frozen import replace
from tcwc.model.ir import Assignment, Op
from tcwc.model.rules import (
    BAD_CHOICE,
    BAD_OPERATOR,
    DEAD_BASE_KEY,
    MISSING_KEY,
    MISSING_VALUE,
    NO_OUTPUT_DIR,
    NO_SUCH_INDEX,
    SHAPE_CONFLICT,
    UNKNOWN_RESOLVER,
    UNRESOLVED_REFERENCE,
    WRONG_RECIPE,
    WRONG_TYPE,
)
from tcwc.model.words import listed, nearest, same_words
from tcwc.torchtune.catalogue.model import Recipe
from tcwc.torchtune.catalogue.receivers import reads
from tcwc.torchtune.isolation import written


def check_configs(context: Context) -> Iterator[Diagnostic]:
    """The findings over all variants, each with the runs that it concerns."""
    met: dict[Diagnostic, list[Levels]] = {}
    for variant in variants(context.experiment):
        for each in _check(context, variant):
            met.setdefault(each, []).append(variant.levels)
    if not context.complete:  # levels are missing, so places in the design would be wrong
        yield from met
        return
    for each, levels in met.items():
        yield replace(each, runs=describe_runs(context.experiment, levels))


def _check(context: Context, variant: Variant) -> Iterator[Diagnostic]:
    watch = context.watch
    conflicts = (_conflict(*each) for each in variant.conflicts)
    yield from timed(watch, conflicts, BAD_OPERATOR, SHAPE_CONFLICT, NO_SUCH_INDEX)
    if context.renamed_here:
        from tcwc.lint.checks.elsewhere import of_other_release  # rarely needed

        names = context.renamed_here
        renamed = (of_other_release(context.catalogue, old, span) for span, old in names)
        yield from timed(watch, renamed, *OF_COMPONENTS)
    found = [
        *timed(watch, check_components(context, variant), *OF_COMPONENTS),
        *timed(watch, check_values(context, variant), WRONG_TYPE, BAD_CHOICE),
    ]
    yield from found
    if not context.complete or variant.conflicts:
        return
    if not is_broken(each for each in found if each.rule not in OF_COMPONENTS):
        # What is said of a component may be ignored, and then a reference still has to hold.
        unresolved = check_references(context, variant)
        yield from timed(watch, unresolved, MISSING_VALUE, UNRESOLVED_REFERENCE, UNKNOWN_RESOLVER)
    if not is_broken(found):
        yield from timed(watch, _dead(context, variant), DEAD_BASE_KEY)
        missing = _missing(context, variant)
        yield from timed(watch, missing, MISSING_KEY, WRONG_RECIPE, NO_OUTPUT_DIR)


def _dead(context: Context, variant: Variant) -> Iterator[Diagnostic]:
    """Top-level keys of a base file that nobody reads; those of the author are reported."""
    if context.recipe is None:
        return
    values = (variant.config, context.experiment.base.values)
    referred = {path[0] for value in values for path in mentions(value, ()) if path}
    for key in variant.config:
        span = context.experiment.base.key_spans.get((key,))
        if span and key not in referred and not reads(context.recipe, key):
            read = {path.rpartition(".")[2]: path for path in context.recipe.keys}
            near = nearest(key, read, cutoff=0.8)
            yield finding(
                DEAD_BASE_KEY,
                span,
                f"recipe {context.recipe.name} reads no key `{key}`, so it changes nothing",
                help=(f"did you mean `{read[near[0]]}`? " if near else "")
                + "remove it, or set what is meant by its path under `controls:`",
                fix=reword(span, key, near[0], safe=same_words(key, near[0]))
                if near and read[near[0]] == near[0] and near[0] not in variant.config
                else remove_at(span),
            )


def _missing(context: Context, variant: Variant) -> Iterator[Diagnostic]:
    """What the recipe needs and the config lacks: each deletion, and all that never was there."""
    recipe, config = context.recipe, variant.config
    if recipe is None:
        return
    absent = []
    for key in recipe.keys.values():
        path = tuple(key.path.split("."))
        parent_there, parent = lookup(config, path[:-1])
        if not key.required or lookup(config, path)[0] or not parent_there:
            continue
        if not isinstance(parent, dict) or key.path == "output_dir":
            continue
        origin = variant.origin(path)
        if origin is None:
            absent.append(key.path)
            continue
        gone = origin.op is Op.DELETE
        yield finding(
            MISSING_KEY,
            origin.span_of(path, key=True),
            f"recipe {recipe.name} needs `{key.path}`, and this config has none",
            help=("remove this line" if gone else f"set `{key.path}` under `controls:`")
            + f" ({key.at[0]} reads it)",
            fix=remove_at(origin.key_span) if gone else None,
        )
    yield from _never_there(context, recipe, absent, variant)
    if context.needs_output_dir and "output_dir" not in config:
        yield _no_output_dir(context, recipe, variant)
    for section in recipe.instantiates:
        there, value = lookup(config, tuple(section.split(".")))
        supplied = recipe.instantiates[section].component
        if there and isinstance(value, dict) and COMPONENT not in value and not supplied:
            origin = variant.origin((section, COMPONENT))
            yield finding(
                MISSING_KEY,
                origin.key_span if origin else context.place((section,), None),
                f"`{section}` has no `_component_`, and the recipe makes one of it",
                help=f"say what is made: `{section}._component_: ...`",
            )


def _never_there(
    context: Context, recipe: Recipe, absent: list[str], variant: Variant
) -> Iterator[Diagnostic]:
    """The keys that a base lacks are one finding: about the recipe, where that is the mistake."""
    base = context.experiment.base
    needs = f"needs {listed(absent)}" if absent else ""
    shipped = None if base.is_file else context.catalogue.config(base.name)
    theirs = context.catalogue.recipe(recipe.name) is not None  # one's own is registered nowhere
    if theirs and shipped and shipped.recipes and recipe.name not in shipped.recipes:
        message = f"`{base.name}` is registered for {' or '.join(shipped.recipes)}, "
        message += f"not for {recipe.name}" + (f", which {needs} besides" if absent else "")
        help = f"write recipe: {shipped.recipes[0]}, or remove the line"
        at = context.recipe_at or context.start
        severity = Severity.ERROR if absent else Severity.WARNING
        fix = replace_by(at, shipped.recipes[0]) if context.recipe_at else None
        yield replace(finding(WRONG_RECIPE, at, message, help=help, fix=fix), severity=severity)
    elif absent:
        other = _other_recipe(context, variant) if len(absent) > 1 else None
        it = "none" if len(absent) == 1 else "none of them"
        one = f"set `{absent[0]}` under `controls:` ({recipe.keys[absent[0]].at[0]} reads it)"
        yield finding(
            MISSING_KEY,
            context.start,
            f"recipe {recipe.name} {needs}, and this config has {it}",
            help=f"is it meant for {other}, whose keys it has all? Else set them under `controls:`"
            if other
            else one
            if len(absent) == 1
            else "set them under `controls:`",
        )


def _other_recipe(context: Context, variant: Variant) -> str | None:
    """The recipe that needs most keys of those that find all they need in a config."""
    best, most = None, 0
    for name in context.catalogue.recipe_names():
        recipe = context.catalogue.recipe(name)
        needed = [key.path for key in recipe.keys.values() if key.required] if recipe else []
        if len(needed) > most and all(
            lookup(variant.config, tuple(path.split(".")))[0] for path in needed
        ):
            best, most = name, len(needed)
    return best


def _no_output_dir(context: Context, recipe: Recipe, variant: Variant) -> Diagnostic:
    config, deleted = variant.config, variant.origin(("output_dir",))
    others = [text for key, value in config.items() for _, text in written(key, value)]
    place = next((text for text in others if "${" not in text), "/tmp/torchtune/runs")
    return finding(
        NO_OUTPUT_DIR,
        deleted.key_span if deleted else context.start,
        f"recipe {recipe.name} writes to `output_dir`, and this config has none",
        help=f"add under `controls:` the line `output_dir: {place}`",
        fix=remove_at(deleted.key_span)
        if deleted
        else add_to("controls", f"output_dir: {place}", context.start),
    )


def _conflict(assignment: Assignment, conflict: Conflict) -> Diagnostic:
    rule = BAD_OPERATOR if conflict.absent else SHAPE_CONFLICT
    return finding(
        NO_SUCH_INDEX if conflict.index else rule,
        assignment.key_span,
        conflict.message,
        help=conflict.help,
        fix=remove_at(assignment.key_span) if conflict.absent else None,
    )
