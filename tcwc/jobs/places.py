"""Where a run writes on this machine: its folder as the config has it, references filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tcwc.model.frozen import dataclass

_REFERENCE = re.compile(r"\$\{(?:oc\.env:([A-Za-z_][A-Za-z0-9_]*)(?:,([^${}]*))?|[^}]*)\}")


@dataclass(frozen=True, slots=True)
class NoPlace:
    """Why nobody can tell here where a run writes."""

    why: str


def place_of(folder: str, variables: Mapping[str, str]) -> str | NoPlace:
    """A run's folder with the variables of an environment filled in.

    `${oc.env:NAME}` is a variable of the environment that the run has; anything else is known only
    there.
    """
    if not folder:
        return NoPlace("its config names no folder")
    missing: list[str] = []

    def value(found: re.Match[str]) -> str:
        name, otherwise = found[1], found[2]
        if name is None:
            missing.append(f"{found[0]} is known only where it runs")
            return ""
        if name in variables:
            return variables[name]
        if otherwise is None or otherwise.strip() == "null":
            missing.append(f"the variable {name} of its folder is not set here")
            return ""
        return otherwise.strip().strip("'\"")

    made = _REFERENCE.sub(value, folder)
    return NoPlace(missing[0]) if missing else made
