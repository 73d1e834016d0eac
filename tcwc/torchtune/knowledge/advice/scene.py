"""The config that an experiment makes before anything varies, and who reads what in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tcwc.config.merge import lookup, merge_what_fits
from tcwc.config.walk import component_sections
from tcwc.language.names import Names, Unbound
from tcwc.language.tree import Tree
from tcwc.language.values import Mistyped, type_scalar
from tcwc.lint.assigned import assignments
from tcwc.lint.context import Context
from tcwc.model.arguments import free, supplied
from tcwc.model.frozen import dataclass, replace
from tcwc.model.ir import Path, Value
from tcwc.model.known import Recipe
from tcwc.model.paths import BadKey, parse_key
from tcwc.model.target import Target
from tcwc.model.types import ANY, Type
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.keys import COMPONENT
from tcwc.torchtune.knowledge.advice.spot import Spot
from tcwc.torchtune.knowledge.known import catalogue
from tcwc.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode


@dataclass(frozen=True, slots=True)
class Scene:
    """What an answer depends on beside the words that were written."""

    tree: Tree
    known: Catalogue
    resolve: Callable[[str], Path | str]
    base: str
    """The base's name."""
    said: frozenset[Path] = frozenset()
    """The paths that the author himself sets, anywhere."""
    varied: frozenset[Path] = frozenset()
    """Those that he varies."""
    alone: bool = False
    """Whether the base is a config that no experiment uses, and so where all is written."""

    @property
    def recipe(self) -> Recipe | None:
        return self.tree.recipe

    @property
    def who(self) -> str:
        """The recipe, for messages."""
        return self.recipe.name if self.recipe else "the recipe"

    def value(self, path: Path) -> Value:
        """What the config has at a path; None where it has nothing."""
        return lookup(self.tree.values, path)[1]

    def component(self, section: str) -> str:
        """The component at a section; "" where there is none."""
        found = self.value((section, COMPONENT))
        return found if isinstance(found, str) else ""

    def base_component(self, section: str) -> str:
        """The component that the base has at a section; "" where it has none."""
        found = lookup(self.tree.base, (section, COMPONENT))[1]
        return found if isinstance(found, str) else ""

    def base_has(self, section: Path) -> bool:
        """Whether the base has a section at a path."""
        return isinstance(lookup(self.tree.base, section)[1], (dict, list))

    def choosing(self, section: str, component: str) -> Scene:
        """The same scene with another component at a section."""
        at = self.tree.values.get(section)
        chosen = {**(at if isinstance(at, dict) else {}), COMPONENT: component}
        values: dict[str, Value] = {**self.tree.values, section: chosen}
        components = {**self.tree.components, (section,): (component,)}
        return replace(self, tree=replace(self.tree, values=values, components=components))

    def takes(self, path: Path) -> Type | None:
        """The type of what is read at a path; None where nothing reads it in this config."""
        section = path[:-1]
        if section and self.lacks(section):
            return None
        receiver = self.tree.receiver(path, {})
        return receiver.type if receiver.known else None

    def lacks(self, section: Path) -> bool:
        """Whether a config has no section at a path, or null."""
        return not isinstance(self.value(section), (dict, list))

    def made(self, section: Path) -> bool:
        """Whether the recipe makes a component of a section."""
        return supplied(self.recipe, section) is not None

    def known_at(self, path: Path) -> bool:
        """Whether the config has a section at a path, or at what the path is below."""
        return any(isinstance(self.value(path[:n]), dict) for n in range(1, len(path) + 1))

    def aliased(self, word: str) -> Path | None:
        """The path that a word is an alias of, whether it is there or not."""
        target = self.known.aliases().get(word)
        return None if target is None else path_of(target)

    def meant(self, spot: Spot) -> Path | None:
        """The path that an entry sets; None where nobody knows."""
        path = spot.path
        return path if len(path) > 1 or self.takes(path) is not None else self.named(str(path[0]))

    def named(self, word: str) -> Path | None:
        """The path that a short name stands for; None where it stands for none, or for several."""
        if self.recipe is None:
            return None
        found = self.resolve(word)
        return found if isinstance(found, tuple) else self._taken(word)

    def _taken(self, word: str) -> Path | None:
        """The one path of that name among the arguments of components; None if there are others.

        That a key stands in the wrong place makes it no less clear where it belongs.
        """
        if word in self.known.general_words():
            return None
        paths = [
            (*section, word)
            for section, names in self.tree.components.items()
            for taken in map(self.tree.arguments, names)
            if taken and word in free(supplied(self.recipe, section), taken.named)
        ]
        return paths[0] if len(paths) == 1 else None


def scene(context: Context) -> Scene:
    """The scene of an experiment whose base and recipe are known."""
    experiment = context.experiment
    values = merge_what_fits(experiment.base.values, experiment.constants)
    components = {
        path: (name,) for path, name in component_sections(values, experiment.target.component)
    }
    tree = Tree(
        values,
        experiment.base.values,
        components,
        context.recipe,
        experiment.target,
        context.catalogue,
    )
    said = frozenset(each.path for each in assignments(experiment))
    varied = said - {each.path for each in experiment.constants}
    name = experiment.base.name
    known = catalogue(context)
    return Scene(tree, known, context.resolve, name, said, varied, alone=context.alone)


def scene_of(name: str, known: Catalogue, target: Target) -> Scene | None:
    """The scene of a registered config as it is, for a file that names none; None for others."""
    config = known.config(name)
    if config is None:
        return None
    recipe = known.recipe(config.recipes[0]) if config.recipes else None
    there = component_sections(config.values, target.component)
    components = {path: (each,) for path, each in there}
    tree = Tree(config.values, config.values, components, recipe, target, known)
    names = Names(tree)

    def resolve(word: str) -> Path | str:
        found = names.resolve(word)
        return found.help if isinstance(found, Unbound) else found

    return Scene(tree, known, resolve, name)


def path_of(text: str) -> Path:
    """A path of the data, which are right."""
    key = parse_key(text)
    assert not isinstance(key, BadKey), text
    return key.path


def fits(node: Node, type_: Type, *, levels: bool) -> bool:
    """Whether something of a type takes what a node says, or each of its levels."""
    if levels and isinstance(node, SequenceNode):
        return all(fits(item, type_, levels=False) for item in node.items)
    if levels and isinstance(node, MappingNode):
        return all(fits(each, type_, levels=True) for each in _listed(node))
    if isinstance(node, ScalarNode):
        return not isinstance(type_scalar(node.text, node.quoted, type_), Mistyped)
    kind = "list" if isinstance(node, SequenceNode) else "mapping"
    if not {kind, "any"} & set(type_.kinds):
        return False
    items = node.items if isinstance(node, SequenceNode) else ()
    return all(fits(item, type_.item or ANY, levels=False) for item in items)


def _listed(node: MappingNode) -> Iterator[Node]:
    """The levels that a specification lists; what it generates are numbers."""
    return (entry.value for entry in node.entries if entry.key.text in ("values", "choice"))
