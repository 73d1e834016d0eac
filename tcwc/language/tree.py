"""What stands where in the configs of an experiment, and what reads it.

The tree is the base with `controls` and `engineering` merged (full paths only), and the
components that may stand at each section: where a factor sets one, any of its levels.
Names are resolved and values typed against it.
"""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.config.merge import lookup
from tcwc.model.arguments import Arguments, arguments, key_type, read, reads
from tcwc.model.frozen import dataclass
from tcwc.model.ir import Path, Value, format_path
from tcwc.model.known import Knowledge, Recipe
from tcwc.model.target import Target
from tcwc.model.types import ANY, Type, of_value, union, with_null

Components = Mapping[Path, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Receiver:
    """What reads a path: its type, and who it is, for messages.

    `known` is false where nothing reads it; then `takers` are the names that would be read there.
    """

    type: Type
    known: bool
    who: str
    takers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """A config's values with the components that may stand in it.

    `base` holds the base's own values, whose types count where nothing else says one. `recipe` is
    None where the recipe is not known; then every key counts as read.

    `references` are the top-level keys of the base that some `${...}` of the base reads: they are
    variables of its own. `named` are those that a `${...}` of the author's names; it makes no key.
    """

    values: dict[str, Value]
    base: dict[str, Value]
    components: Components
    recipe: Recipe | None
    target: Target
    catalogue: Knowledge
    references: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()

    def receiver(self, path: Path, local: Components) -> Receiver:
        """What reads `path`, where `local` are components that the same level sets itself."""
        key = path[-1]
        if isinstance(key, int):
            return self._item(path, local)
        if key == self.target.component:
            return self._name(path, local)
        names = _at(path[:-1], local, self.components)
        if names:
            return self._argument(path, key, names)
        if len(path) == 1:
            return self._top(key)
        return self._nested(path, local)

    def _name(self, path: Path, local: Components) -> Receiver:
        """The name of a component, for a section that something reads."""
        section = self.receiver(path[:-1], local) if len(path) > 1 else None
        if section is not None and not section.known:
            return section
        return Receiver(Type(("str",)), True, self.target.made_by)

    def arguments(self, name: str) -> Arguments | None:
        """What a component takes, forwarded arguments included; None where it is not known."""
        return arguments(self.catalogue, name)

    def reads(self, key: str) -> bool:
        """Whether the recipe reads a top-level key, itself or a part of it, or a `${key}` does."""
        return self.recipe is None or key in self.references or reads(self.recipe, key)

    def _top(self, key: str) -> Receiver:
        who = f"recipe {self.recipe.name}" if self.recipe else "the recipe"
        if not self.reads(key):
            takers = tuple(dict.fromkeys(path.partition(".")[0] for path in self._recipe_paths()))
            return Receiver(ANY, False, who, takers)
        return Receiver(self._by_table_or_base((key,)), True, who)

    def _argument(self, path: Path, key: str, names: tuple[str, ...]) -> Receiver:
        """A key of a section that is a component: a parameter of it."""
        types: list[Type] = []
        open_ended = False
        takers: list[str] = []
        for name in names:
            taken = self.arguments(name)
            if taken is None:
                open_ended = True
            elif key in taken.named:
                types.append(self._refined(path, taken.named[key].type))
            elif taken.takes(key) or self._handed_on(taken, key):
                open_ended = True
            else:
                takers += taken.named
        if types:
            return Receiver(self._with_null(path, union(types)), True, names[0])
        if open_ended or read(self.recipe, path) is not None:
            return Receiver(self._by_table_or_base(path), True, names[0])
        return Receiver(ANY, False, " or ".join(names), tuple(dict.fromkeys(takers)))

    def _handed_on(self, taken: Arguments, key: str) -> bool:
        """Whether what looks misspelt may be meant for what takes the rest of the arguments."""
        last = taken.last if taken.more else None
        return last is not None and self.catalogue.handed_on_to(last.name, key)

    def _nested(self, path: Path, local: Components) -> Receiver:
        """A key of a section that is no component: free, as far as its parent takes a mapping."""
        parent = self.receiver(path[:-1], local)
        if not parent.known:
            return parent
        if lookup(self.base, path[:-1]) == (True, None) and not _takes_keys(parent.type):
            return Receiver(ANY, False, parent.who)
        takers = self.catalogue.section_keys(format_path(path[:-1]))
        if takers is not None and path[-1] not in takers:
            return Receiver(ANY, False, parent.who, takers)
        return Receiver(self._by_table_or_base(path), True, parent.who)

    def _item(self, path: Path, local: Components) -> Receiver:
        parent = self.receiver(path[:-1], local)
        item = parent.type.item
        return Receiver(item or self._by_table_or_base(path), parent.known, parent.who)

    def _by_table_or_base(self, path: Path) -> Type:
        table = key_type(self.catalogue, self.recipe, path)
        if table is not None:
            return self._with_null(path, table)
        there, value = lookup(self.base, path)
        return of_value(self._meant(value, path)) if there else ANY

    def _meant(self, value: Value, path: Path) -> Value:
        """What a reference of the base comes to; null, which says nothing, where it tells late."""
        if not isinstance(value, str) or "${" not in value:
            return value
        from tcwc.config.interpolation.reading import NotKnown, resolve  # rarely needed

        try:
            return resolve(value, path, self.base)
        except NotKnown:
            return None

    def _refined(self, path: Path, declared: Type) -> Type:
        """The declared type; where the declaration says nothing, the table's or the base's."""
        return self._by_table_or_base(path) if declared == ANY else declared

    def _with_null(self, path: Path, type_: Type) -> Type:
        """The type, with null where the base itself has null there."""
        there, value = lookup(self.base, path)
        return with_null(type_) if there and value is None else type_

    def _recipe_paths(self) -> tuple[str, ...]:
        return tuple(self.recipe.keys) if self.recipe else ()


def _takes_keys(type_: Type) -> bool:
    return bool({"mapping", "any"} & set(type_.kinds)) or type_.kinds == ("null",)


def _at(section: Path, local: Components, components: Components) -> tuple[str, ...]:
    """The components that may stand at a section; what a level sets there itself comes first."""
    return local[section] if section in local else components.get(section, ())
