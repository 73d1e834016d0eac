"""How the runs of a compilation are started, and what has to be brought here first."""

from __future__ import annotations

from collections.abc import Iterator

from tcwc.compiler import Compiled
from tcwc.disk.files import Place
from tcwc.model.frozen import replace
from tcwc.model.ir import Base
from tcwc.model.launch import Basis, Fetch, Start
from tcwc.model.values import Value


def start_of(compiled: Compiled, place: Place) -> Start:
    """How a run is started, as the base has it."""
    experiment, catalogue = compiled.experiment, compiled.catalogue
    if experiment is None or catalogue is None or experiment.target.launch is None:
        return Start()
    origin = _origin(compiled, place, experiment.base)
    return experiment.target.launch.start(origin, experiment.recipe, compiled.recipe, catalogue)


def fetches_of(compiled: Compiled, place: Place, config: dict[str, Value]) -> Iterator[Fetch]:
    """What a config reads as its base does, and is not on this machine."""
    experiment, catalogue = compiled.experiment, compiled.catalogue
    if experiment is None or catalogue is None or experiment.target.launch is None:
        return
    origin = _origin(compiled, place, experiment.base)
    for each in experiment.target.launch.fetches(origin, config, catalogue):
        if not place.exists(each.folder):
            left = tuple(one for one in each.left if not place.exists(one.there))
            yield replace(each, left=left)


def _origin(compiled: Compiled, place: Place, base: Base) -> Basis:
    read = compiled.sources.get(place.shown(base.name)) if base.is_file else None
    text = read.text if read else ""
    return Basis(base.name, base.values, text if base.is_file else None)
