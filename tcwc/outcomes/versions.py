"""Results of one evaluation that several versions of its tool gave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tcwc.model.frozen import dataclass
from tcwc.model.words import listed

_FEW = 3
"""Runs that are named."""


@dataclass(frozen=True, slots=True)
class MeasuredBy:
    """That a version of a tool (`lm_eval 0.4.13`) measured by an evaluation what is of `run`."""

    evaluation: str
    version: str
    run: str


def told_apart(every: Iterable[MeasuredBy]) -> Iterator[str]:
    """A note for each evaluation of which there are results by several versions."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    for each in every:
        found.setdefault(each.evaluation, {}).setdefault(each.version, {})[each.run] = None
    for evaluation, versions in found.items():
        if len(versions) > 1:
            parts = (f"{version} ({listed(list(of), _FEW)})" for version, of in versions.items())
            yield f"{evaluation}: measured by {', by '.join(parts)}, whose numbers may differ"
