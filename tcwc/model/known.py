"""What is known of a target: recipes and what they read, components, configs that it ships."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from tcwc.model.frozen import dataclass
from tcwc.model.types import Type
from tcwc.model.values import Value
from tcwc.model.words import Vocabulary

if TYPE_CHECKING:
    from tcwc.model.evaluators import Evaluators


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a component. `default` is the source text of the default, for people."""

    name: str
    type: Type
    annotation: str
    required: bool
    default: str
    positional_only: bool


@dataclass(frozen=True, slots=True)
class Supplied:
    """What the caller of a component gives it of its own, beside what a config says.

    `positional` arguments come first. `component` is what a recipe instantiates where the
    section names none, "" where the section has to name one.
    """

    positional: int
    keywords: tuple[str, ...] = ()
    component: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """What may be given to a component by keyword. `at` is file:line in its package.

    `forwards` names the component that `**kwargs` go to, "" where there is no `**kwargs`, and
    "*" where there is one of which nothing more is known. `supplies` is what that call gives
    by itself, and `**kwargs` therefore must not hold.
    """

    name: str
    at: str
    parameters: Mapping[str, Parameter]
    forwards: str
    supplies: Supplied = Supplied(0)


@dataclass(frozen=True, slots=True)
class RecipeKey:
    """A dotted path that a recipe's code reads: `cfg.x` is required, `cfg.get("x", d)` is not.

    A key below an optional section is required only where the section is there. In a path the
    items of a list have the path of the list (`dataset.packed` is read of each dataset). A last
    segment `*` (or the path `*`) stands for keys that the recipe reads without naming them.
    """

    path: str
    required: bool
    default: str
    at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A recipe as registered: its file, its configs, and every key that its code reads.

    `instantiates` has, by dotted path, the sections that it makes components of.
    """

    name: str
    file: str
    distributed: bool
    configs: tuple[str, ...]
    keys: Mapping[str, RecipeKey]
    instantiates: Mapping[str, Supplied]


@dataclass(frozen=True, slots=True)
class ShippedConfig:
    """A config that a target ships, with its values in source order, as the target reads them.

    `recipes` are those that it is registered for; there may be none.
    """

    name: str
    recipes: tuple[str, ...]
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class KeyReason:
    """Why a key is science, engineering or a location; "" where nothing is known of it.

    `unlike` are recipes in which it is the other way round, or may be: so lint says nothing there.
    """

    why: str
    unlike: frozenset[str]


class Knowledge(Protocol):
    """What is known of one version of a target. torchtune's is its catalogue.

    A target without components answers None for each; one whose types come from a schema answers
    `key_type` from that, and `recipe` with the keys that the schema has.
    """

    @property
    def version(self) -> str: ...

    @property
    def revision(self) -> int:
        """Counts the corrections of what is known of this version, from 1."""

    @property
    def packages_revision(self) -> int:
        """The revision that runs go on to be built with: the one that they were built with."""

    @property
    def provenance(self) -> Mapping[str, str]:
        """What the lock says beside the version, to tell just which one it is."""

    def recipe_names(self) -> tuple[str, ...]:
        """What runs configs, sorted. Where it is one thing, nobody needs to name it."""

    def recipe(self, name: str) -> Recipe | None:
        """What runs configs under a name; None where the target has nothing of that name."""

    def config_names(self) -> tuple[str, ...]:
        """The configs that the target ships, sorted."""

    def config(self, name: str) -> ShippedConfig | None:
        """A config that the target ships; None where it ships none of that name."""

    def component(self, name: str) -> Component | None:
        """What a component accepts; None where it is not known."""

    def handed_on_to(self, name: str, key: str) -> bool:
        """Whether a component that hands on what it does not name, of no known signature itself,
        may hand on an argument of this name to something that takes it."""

    def present_name(self, name: str) -> str:
        """The name that a component has in this version; the same where none is known."""

    def section_keys(self, path: str) -> tuple[str, ...] | None:
        """The keys that a section which is no component may have; None where any may be meant."""

    def key_type(self, path: str) -> Type | None:
        """The type of a key that is no argument of a component; None if not known."""

    def is_made_a_number(self, path: str) -> bool:
        """Whether what is read at a path is made a number first, so that a string may be one."""

    def takes_loosely(self, path: str) -> str:
        """What a key takes beside its type (loose.py); "" where that is nothing."""

    def resolvers(self, recipe: str) -> frozenset[str]:
        """The functions in `${...}` that a recipe itself adds to those of the resolver."""

    def key_class(self, path: str) -> str:
        """What a key is about: "science", "engineering" or "location"."""

    def key_reason(self, path: str) -> KeyReason:
        """Why a key is about that, for messages."""

    def general_words(self) -> frozenset[str]:
        """Words too general to be short names."""

    def aliases(self) -> Mapping[str, str]:
        """Short names by hand, with the dotted path that each means."""

    def evaluators(self) -> Evaluators:
        """What evaluates the weights that runs leave; nothing where nothing does."""

    def vocabulary(self) -> Vocabulary:
        """Every name of something in this version: none of them is a misspelling of another."""
