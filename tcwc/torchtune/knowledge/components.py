"""Checks of the components in a whole config: that they exist, and what they are given."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.config.merge import lookup
from tcwc.lint.context import Context
from tcwc.lint.variants import Variant
from tcwc.model.arguments import Arguments, arguments, read, supplied
from tcwc.model.diagnostics import Diagnostic, finding, reword
from tcwc.model.ir import Assignment, Op, Path, Template, Value, format_path
from tcwc.model.known import Parameter, Supplied
from tcwc.model.rules import (
    MISSING_ARGUMENT,
    OVERWRITTEN_ARGUMENT,
    SUPPLIED_ARGUMENT,
    UNCHECKED_COMPONENT,
    UNFIT_COMPONENT,
    UNKNOWN_COMPONENT,
    UNKNOWN_KEY,
    WRONG_TYPE,
)
from tcwc.model.types import ANY, misfit
from tcwc.model.words import either, lacks_a_part, listed, nearest, same_words
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.known import catalogue
from tcwc.torchtune.knowledge.named import (
    chosen_by,
    named,
    place_of,
    sections,
    written_at,
)
from tcwc.torchtune.knowledge.values import shown

_SHOWN = 3
"""Components of one name in several modules that are listed."""

_SEVERAL = 2
"""More arguments than that, all strange to a component, are one mistake: the component."""


def check_components(context: Context, variant: Variant) -> Iterator[Diagnostic]:
    """The findings of all sections that are components, at any depth."""
    for path, section in sections(variant.config, variant.config):
        value, where = named(variant, path, section[COMPONENT])
        if not isinstance(value, str):
            yield _no_name(context, variant, where, value)
        elif "${" not in value and value != "???" and not isinstance(value, Template):
            yield from _component(context, variant, path, section, value)


def _component(
    context: Context, variant: Variant, path: Path, section: dict[str, Value], name: str
) -> Iterator[Diagnostic]:
    span = place_of(context, variant, path)
    old = context.renamed.get((span, name))
    if old is not None:
        from tcwc.torchtune.knowledge.elsewhere import of_other_release  # rarely needed

        yield of_other_release(catalogue(context), old, span)
    taken = arguments(context.catalogue, name)
    if taken is None:
        yield _absent(context, variant, path, name)
        return
    taken = _with_handed_on(context, name, taken)
    if context.experiment.base.is_file or chosen_by(variant, path) is not None:
        from tcwc.torchtune.knowledge.data.classes import unmade
        from tcwc.torchtune.knowledge.places import (
            misplaced,  # what torchtune ships is in its place
        )

        if (found := unmade(catalogue(context), path, section, name, span)) is not None:
            yield found
            return
        if (sorts := misplaced(path, name)) is not None:
            yield _elsewhere(context, variant, path, name, *sorts)
            return
    refused = [
        key
        for key in section
        if key != COMPONENT
        and not taken.takes(key)
        and not _added(variant, path, key)
        and not _is_the_recipes(context, (*path, key))
    ]
    if refused and taken.more:
        from tcwc.torchtune.knowledge.condition.reader import of_builder  # rarely needed

        builders = of_builder(context, section, taken)
        refused = [key for key in refused if key not in builders]
    if refused:
        yield from _refused(context, variant, path, refused, name, taken)
    else:
        yield from _call(context, variant, path, section, name)


def _with_handed_on(context: Context, name: str, taken: Arguments) -> Arguments:
    """What a component takes, with what is taken where it hands on what it does not name.

    Only here: elsewhere these names would be short names, and more of them make some ambiguous.
    """
    # Another path to the component is as good as its own.
    known = taken.last and catalogue(context).handed_on(taken.last.name)
    if not taken.more or not (known or (known := catalogue(context).handed_on(name))):
        return taken
    more = [key for key in known["takes"] if key not in taken.named]
    unknown = {key: Parameter(key, ANY, "", False, "", False) for key in more}
    return Arguments({**taken.named, **unknown}, False)


def _added(variant: Variant, path: Path, key: str) -> bool:
    """Whether `+` stands before a key, or before one that is below it."""
    whole = (*path, key)
    origin = variant.origin(whole)
    below = (each for each in variant.assignments if each.path[: len(whole)] == whole)
    return (origin is not None and origin.added) or any(each.added for each in below)


def _is_the_recipes(context: Context, path: Path) -> bool:
    """Whether a recipe of the author's own reads a key below a component's section: it may take it
    out before it makes the component, which cannot be told from its text."""
    recipe = context.recipe
    own = recipe is not None and recipe.name.endswith(".py")
    return own and read(recipe, path) is not None


def _no_name(context: Context, variant: Variant, path: Path, value: Value) -> Diagnostic:
    return finding(
        WRONG_TYPE,
        context.place(path, variant.origin(path)),
        f"`{format_path(path)}`: the dotted name of a component is needed here, not {shown(value)}",
        help="write what is made here, such as torch.optim.AdamW",
    )


def _absent(context: Context, variant: Variant, path: Path, name: str) -> Diagnostic:
    """A component that is nowhere to be found, or of which nothing is known."""
    span = place_of(context, variant, path)
    from tcwc.torchtune.knowledge.elsewhere import (  # rarely needed
        is_of_another_release,
        of_other_release,
        of_the_author,
    )

    if catalogue(context).moved(name) is not None or is_of_another_release(
        catalogue(context), name
    ):
        return of_other_release(catalogue(context), name, span)
    trouble = catalogue(context).own_trouble(name)
    if trouble is not None:
        return of_the_author(name, trouble, span)
    from tcwc.torchtune.knowledge.dotted_names import never  # rarely needed

    names = catalogue(context).component_names()
    meant = nearest(name, names, context.catalogue.vocabulary())
    if why := never(catalogue(context), name, names):
        help = f"did you mean {either(meant)}?" if meant else "compare with the base config"
        sure = len(meant) == 1 and not lacks_a_part(name, meant[0], names)
        fix = reword(span, name, meant[0]) if sure else None
        return finding(UNKNOWN_COMPONENT, span, why, help=help, fix=fix)
    if "." in name and not catalogue(context).is_closed(name) and not meant:
        return finding(
            UNCHECKED_COMPONENT,
            span,
            f"`{name}` is not known to tcwc, so its arguments were not checked",
            help="check them by hand, or with `tcwc validate` where it can be imported",
        )
    # What has the same name in another module is another thing, but where the module is cut short.
    known = sorted(
        catalogue(context).named_so(_last(name)),
        # The package's own first, then torch's rather than a third party's.
        key=lambda each: (_package(each) != _package(name), not each.startswith("torch")),
    )
    near = meant or known[:_SHOWN]
    module = name.rpartition(".")[0]
    one = len(near) == 1 and (bool(meant) or not module or near[0].startswith(f"{module}."))
    one = one and not lacks_a_part(name, near[0], names)
    version = context.catalogue.version
    return finding(
        UNKNOWN_COMPONENT,
        span,
        f"there is no `{name}`"
        + (", as a component has a module before its name" if "." not in name else "")
        + (f" in torchtune {version}" if name.startswith("torchtune.") else ""),
        help=f"did you mean {either(near)}?" if near else "compare with the base config",
        fix=reword(span, name, near[0]) if one else None,
    )


def _elsewhere(
    context: Context, variant: Variant, path: Path, name: str, place: str, thing: str
) -> Diagnostic:
    return finding(
        UNFIT_COMPONENT,
        place_of(context, variant, path),
        f"`{format_path(path)}` is the place of {place}, and {name} is {thing}",
        help=f"choose {place} here",
    )


def _refused(
    context: Context, variant: Variant, path: Path, keys: list[str], name: str, taken: Arguments
) -> Iterator[Diagnostic]:
    """Arguments that a component does not take: misspelt ones, or all that another one took."""
    chosen = chosen_by(variant, path)
    if chosen is not None and any(variant.origin((*path, key)) is not chosen for key in keys):
        from tcwc.torchtune.knowledge.stale import stale  # rarely needed

        yield stale(context, variant, path, keys, name, chosen)
        return
    section = variant.config if not path else lookup(variant.config, path)[1]
    meant = {key: _meant(context, key, section, taken) for key in keys}
    if len(keys) > _SEVERAL and sum(map(bool, meant.values())) < len(keys) / 2:
        yield finding(
            UNKNOWN_KEY,
            context.place((*path, COMPONENT), None),
            f"{name} takes no {listed(keys)}",
            help=f"it takes {', '.join(list(taken.named)[:8])}; is another component meant?"
            if taken.named
            else "it takes no arguments; is another component meant?",
        )
        return
    at = written_at(variant, path)
    for key in keys:
        own = variant.origin((*at, key))
        near = meant[key]
        help = f"it takes {', '.join(list(taken.named)[:8])}" if taken.named else "it takes none"
        span = context.place((*at, key), own, key=True)
        yield finding(
            UNKNOWN_KEY,
            span,
            f"{name} takes no `{key}`",
            help=f"did you mean {either([f'`{each}`' for each in near])}?" if near else help,
            fix=reword(span, key, near[0], safe=same_words(key, near[0]))
            if len(near) == 1
            else None,
        )


def _meant(context: Context, key: str, section: Value, taken: Arguments) -> list[str]:
    """The parameters that a key is a misspelling of, and that take what stands there."""
    value = section[key] if isinstance(section, dict) else None
    near = nearest(key, taken.named, context.catalogue.vocabulary())
    return [each for each in near if misfit(value, taken.named[each].type) is None]


# --- the call that the recipe makes ---------------------------------------------------------


def _call(
    context: Context, variant: Variant, path: Path, section: dict[str, Value], name: str
) -> Iterator[Diagnostic]:
    """Whether a component can be called with what the config and the recipe give it together."""
    given = _given(context, path)
    component = context.catalogue.component(name)
    if given is None or component is None or context.recipe is None:
        return
    if path == ("lr_scheduler",) and name.startswith("torch."):
        return  # none of those can stand here: a rule of its own says so
    recipe, where = context.recipe.name, format_path(path)
    order = list(component.parameters)
    first = order[: given.positional]
    swap = place_of(context, variant, path)
    more = [] if component.forwards else [key for key in given.keywords if key not in order]
    if more or (len(order) < given.positional and not component.forwards):
        what = either([f"`{key}`" for key in more]) if more else "what it is given first"
        yield finding(
            UNFIT_COMPONENT,
            swap,
            f"{name} cannot stand at `{where}`: recipe {recipe} gives it {what}, "
            "which it does not take",
            help=_made_for(recipe, name, more)
            if more and catalogue(context).own_module(name.rpartition(".")[0])
            else "choose a component that is made for this place, "
            "or a recipe that makes nothing else of it",
        )
        return
    for key in section:
        if key in first or key in given.keywords:
            from tcwc.lint.repairs import remove_key  # rarely needed

            own = variant.origin((*path, key)) or variant.inside((*path, key))
            first_of_all = key in first
            yield finding(
                SUPPLIED_ARGUMENT if first_of_all else OVERWRITTEN_ARGUMENT,
                context.place((*path, key), own, key=True),
                f"recipe {recipe} gives {name} its `{key}` itself"
                + (", and two values are refused" if first_of_all else ", over what stands here"),
                help=f"remove `{where}.{key}`",
                # What is refused may be what the author means, of another component.
                fix=None if first_of_all else remove_key(context, (*path, key), own),
            )
    missing = [
        parameter.name
        for parameter in component.parameters.values()
        if parameter.required
        and parameter.name not in section
        and parameter.name not in first
        and parameter.name not in given.keywords
    ]
    deleted = [each for key in missing if (each := _deletion(variant, (*path, key)))]
    for each in deleted:
        from tcwc.model.diagnostics import remove_at  # rarely needed

        yield finding(
            MISSING_ARGUMENT,
            each.key_span,
            f"{name} needs `{each.path[-1]}`, and this line deletes it",
            help="remove this line, or set another value",
            fix=remove_at(each.key_span),
        )
    missing = [key for key in missing if all(each.path[-1] != key for each in deleted)]
    if missing:
        yield finding(
            MISSING_ARGUMENT,
            swap,
            f"{name} needs {listed(missing)}, and `{where}` has none",
            help=f"set `{where}.{missing[0]}` beside it",
        )


def _deletion(variant: Variant, path: Path) -> Assignment | None:
    """The line of the author's that deletes a key."""
    origin = variant.origin(path)
    return origin if origin and origin.op is Op.DELETE and origin.path == path else None


def _made_for(recipe: str, name: str, keywords: list[str]) -> str:
    """How the author's own component comes to take what a recipe gives it."""
    return (
        f"let {name} take {listed(keywords)} as well, with a default, or `**kwargs`, as what "
        f"torchtune has for this place does; or use a recipe other than {recipe}"
    )


def _given(context: Context, path: Path) -> Supplied | None:
    """What the recipe gives what it makes of a section; None where it makes nothing of it.

    A recipe of the author's own may hand on arguments that cannot be told from its text.
    """
    recipe = context.recipe
    if recipe is None or recipe.name.endswith(".py"):
        return None
    return supplied(recipe, path)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _package(name: str) -> str:
    return name.partition(".")[0]
