"""Runs that are drawn in the words of other programs: `search: {method: random, n_trials: 20}`."""

from __future__ import annotations

from tcwc.language.drawn import as_it_goes, drawn, is_of_all
from tcwc.torchtune.knowledge.advice.advice import TOP, Advice, Line
from tcwc.torchtune.knowledge.advice.spot import Spot
from tcwc.yaml.nodes import MappingNode

_SAY = "how many runs are drawn, and by which seed, is said by a section of the experiment"
_AS_IT_GOES = "tcwc knows all runs before the first starts, so it cannot search as it goes"
_ALL = "all combinations of `variables:` are run: remove it"

_INSIDE = 2
"""Entries that lead to one in a section of the experiment."""


def of_drawing(spot: Spot, root: MappingNode) -> Advice | None:
    """The `sample` that an entry at the top of a file stands for, or a mapping in its sections;
    None where it says more, or something else."""
    inside = len(spot.entries) <= _INSIDE and isinstance(spot.entry.value, MappingNode)
    if spot.home and not inside:
        return None
    if is_of_all(spot.entry):
        return Advice(_ALL)
    line = drawn(spot.entry, root)
    if not line:
        return None
    say = f"{_SAY}; {_AS_IT_GOES}" if as_it_goes(spot.entry.value) else _SAY
    return Advice(say, (Line(line, TOP),))
