"""The arguments that a component takes, those of what it forwards to included."""

from __future__ import annotations

from collections.abc import Mapping

from tcwc.catalogue.load import Catalogue
from tcwc.catalogue.model import Parameter


def parameters(catalogue: Catalogue, name: str) -> Mapping[str, Parameter] | None:
    """By name, what can be given to a component by keyword; None where that is not known.

    Its own come first, in their order. What it gives by itself to the component that it forwards
    to is not among the others: a second value for it would be refused.
    """
    component = catalogue.component(name)
    if component is None or component.forwards == "*":
        return None
    own = {key: p for key, p in component.parameters.items() if not p.positional_only}
    if not component.forwards:
        return own
    further = parameters(catalogue, component.forwards)
    if further is None:
        return None
    given = component.supplies
    rest = list(further.items())[given.positional :]
    return own | {k: p for k, p in rest if k not in own and k not in given.keywords}
