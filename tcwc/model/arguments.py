"""Who reads what stands in a config: parameters of components, and the code of recipes.

Typing, lint and `explain` all ask here. A recipe's keys are named without the indices of lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tcwc.model.frozen import dataclass, field
from tcwc.model.ir import Path, format_path
from tcwc.model.known import Component, Knowledge, Parameter, Recipe, RecipeKey, Supplied
from tcwc.model.types import Type, with_null
from tcwc.model.words import nearest

_MOST_HANDS = 32
"""How often arguments are handed on; own code may do so without end, or in a circle."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """What can be given to a component by keyword.

    The component's own parameters come first, in their order. `more` is true where it also takes
    others, of which nothing is known (`**kwargs`): then a name that is not in `named` may be meant
    so, or may be misspelt and swallowed.

    `owners` are the components whose the parameters are, where they are handed on; `last` is the
    one that takes what is handed on that far.
    """

    named: Mapping[str, Parameter]
    more: bool
    owners: Mapping[str, Component] = field(default_factory=dict, compare=False)
    last: Component | None = field(default_factory=lambda: None, compare=False)

    def takes(self, key: str) -> bool:
        """Whether an argument of this name makes sense: not where it looks misspelt."""
        if key in self.named or not self.more:
            return key in self.named
        return not nearest(key, self.named)


def arguments(catalogue: Knowledge, name: str, hands: int = _MOST_HANDS) -> Arguments | None:
    """What a component takes; None where the component itself is not known.

    What it gives by itself to the component that it forwards to is not among the arguments: a
    second value for it would be refused.
    """
    component = catalogue.component(name)
    if component is None:
        return None
    own = {key: p for key, p in component.parameters.items() if not p.positional_only}
    owners = dict.fromkeys(own, component)
    further = arguments(catalogue, component.forwards, hands - 1) if hands else None
    if further is None:
        return Arguments(own, bool(component.forwards), owners, component)
    given = component.supplies
    rest = list(further.named.items())[given.positional :]
    forwarded = {k: p for k, p in rest if k not in own and k not in given.keywords}
    owners |= {key: further.owners[key] for key in forwarded}
    return Arguments(own | forwarded, further.more, owners, further.last)


def supplied(recipe: Recipe | None, section: Path) -> Supplied | None:
    """What a recipe gives what it makes of a section; None where it makes nothing of it."""
    return recipe.instantiates.get(_dotted(section)) if recipe else None


def free(given: Supplied | None, names: Iterable[str]) -> tuple[str, ...]:
    """The names of a component's parameters without those that the recipe itself gives it."""
    if given is None:
        return tuple(names)
    return tuple(name for name in list(names)[given.positional :] if name not in given.keywords)


def read(recipe: Recipe | None, path: Path) -> RecipeKey | None:
    """The key as which a recipe's code reads just this path; None where it reads no such key.

    It may read all that there is in a section without naming it (`*`).
    """
    if recipe is None or not path:
        return None
    return recipe.keys.get(_dotted(path)) or recipe.keys.get(_dotted((*path[:-1], "*")))


def key_type(catalogue: Knowledge, recipe: Recipe | None, path: Path) -> Type | None:
    """The type of a key that recipes read themselves; None if it is not known.

    Null fits where the recipe takes it for the default.
    """
    known = catalogue.key_type(format_path(path))
    key = read(recipe, path)
    return with_null(known) if known and key and key.default == "None" else known


def reads(recipe: Recipe, key: str) -> bool:
    """Whether a recipe's code reads a top-level key, or a part of it.

    Where the code hands the whole config to something unknown (`*`), any key may be read.
    """
    below = (key + ".", key + "[")
    return any(path in (key, "*") or path.startswith(below) for path in recipe.keys)


def _dotted(path: Path) -> str:
    return ".".join(segment for segment in path if isinstance(segment, str))
