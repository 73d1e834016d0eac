"""Keys of a config beside those that its recipe reads: dead, missing, or unset."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.interpolation.closure import mentions
from tcwc.config.isolation import written
from tcwc.config.merge import lookup
from tcwc.config.shipped import values_shipped
from tcwc.lint.assigned import paths_of
from tcwc.lint.context import Context
from tcwc.lint.repairs import flow
from tcwc.lint.variants import Variant
from tcwc.model.arguments import key_type, reads
from tcwc.model.diagnostics import (
    Diagnostic,
    Severity,
    finding,
    remove_at,
    reword,
)
from tcwc.model.frozen import replace
from tcwc.model.ir import Op, Path, Value, format_path
from tcwc.model.known import Recipe
from tcwc.model.rules import (
    DEAD_BASE_KEY,
    MISSING_KEY,
    NO_OUTPUT_DIR,
    SEED_UNSET,
    WRONG_RECIPE,
)
from tcwc.model.types import misfit
from tcwc.model.words import either, listed, nearest, same_words
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.keys import COMPONENT, WRITE_KEYS

_SWEEP = 4
"""Runs from which on a base's own `seed: null` is mentioned: fewer are a trial, no study."""


def check_dead(context: Context, variant: Variant) -> Iterator[Diagnostic]:
    """Top-level keys of a base file that nobody reads; those of the author are reported."""
    if context.recipe is None:
        return
    values = (variant.config, context.experiment.base.values)
    referred = {path[0] for value in values for path in mentions(value, ()) if path}
    for key in variant.config:
        span = context.experiment.base.key_spans.get((key,))
        if span and key not in referred and not reads(context.recipe, key):
            read = {path.rpartition(".")[2]: path for path in context.recipe.keys}
            near = [
                each
                for each in nearest(key, read, context.catalogue.vocabulary())
                if _takes(context, tuple(read[each].split(".")), variant.config[key])
            ]
            yield finding(
                DEAD_BASE_KEY,
                span,
                f"recipe {context.recipe.name} reads no key `{key}`, so it changes nothing",
                help=(f"did you mean {either([f'`{read[n]}`' for n in near])}? " if near else "")
                + f"remove it, or set what is meant by its path{context.in_controls}",
                fix=reword(span, key, near[0], safe=same_words(key, near[0]))
                if len(near) == 1 and read[near[0]] == near[0] and near[0] not in variant.config
                else None,
            )


def _takes(context: Context, path: Path, value: Value) -> bool:
    """Whether a key can have a value, as far as is known."""
    type_ = key_type(context.catalogue, context.recipe, path)
    return type_ is None or misfit(value, type_) is None


def check_missing(context: Context, variant: Variant) -> Iterator[Diagnostic]:
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
        # check_output_dir tells that one, with a place to write to.
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
            help=("remove this line" if gone else f"set `{key.path}`{context.in_controls}")
            + f" ({key.at[0]} reads it)",
            fix=remove_at(origin.key_span) if gone else None,
        )
    yield from _never_there(context, recipe, absent, variant)
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
        if there and isinstance(value, list) and not supplied:
            yield from _nameless(context, variant, section, value)


