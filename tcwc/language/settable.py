"""What can be set in a config: what stands there, and what could, as something reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tcwc.config.merge import lookup
from tcwc.config.walk import leaves
from tcwc.language.names import Names
from tcwc.language.tree import Tree
from tcwc.model.arguments import free, supplied
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, Value
from tcwc.model.known import Parameter, RecipeKey
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.types import ANY, Type

Spellings = Mapping[Path, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Settable:
    """A path that can be set, and the type of what may be.

    The config has a `value` there, or (`is_there` false) `default` is what counts in its place, as
    source text: "" where that is not known, or where it is `required` once its section is there.
    `who` reads it, in words; "" where nothing known does. `names` are short names for it.
    """

    path: Path
    type: Type
    is_there: bool
    value: Value
    default: str
    required: bool
    who: str
    names: tuple[str, ...] = ()


def settable(tree: Tree, values: dict[str, Value]) -> list[Settable]:
    """All that can be set in the configs of a tree: section by section in the order of the base,
    what is there before what could be; then keys of the recipe that the base lacks.

    `values` are those of the tree, typed.
    """
    names = Names(tree).short()
    found = {each.path: each for each in _all(tree, values, names)}
    order = {key: at for at, key in enumerate(dict.fromkeys(str(path[0]) for path in found))}
    return sorted(found.values(), key=lambda each: order[str(each.path[0])])


def _all(tree: Tree, values: dict[str, Value], names: Spellings) -> Iterator[Settable]:
    there = [path for path, _ in leaves(values)]
    for path in there:
        receiver = tree.receiver(path, {})
        value = lookup(values, path)[1]
        who = receiver.who if receiver.known else ""
        yield Settable(path, receiver.type, True, value, "", False, who, names.get(path, ()))
    begun = {path[:end] for path in there for end in range(1, len(path) + 1)}
    for path, parameter in _parameters(tree):
        if path not in begun:
            yield _absent(tree, path, parameter, names)
    for key in tree.recipe.keys.values() if tree.recipe else ():
        made = parse_key(key.path)
        if "*" in key.path or isinstance(made, BadKey) or made.path in begun:
            continue
        if not _is_refused(tree, made.path) and not _is_of_items(tree, made.path):
            yield _absent(tree, made.path, key, names)


def _is_refused(tree: Tree, path: Path) -> bool:
    """Whether a recipe reads a path in a section that makes a component, which does not take it."""
    made = tree.components.get(path[:-1], ())
    taken = [tree.arguments(each) for each in made]
    return bool(taken) and all(each is not None and not each.takes(str(path[-1])) for each in taken)


def _is_of_items(tree: Tree, path: Path) -> bool:
    """Whether a recipe reads a path in each item of a list, of which the path itself is none."""
    return any(isinstance(lookup(tree.values, path[:end])[1], list) for end in range(1, len(path)))


def _parameters(tree: Tree) -> Iterator[tuple[Path, Parameter]]:
    """The parameters of the components that stand in a tree, or that the recipe makes of sections
    which name none, less those that the recipe itself supplies."""
    components: dict[Path, tuple[str, ...]] = dict(tree.components)
    for section, given in (tree.recipe.instantiates if tree.recipe else {}).items():
        if given.component:
            components.setdefault(tuple(section.split(".")), (given.component,))
    for path, made in components.items():
        given_here = supplied(tree.recipe, path)
        for taken in filter(None, map(tree.arguments, made)):
            for key in free(given_here, taken.named):
                yield (*path, key), taken.named[key]


def _absent(tree: Tree, path: Path, reader: Parameter | RecipeKey, names: Spellings) -> Settable:
    receiver = tree.receiver(path, {})
    type_ = receiver.type
    if type_ == ANY and isinstance(reader, Parameter):  # of what the recipe makes by itself
        type_ = reader.type
    short = names.get(path, ())
    return Settable(path, type_, False, None, reader.default, reader.required, receiver.who, short)
