"""Dotted names of components: which can be none, and which is a slip of a known one."""

from __future__ import annotations

from difflib import SequenceMatcher

from tcwc.torchtune.catalogue.load import Catalogue

_MISSPELT = 0.75
"""How like two segments of a dotted name are where one is taken for a slip of the other."""


def never(catalogue: Catalogue, name: str, names: tuple[str, ...]) -> str:
    """Why no component can have a name, whatever is installed; "" if one can."""
    if not all(part.isidentifier() for part in name.split(".")):
        return f"`{name}` is no dotted name of a component"
    if "." in name and any(each.startswith(f"{name}.") for each in names):
        return f"`{name}` is a module, and a component is a class or a function in it"
    owner = name.rpartition(".")[0]
    if owner and catalogue.component(owner) is not None:
        return f"`{name}` is a part of {owner}, and that is the component"
    return ""


def slip(name: str, names: tuple[str, ...]) -> str:
    """The known component that a name is but for one misspelt segment or for capitals; "" if
    there is none. Another number of segments is another module, which may exist."""
    parts = name.lower().split(".")
    best, most = "", _MISSPELT
    for each in names:
        likeness = _likeness(parts, each.lower().split("."))
        if likeness > most:
            best, most = each, likeness
    return best


def _likeness(parts: list[str], theirs: list[str]) -> float:
    """How like the segments are in which two names differ; 0 where these are several."""
    if len(theirs) != len(parts):
        return 0.0
    other = [(o, t) for o, t in zip(parts, theirs, strict=True) if o != t]
    if len(other) > 1:
        return 0.0
    return SequenceMatcher(None, *other[0]).ratio() if other else 1.0
