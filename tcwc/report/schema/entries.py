"""What can stand in the configs of an experiment, sections and all, for a schema to say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from tcwc.config.merge import lookup
from tcwc.language.settable import Settable, settable
from tcwc.language.tree import Tree
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, Value, format_path
from tcwc.model.types import Type


@dataclass(frozen=True, slots=True)
class SchemaKey:
    """A key that something reads, or a section with such keys (`is_section`).

    The base has a `value` there, or (`is_there` false) `default` is what counts in its place, as
    source text. `components` may stand at a section. `is_open`: below it any key may stand.
    `is_made_a_number`: a text of a number is as good. `names` are short names for it.
    """

    path: Path
    type: Type
    is_section: bool
    is_there: bool
    value: Value
    default: str
    components: tuple[str, ...]
    is_open: bool
    is_made_a_number: bool
    names: tuple[str, ...]


def entries(tree: Tree) -> dict[Path, SchemaKey]:
    """The keys that something reads, each section before its keys. None within lists: how many
    items those have is the author's."""
    made = [(_outside_lists(each.path), each) for each in settable(tree, tree.values)]
    found = {path: each for plain, each in made for path in _with_sections(tree, plain)}
    found |= {each.path: each for _, each in made if each.path in found}
    sections = {path[:end] for path in found for end in range(1, len(path))}
    return {
        path: _entry(tree, path, each, is_section=path in sections)
        for path, each in found.items()
        if tree.receiver(path, {}).known
    }


def _outside_lists(path: Path) -> Path:
    """A path up to the list that it goes through, if it does."""
    return tuple(takewhile(lambda segment: isinstance(segment, str), path))


def _with_sections(tree: Tree, path: Path) -> Iterator[Path]:
    """A path behind the sections that it is in, each with the key of its component."""
    for end in range(1, len(path)):
        yield path[:end]
        if tree.target.component is not None and path[:end] in tree.components:
            yield (*path[:end], tree.target.component)
    yield path


def _entry(tree: Tree, path: Path, each: Settable, *, is_section: bool) -> SchemaKey:
    itself = each if each.path == path else None
    type_ = itself.type if itself else tree.receiver(path, {}).type
    there, value = lookup(tree.base, path)
    holds_keys = is_section or bool({"mapping", "any"} & set(type_.kinds))
    return SchemaKey(
        path,
        type_,
        is_section,
        there,
        value,
        itself.default if itself else "",
        tree.components.get(path, ()),
        holds_keys and _is_open(tree, path),
        tree.catalogue.is_made_a_number(format_path(path)),
        itself.names if itself else (),
    )


def _is_open(tree: Tree, path: Path) -> bool:
    """Whether any key may stand below one: a word that nobody has is read there."""
    return tree.receiver((*path, "a_key_that_is_not_there"), {}).known
