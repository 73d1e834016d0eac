"""sbatch's options (schemas/slurm.json): which there are, and which are not free."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache

from tcwc.model.frozen import dataclass


@dataclass(frozen=True, slots=True)
class SbatchOption:
    """An option of sbatch; `value` is `needed`, `optional` or `none`.

    `ours` is why a profile does not give it, `instead` where it is said if not among directives.
    """

    value: str
    ours: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class SbatchOptions:
    """sbatch's options by name, and the names of those that have a letter too."""

    by_name: Mapping[str, SbatchOption]
    letters: Mapping[str, str]


@lru_cache(1)
def sbatch_options(text: str) -> SbatchOptions:
    """The options that a text of schemas/slurm.json lists."""
    data = json.loads(text)
    options = {
        name: SbatchOption(each["value"], each.get("ours", ""), each.get("instead", ""))
        for name, each in data["options"].items()
    }
    return SbatchOptions(options, data["letters"])
