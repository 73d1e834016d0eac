"""Runs that an experiment no longer has, and that were trained when it had them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tcwc.jobs.states.stamp import read_stamp

if TYPE_CHECKING:
    from tcwc.api.compilation import Compilation
    from tcwc.api.finder import Finder
    from tcwc.jobs.task import Task


def trained_before(compilation: Compilation, finder: Finder, runs: Sequence[Task]) -> Iterator[str]:
    """The ids of runs that are gone from an experiment, and whose folders are beside those of the
    runs that it has: where folders are named by something else than ids, nobody finds them."""
    places = (finder.place(each) for each in runs)
    above = dict.fromkeys(os.path.dirname(each) for each in places if isinstance(each, str))
    for record in compilation.build.retired():
        if any(_is_trained(compilation, finder, os.path.join(a, record.id)) for a in above):
            yield record.id


def _is_trained(compilation: Compilation, finder: Finder, folder: str) -> bool:
    if finder.is_closed(folder):
        return False
    stamp = read_stamp(finder.look(folder).texts)
    mine = compilation.build.experiment.name, os.path.basename(folder)
    return stamp.identity is not None and (
        (stamp.identity.experiment, stamp.identity.run) == mine and bool(stamp.trained)
    )