def _nameless(
    context: Context, variant: Variant, section: str, items: list[Value]
) -> Iterator[Diagnostic]:
    """The items of a list of components that name none: a recipe makes one of each."""
    base = lookup(context.experiment.base.values, (section, COMPONENT))[1]
    such = f"`{COMPONENT}: {base}`, that of the base" if isinstance(base, str) else "`_component_`"
    for index, item in enumerate(items):
        if not isinstance(item, dict) or COMPONENT in item:
            continue
        path: Path = (section, index)
        yield finding(
            MISSING_KEY,
            context.place(path, variant.origin(path)),
            f"`{format_path(path)}` has no `{COMPONENT}`, and the recipe makes one of each item",
            help=f"say in the item what is made, such as {such}",
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
        yield replace(finding(WRONG_RECIPE, at, message, help=help), severity=severity)
    elif absent:
        other = _other_recipe(context, variant) if len(absent) > 1 else None
        it = "none" if len(absent) == 1 else "none of them"
        lines = _lines(context, recipe, absent, variant)
        yield finding(
            MISSING_KEY,
            context.start,
            f"recipe {recipe.name} {needs}, and this config has {it}",
            help=f"is it meant for {other}, whose keys it has all? Else {lines}"
            if other
            else lines,
        )


def _lines(context: Context, recipe: Recipe, absent: list[str], variant: Variant) -> str:
    """What to write for keys that are missing: as the base has them under a name of another
    library, else as most configs have them that ship for the recipe."""
    own = dict(pair for key in variant.config for pair in _meant(context, recipe, key, variant))
    lines, others = [], []
    for key in absent:
        values = [own[key]] if key in own else values_shipped(context.catalogue, recipe, key)
        if values:
            lines.append(f"`{key}: {flow(max(values, key=values.count))}`")
        else:
            others.append(key)
    if not lines:
        where = f" ({recipe.keys[absent[0]].at[0]} reads it)" if len(absent) == 1 else ""
        set_them = f"set {listed(others) if len(others) == 1 else 'them'}"
        return f"{set_them}{context.in_controls}{where}"
    more = f", and set {listed(others)} there" if others else ""
    home = context.in_controls
    return f"write{home}, as most configs for it have them, {', '.join(lines)}{more}"


def _meant(
    context: Context, recipe: Recipe, key: str, variant: Variant
) -> Iterator[tuple[str, Value]]:
    """The path that a key is in torchtune, if it is one as it stands, and its value."""
    known, value = context.catalogue, variant.config[key]
    assert isinstance(known, Catalogue)
    written = (known.elsewhere(key) or {}).get("write", {})
    if not reads(recipe, key) and not isinstance(value, (dict, list)):
        yield from ((path, value) for path, text in written.items() if text == "{value}")


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


def check_output_dir(context: Context, variant: Variant) -> Iterator[Diagnostic]:
    """The directory that a recipe writes to, where a config names none."""
    recipe, config = context.recipe, variant.config
    if recipe is None or context.directory_key is None or "output_dir" in config:
        return
    deleted = variant.origin(("output_dir",))
    others = [text for key, value in config.items() for _, text in written(key, value, WRITE_KEYS)]
    place = next((text for text in others if "${" not in text), "/tmp/torchtune/runs")
    yield finding(
        NO_OUTPUT_DIR,
        deleted.key_span if deleted else context.start,
        f"recipe {recipe.name} writes to `output_dir`, and this config has none",
        help=f"add{context.in_controls} the line `output_dir: {place}`",
        fix=remove_at(deleted.key_span) if deleted else None,
    )


def check_seed(context: Context) -> Iterator[Diagnostic]:
    """Runs that draw other random numbers each time, beside what is compared."""
    experiment, recipe = context.experiment, context.recipe
    trains = recipe is not None and "optimizer" in recipe.keys and "seed" in recipe.keys
    varied = (*experiment.factors, *experiment.derived)
    if not trains or any(("seed",) in paths_of(column) for column in varied):
        return
    some = [a for group in experiment.conditional for a in group.levels[0].assignments]
    said = [each for each in (*some, *experiment.constants) if each.path == ("seed",)]
    # Where it is null for some runs alone, that is where it is said.
    own = next((each for each in said if each.value is None), said[-1] if said else None)
    value = own.value if own else lookup(experiment.base.values, ("seed",))[1]
    count = len(experiment.cells)
    if value is not None or count < (2 if own else _SWEEP):
        return
    from tcwc.torchtune.knowledge.effects import draws_random_numbers

    if not draws_random_numbers(context):
        return
    found = finding(
        SEED_UNSET,
        own.value_span if own else context.place(("seed",), None),
        "`seed` is null, so each run starts from other random numbers, and a difference between "
        "two runs may be theirs",
        help="add `seed: 1` under `controls:`, or vary it: `seed: [1, 2, 3]` under `variables:`",
    )
    yield found if own else replace(found, severity=Severity.INFO)
