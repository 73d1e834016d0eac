"""An environment that runs train in, against what is known to work there."""

from __future__ import annotations

from collections.abc import Iterable

from tcwc.api.compilation import Compilation
from tcwc.api.session import Session
from tcwc.config.walk import component_sections
from tcwc.disk.files import Place
from tcwc.disk.installed import read_environment
from tcwc.lint.variants import variants
from tcwc.model.environment import Basis, Diagnosis, Environment, Use
from tcwc.model.frozen import replace
from tcwc.model.ir import Experiment
from tcwc.model.known import Knowledge

_DEVICE = "device"


def examine(
    python: str, session: Session, compilation: Compilation | None = None, asked: str | None = None
) -> tuple[Environment, Diagnosis]:
    """What a Python has installed, and what is known of it: for the version of the target that is
    asked for, or that of an experiment, or else the one that it has itself (the default one where
    it has none).

    Raises NoPython; ValueError for a target of whose environments nothing is known.
    """
    experiment = compilation.experiment if compilation is not None else None
    target = experiment.target if experiment is not None else session.target
    if target.surroundings is None:
        raise ValueError(f"nothing is known of environments of {target.name}")
    ours, place = target.surroundings, Place("experiment.yaml")
    known = session.catalogue(target.default_version, place)
    environment = read_environment(python, ours.asked(known))
    own = ours.own(environment, known)
    if experiment is None or compilation is None:
        version, use = own or target.default_version, None
        of: Basis = "environment" if own else "default"
    else:
        place, version, of = compilation.place, experiment.version, "experiment"
        use = use_of(experiment, session.catalogue(version, place))
    if asked is not None:
        version, of = asked, "asked"
    known = session.catalogue(ours.no_release if own == ours.no_release else version, place)
    return environment, replace(ours.judge(environment, known, version, use), of=of)


def use_of(experiment: Experiment, known: Knowledge) -> Use:
    """What an experiment needs of an environment."""
    recipe = known.recipe(experiment.recipe)
    devices: set[str] = set()
    components: set[str] = set()
    for variant in variants(experiment):
        found = component_sections(variant.config, experiment.target.component)
        components |= {name for _, name in found}
        devices |= _texts([variant.config.get(_DEVICE)])
    for column in experiment.columns:  # what differs in values alone is one variant
        for level in column.levels:
            devices |= _texts(each.value for each in level.assignments if each.path == (_DEVICE,))
    return Use(
        recipe=experiment.recipe,
        is_distributed=recipe.distributed if recipe is not None else None,
        devices=frozenset(devices),
        components=frozenset(components),
    )


def _texts(values: Iterable[object]) -> set[str]:
    return {each for each in values if isinstance(each, str)}
