"""Dotted names of components: which can be none."""

from __future__ import annotations

from tcwc.torchtune.catalogue.load import Catalogue


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
