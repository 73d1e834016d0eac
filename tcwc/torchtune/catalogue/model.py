"""What the catalogue says of torchtune, as values: recipes and components."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.frozen import dataclass, field
from tcwc.model.ir import Value
from tcwc.torchtune.catalogue.types import Type


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
    """What a `_component_` accepts. `at` is file:line in its package.

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
class Moved:
    """A component of another torchtune release. `now` is its name in this one, "" if it has none.

    `last` is the last release that has it, "" for one that is newer; `help` says what to do where
    it has no name.
    """

    now: str
    last: str
    help: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a component of the author's own could not be read. `absent` where it is not there for
    certain; `near` are names that its module has."""

    message: str
    absent: bool
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyReason:
    """Why a key is science, engineering or a location; "" where nothing is known of it.

    `unlike` are recipes in which it is the other way round, or may be: so lint says nothing there.
    """

    why: str
    unlike: frozenset[str]


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
class RecipeReads:
    """What a recipe reads. `unfollowed` names what it hands the whole config to ("file:line" by
    callee) and that nothing is known of; then `keys` holds the path `*` as well.

    `error` is "" unless the text is no Python; then the rest is empty.
    """

    keys: Mapping[str, RecipeKey] = field(default_factory=dict)
    instantiates: Mapping[str, Supplied] = field(default_factory=dict)
    unfollowed: Mapping[str, str] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True, slots=True)
class ShippedConfig:
    """A config that torchtune ships: its values in source order, as OmegaConf reads them.

    `recipes` are those that it is registered for; one of 0.6.1 is registered for none.
    """

    name: str
    recipes: tuple[str, ...]
    values: dict[str, Value]
