"""What is read: the arguments that a component takes, and the keys that a recipe reads."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.model.frozen import dataclass
from tcwc.model.known import Knowledge, Parameter, Recipe
from tcwc.model.words import nearest


@dataclass(frozen=True, slots=True)
class Arguments:
    """What can be given to a component by keyword.

    The component's own parameters come first, in their order. `more` is true where it also takes
    others, of which nothing is known (`**kwargs`): then a name that is not in `named` may be meant
    so, or may be misspelt and swallowed.
    """

    named: Mapping[str, Parameter]
    more: bool

    def takes(self, key: str) -> bool:
        """Whether an argument of this name makes sense: not where it looks misspelt."""
        if key in self.named or not self.more:
            return key in self.named
        return not nearest(key, self.named, cutoff=0.8)


def arguments(catalogue: Knowledge, name: str) -> Arguments | None:
    """What a component takes; None where the component itself is not known.

    What it gives by itself to the component that it forwards to is not among the arguments: a
    second value for it would be refused.
    """
    component = catalogue.component(name)
    if component is None:
        return None
    own = {key: p for key, p in component.parameters.items() if not p.positional_only}
    further = arguments(catalogue, component.forwards)
    if further is None:
        return Arguments(own, bool(component.forwards))
    given = component.supplies
    rest = list(further.named.items())[given.positional :]
    forwarded = {k: p for k, p in rest if k not in own and k not in given.keywords}
    return Arguments(own | forwarded, further.more)


def reads(recipe: Recipe, key: str) -> bool:
    """Whether a recipe's code reads a top-level key, or a part of it.

    Where the code hands the whole config to something unknown (`*`), any key may be read.
    """
    below = (key + ".", key + "[")
    return any(path in (key, "*") or path.startswith(below) for path in recipe.keys)
